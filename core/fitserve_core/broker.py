"""What service and workers agree on about the broker: the hint's name, its queue, its address."""

QUEUE = "fitserve"
TRAIN = "runs.train"
# What a worker calls its connections; its machine and process follow.
WORKER_PREFIX = "fitserve-worker-"


def celery_url(redis_url: str) -> str:
    """Return Celery's spelling of a Redis address; only sockets are spelled differently."""
    return redis_url.replace("unix://", "redis+socket://", 1)
