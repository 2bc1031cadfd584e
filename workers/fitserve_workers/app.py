"""The Celery application and the worker process."""

import ctypes
import logging
import multiprocessing.sharedctypes
import os
import socket
from typing import Any

import billiard
import psycopg  # noqa: F401 - loaded after TensorFlow, it calls TensorFlow's TLS and dies of it
from celery import Celery
from celery.signals import (
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)

from fitserve_core.broker import QUEUES, WORKER_PREFIXES, celery_url
from fitserve_core.devices import DeviceKind, taken_by
from fitserve_core.errors import ConfigurationError
from fitserve_core.logs import configure_logs
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_workers import tasks
from fitserve_workers.devices import required_gpus
from fitserve_workers.priority import give_way

log = logging.getLogger(__name__)

# TensorFlow is imported by a slot in its process, before its first hint: that takes seconds.
SLOT_READY_WITHIN_SECONDS = 120
# TensorFlow keeps the machine code of every shape it compiled: a slot that has grown is replaced.
# CUDA's libraries alone take gigabytes of a process.
LARGEST_SLOT_KILOBYTES: dict[DeviceKind, int] = {"cpu": 4_000_000, "gpu": 16_000_000}


def build_app(settings: Settings, device: DeviceKind, slots: int) -> Celery:
    """Return the application of one worker process and its slots.

    Raises:
        ConfigurationError: no broker is configured.
    """
    app = Celery("fitserve", broker=celery_url(_broker(settings)), set_as_current=False)
    app.conf.update(
        # The row is the job: a hint is forgotten when it is taken, and no result is kept.
        task_acks_late=False,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        broker_transport_options={"client_name": f"{WORKER_PREFIXES[device]}{_name()}"},
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_concurrency=slots,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_enable_remote_control=False,
        worker_max_memory_per_child=LARGEST_SLOT_KILOBYTES[device],
        worker_proc_alive_timeout=SLOT_READY_WITHIN_SECONDS,
    )
    tasks.register(app)
    return app


def work(settings: Settings, device: DeviceKind) -> None:
    """Work until SIGTERM or SIGINT; runs in training are handed back within a slice.

    On the CPU there are as many slots as the settings say, on GPUs one for each.

    Raises:
        ConfigurationError: no broker is configured, or there is no GPU to work on.
    """
    app = build_app(settings, device, settings.slots if device == "cpu" else _count_gpus())
    Store.opened(settings).close()
    stopping = multiprocessing.sharedctypes.RawValue(ctypes.c_bool)

    def tell_slots(**_: Any) -> None:
        stopping.value = True

    def prepare_slot(**_: Any) -> None:
        try:
            tasks.prepare_slot(settings, device, lambda: bool(stopping.value))
        except BaseException:
            # Celery would go on with a slot that takes every hint and trains nothing.
            log.exception("a slot could not be prepared and ends")
            os._exit(1)

    give_way()
    configure_logs("worker", settings.log_level)
    # Connected, it keeps Celery from configuring logs by itself.
    setup_logging.connect(_configured, weak=False)
    worker_shutting_down.connect(tell_slots)
    worker_process_init.connect(prepare_slot)
    worker_process_shutdown.connect(tasks.end_slot)
    # The handlers above are this process's: slots must be copies of it, on macOS too.
    billiard.set_start_method("fork", force=True)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # L-BFGS-B works on vectors too short to share: waiting for other threads costs it tenfold.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    queues = ",".join(QUEUES[asked] for asked in taken_by(device))
    options = ("--without-gossip", "--without-mingle", "--without-heartbeat", f"--queues={queues}")
    app.worker_main(["worker", "--loglevel=WARNING", "--pool=prefork", *options])


def _name() -> str:
    """Return a name without blanks, which a broker's client may not have."""
    return f"{''.join(socket.gethostname().split())}-{os.getpid()}"


def _count_gpus() -> int:
    found = required_gpus("a worker is to train on gpu")
    log.info("training on %s", ", ".join(found))
    return len(found)


def _configured(**_: Any) -> None:
    """Leave logs as they are."""


def run_worker(settings: Settings, device: DeviceKind) -> None:
    """Work for a service on another machine.

    Raises:
        ConfigurationError: broker or store can only be reached on one machine, or no GPU is found.
    """
    if (broker := _broker(settings)).startswith("unix://"):
        raise ConfigurationError(
            f"REDIS_URL is {broker}, a socket of one machine; a worker elsewhere needs "
            "redis://HOST:PORT"
        )
    if settings.database_url is None or settings.database_url.startswith("sqlite"):
        raise ConfigurationError(
            "the store is SQLite, a file of one machine; a worker elsewhere needs "
            "DATABASE_URL=postgresql://… and FITSERVE_DATA on a folder shared with the service"
        )
    work(settings, device)


def _broker(settings: Settings) -> str:
    if settings.redis_url is None:
        raise ConfigurationError(
            "a worker needs REDIS_URL, the broker of the service that it works for; "
            "`fitserve up` starts broker, service and workers together"
        )
    return settings.redis_url
