"""Prometheus metrics: requests and predictions by this process, training by the store's rows."""

from functools import cache

from fastapi import APIRouter
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from starlette.responses import Response
from starlette.types import Scope

from fitserve_core.store.activity import activity
from fitserve_service.access.scopes import COUNTED
from fitserve_service.dependencies import OpenParts
from fitserve_service.training_metrics import TrainingMetrics

router = APIRouter(tags=["health"])

REQUESTS = Counter("fitserve_requests_total", "Answers by route.", ["method", "route", "status"])
SECONDS = Histogram(
    "fitserve_request_seconds",
    "Seconds from a request to its answer's first byte, by route.",
    ["method", "route"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
# Looking a series up takes longer than adding to it.
_count = cache(REQUESTS.labels)
_seconds = cache(SECONDS.labels)


@router.get("/metrics", operation_id="prometheus", response_class=Response, dependencies=[COUNTED])
def prometheus(parts: OpenParts) -> Response:
    """Return the service's figures as Prometheus reads them."""
    training = CollectorRegistry(auto_describe=False)
    training.register(TrainingMetrics(activity(parts.store.database)))
    return Response(generate_latest() + generate_latest(training), media_type=CONTENT_TYPE_LATEST)


def count(scope: Scope, status: int, seconds: float) -> None:
    """Count an answer, and the seconds that it took to begin."""
    # The route's template, not the path: one series a route, however many ids.
    route = getattr(scope.get("route"), "path", "unknown")
    _count(scope["method"], route, status).inc()
    _seconds(scope["method"], route).observe(seconds)
