"""The application, built from settings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.cors import CORSMiddleware

from fitserve_core import tracing
from fitserve_core.artefacts import Artefacts
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service import bounds, health, instruments
from fitserve_service.access import endpoints as access
from fitserve_service.access.guard import Guard
from fitserve_service.access.keyring import Keyring
from fitserve_service.access.rates import Rates
from fitserve_service.body_limit import BodyLimit
from fitserve_service.catalogue import endpoints as catalogue
from fitserve_service.dashboard.endpoints import install_dashboard
from fitserve_service.datasets import endpoints as datasets
from fitserve_service.dependencies import Services
from fitserve_service.direct.application import DirectApplication
from fitserve_service.direct.at_once import AtOnce
from fitserve_service.dispatcher import Dispatcher
from fitserve_service.errors import ERROR_STATUSES, install_error_handlers
from fitserve_service.events import endpoints as events
from fitserve_service.events.feed import EventFeed
from fitserve_service.experiments import endpoints as experiments
from fitserve_service.explain import endpoints as explain
from fitserve_service.exports import endpoints as exports
from fitserve_service.figures import endpoints as figures
from fitserve_service.front import Front
from fitserve_service.models import endpoints as models
from fitserve_service.openapi import install_openapi
from fitserve_service.predict import endpoints as predict
from fitserve_service.predict.sessions import SessionCache, Sessions
from fitserve_service.protocols import open_inference, tensorflow_serving
from fitserve_service.reference import install_reference
from fitserve_service.webhooks import endpoints as webhooks
from fitserve_service.webhooks.deliverer import Deliverer
from fitserve_service.workers import Workers

DESCRIPTION = """
Post a spec; it is trained on every learning rate and repetition that the spec names, summarised
as mean ± standard deviation, and the kept model answers `POST /predict`.
"""

# Requests are traced once `tracing` has started, by FastAPI itself; what asks all day long is not.
UNTRACED = {"/healthz", "/readyz", "/metrics", "/events"}
TRACED: TelemetryConfig = {
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
    "exclude": lambda scope: scope["path"] in UNTRACED or scope["path"].endswith("/events"),
}


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its parts start and stop with its lifespan.

    Raises:
        ConfigurationError: FITSERVE_API_KEYS holds something else than entries.
    """
    keyring = Keyring.configured(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tracing.start("fitserve-api")
        store = Store.opened(settings)
        artefacts = Artefacts(settings.artefacts)
        dispatcher = Dispatcher(store, settings.redis_url)
        feed = EventFeed(store.events)
        rates = Rates(settings.redis_url, settings)
        app.state.services = Services(
            settings=settings,
            keyring=keyring,
            rates=rates,
            store=store,
            artefacts=artefacts,
            dispatcher=dispatcher,
            feed=feed,
            sessions=SessionCache(store.models, Sessions(artefacts)),
            workers=Workers(settings.redis_url),
        )
        dispatcher.start()
        deliverer = Deliverer(store.deliveries, settings.webhook_networks)
        async with feed.running(), deliverer.running():
            yield
        dispatcher.stop()
        await rates.close()
        await asyncio.to_thread(tracing.stop)
        # Threads go on where who waits for them is cancelled; they hand connections back first.
        await asyncio.get_running_loop().shutdown_default_executor()
        store.close()

    app = DirectApplication(
        title="fitserve",
        description=DESCRIPTION,
        version=version("fitserve"),
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=ERROR_STATUSES,
        # Said here, or FastAPI would look it up in the environment with each request.
        telemetry={**TRACED, "tracing": tracing.asked_for()},
        direct=[
            route
            for asked in (predict, tensorflow_serving, open_inference)
            for route in asked.direct.routes
        ],
    )
    install_error_handlers(app)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
            expose_headers=["ETag", "Location", "Retry-After"],
        )
    guard = Guard(keyless=not keyring, hosts=settings.allowed_hosts, origins=settings.cors_origins)
    app.add_middleware(Front, guard=guard, limit=BodyLimit(settings.max_body_bytes))
    # CORS has something to say about every answer.
    app.state.at_once = AtOnce(app, guard, 0 if settings.cors_origins else settings.max_body_bytes)
    app.include_router(health.router)
    app.include_router(instruments.router)
    for part in (
        experiments, exports, figures, events, models, explain, catalogue, datasets, webhooks,
        bounds, access, tensorflow_serving, open_inference,
    ):  # fmt: skip
        app.include_router(part.router)
    install_dashboard(app)
    install_openapi(app)
    install_reference(app)
    return app
