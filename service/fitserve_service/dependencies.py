"""The application's parts, as endpoints ask for them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from fitserve_core.artefacts import Artefacts
from fitserve_core.settings import Settings
from fitserve_core.store import Store
from fitserve_service.access.keyring import Keyring
from fitserve_service.dispatcher import Dispatcher
from fitserve_service.events.feed import EventFeed
from fitserve_service.predict.sessions import SessionCache


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the application."""

    settings: Settings
    keyring: Keyring
    store: Store
    artefacts: Artefacts
    dispatcher: Dispatcher
    feed: EventFeed
    sessions: SessionCache


async def _open(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _admitted(request: Request) -> Services:
    # Set by the route's scope alone: a route without one fails rather than answers anybody.
    parts: Services = request.state.parts
    return parts


OpenParts = Annotated[Services, Depends(_open)]
Parts = Annotated[Services, Depends(_admitted)]
