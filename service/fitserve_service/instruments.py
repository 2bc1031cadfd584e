"""Prometheus metrics: requests and predictions as counted, training by the store's rows."""

from collections.abc import Callable
from functools import cache

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.responses import Response
from starlette.types import Scope

from fitserve_core.store.activity import activity
from fitserve_service.access.scopes import COUNTED
from fitserve_service.counting import REQUEST_SECONDS, REQUESTS, counted
from fitserve_service.dependencies import OpenParts
from fitserve_service.training_metrics import TrainingMetrics

router = APIRouter(tags=["health"])


@cache
def _series(method: str, route: str, status: int) -> tuple[Callable[[], None], Callable[..., None]]:
    """Return what counts an answer, and its seconds: looking up takes longer than adding."""
    seconds = REQUEST_SECONDS.labels(method, route)
    return REQUESTS.labels(method, route, status).inc, seconds.observe


@router.get("/metrics", operation_id="prometheus", response_class=Response, dependencies=[COUNTED])
def prometheus(parts: OpenParts) -> Response:
    """Return the service's figures as Prometheus reads them."""
    training = CollectorRegistry(auto_describe=False)
    training.register(TrainingMetrics(activity(parts.store.database)))
    told = generate_latest(counted()) + generate_latest(training)
    return Response(told, media_type=CONTENT_TYPE_LATEST)


def count(scope: Scope, status: int, seconds: float) -> None:
    """Count an answer, and the seconds that it took to begin."""
    # The route's template, not the path: one series a route, however many ids.
    route = getattr(scope.get("route"), "path", "unknown")
    count_one, observe = _series(scope["method"], route, status)
    count_one()
    observe(seconds)
