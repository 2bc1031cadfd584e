"""Liveness and readiness."""

from fastapi import APIRouter, Response
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from fitserve_core.results import Health
from fitserve_core.store import Store
from fitserve_service.dependencies import OpenParts

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="live")
async def live() -> Health:
    """Tell that the process answers."""
    return Health(status="ok")


@router.get("/readyz", operation_id="ready")
def ready(parts: OpenParts, response: Response) -> Health:
    """Tell what the service can reach; 503 without its store.

    A missing broker is told, yet the service stays ready: it accepts experiments, whose rows wait
    for the broker's return, and it predicts.
    """
    store, broker = _store(parts.store), _broker(parts.settings.redis_url)
    if store != "ok":
        response.status_code = 503
    status = "ok" if store == "ok" else "unavailable"
    return Health(status=status, parts={"store": store, "broker": broker})


def _store(store: Store) -> str:
    try:
        store.database.ping()
    except SQLAlchemyError as error:
        return f"unavailable: {type(error).__name__}"
    return "ok"


def _broker(redis_url: str | None) -> str:
    if redis_url is None:
        return "not configured"
    try:
        with Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=1) as broker:
            broker.ping()
    except (RedisError, ValueError) as error:
        return f"unavailable: {type(error).__name__}"
    return "ok"
