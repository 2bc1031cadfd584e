"""What service and workers agree on about the broker: the hint's name, its queues, its address."""

from fitserve_core.devices import Device, DeviceKind

# By what a run asks for: a worker listens to its own device's queue and to that of any.
QUEUES: dict[Device, str] = {"auto": "fitserve", "cpu": "fitserve-cpu", "gpu": "fitserve-gpu"}
TRAIN = "runs.train"
# What a worker calls its connections; its machine and process follow.
WORKER_PREFIXES: dict[DeviceKind, str] = {
    "cpu": "fitserve-worker-cpu-",
    "gpu": "fitserve-worker-gpu-",
}


def celery_url(redis_url: str) -> str:
    """Return Celery's spelling of a Redis address; only sockets are spelled differently."""
    return redis_url.replace("unix://", "redis+socket://", 1)
