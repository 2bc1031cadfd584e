"""The application's parts, as endpoints ask for them."""

from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Request

from fitserve_core.artefacts import Artefacts
from fitserve_core.settings import Settings
from fitserve_core.store import Store, Viewer
from fitserve_service.access.keyring import Keyring
from fitserve_service.access.rates import Rates
from fitserve_service.dispatcher import Dispatcher
from fitserve_service.events.feed import EventFeed
from fitserve_service.predict.sessions import SessionCache
from fitserve_service.workers import Workers


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the application."""

    settings: Settings
    keyring: Keyring
    rates: Rates
    store: Store
    artefacts: Artefacts
    dispatcher: Dispatcher
    feed: EventFeed
    sessions: SessionCache
    workers: Workers
    _seen: dict[Viewer, "Services"] = field(default_factory=dict)

    def seen_by(self, viewer: Viewer) -> "Services":
        """Return the parts as `viewer` may use them."""
        if viewer not in self._seen:
            store = self.store.seen_by(viewer)
            sessions = self.sessions.seen_by(store.models)
            self._seen[viewer] = replace(self, store=store, sessions=sessions)
        return self._seen[viewer]


async def _open(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _admitted(request: Request) -> Services:
    # Set by the route's scope alone: a route without one fails rather than answers anybody.
    parts: Services = request.state.parts
    return parts


OpenParts = Annotated[Services, Depends(_open)]
Parts = Annotated[Services, Depends(_admitted)]
