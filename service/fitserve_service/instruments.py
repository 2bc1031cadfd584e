"""Prometheus metrics: requests by route, runs by status."""

import time
from typing import get_args

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fitserve_core.results import Status
from fitserve_service.dependencies import OpenParts

router = APIRouter(tags=["health"])

REQUESTS = Counter("fitserve_requests_total", "Answers by route.", ["method", "route", "status"])
SECONDS = Histogram(
    "fitserve_request_seconds",
    "Seconds from a request to its answer's first byte, by route.",
    ["method", "route"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
RUNS = Gauge("fitserve_runs", "Runs by status.", ["status"])


@router.get("/metrics", operation_id="prometheus", response_class=Response)
def prometheus(parts: OpenParts) -> Response:
    """Return the service's figures as Prometheus reads them."""
    runs = parts.store.runs.count_by_status()
    for status in get_args(Status):
        RUNS.labels(status).set(runs.get(status, 0))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


class Instruments:
    """Count answers and measure how long each took to begin."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, watching its answer begin."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The route's template, not the path: one series a route, however many ids.
                route = getattr(scope.get("route"), "path", "unknown")
                REQUESTS.labels(scope["method"], route, message["status"]).inc()
                SECONDS.labels(scope["method"], route).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, observed)
