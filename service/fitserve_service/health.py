"""Liveness and readiness."""

import os
import shutil
from pathlib import Path

from fastapi import APIRouter, Response
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from fitserve_core.results import Health
from fitserve_core.store import Store
from fitserve_service.access.scopes import COUNTED
from fitserve_service.dependencies import OpenParts
from fitserve_service.workers import connected

router = APIRouter(tags=["health"])

LITTLE_BYTES = 200 * 2**20


@router.get("/healthz", operation_id="live")
async def live() -> Health:
    """Tell that the process answers."""
    return Health(status="ok")


@router.get("/readyz", operation_id="ready", dependencies=[COUNTED])
def ready(parts: OpenParts, response: Response) -> Health:
    """Tell what the service can reach; 503 without its store or a data folder to write to.

    Missing workers or a missing broker are told, yet the service stays ready: it accepts
    experiments, whose rows wait for their return, and it predicts.
    """
    store, data = _store(parts.store), _data(parts.settings.data)
    broker, workers = _broker(parts.settings.redis_url)
    unavailable = any(part.startswith("unavailable") for part in (store, data))
    if unavailable:
        response.status_code = 503
    return Health(
        status="unavailable" if unavailable else "ok",
        parts={"store": store, "broker": broker, "workers": workers, "data": data},
    )


def _store(store: Store) -> str:
    try:
        store.database.ping()
    except SQLAlchemyError as error:
        return f"unavailable: {type(error).__name__}"
    return "ok"


def _broker(redis_url: str | None) -> tuple[str, str]:
    """Return how the broker is, and how many workers are connected to it."""
    if redis_url is None:
        return "not configured", "not configured"
    try:
        workers = connected(redis_url)
    except (RedisError, ValueError) as error:
        return f"unavailable: {type(error).__name__}", "unknown: the broker does not answer"
    told = ", ".join(f"{count} {device}" for device, count in sorted(workers.items()))
    return "ok", f"ok: {told}" if told else "none: experiments wait for one"


def _data(folder: Path) -> str:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"unavailable: {error.strerror}"
    if not os.access(folder, os.W_OK):
        return "unavailable: it cannot be written to"
    if free < LITTLE_BYTES:
        return f"nearly full: {free // 2**20} MiB are left"
    return "ok"
