"""What a key must allow for a call: every route carries exactly one of READ, TRAIN, ADMIN."""

from typing import Annotated, cast

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from fitserve_core.errors import ForbiddenError, UnauthorizedError
from fitserve_core.keys import KeyEntry, Scope
from fitserve_core.settings import Settings
from fitserve_core.store import Quota, Viewer
from fitserve_service.access.keyring import Keyring
from fitserve_service.dependencies import Services

bearer = HTTPBearer(
    auto_error=False,
    description="A key of the service, where it has any. Its scope is read, train (which may read, "
    "too) or admin (which may do everything).",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


async def authorised(request: Request, needed: SecurityScopes, credentials: Credentials) -> None:
    """Let a request pass whose key allows the route's scope, to what belongs to the key.

    Raises:
        UnauthorizedError: no key, or none that the service knows.
        ForbiddenError: a key whose scope does not suffice.
    """
    if hasattr(request.state, "parts"):
        # A route that reads JSON has asked before it read the body.
        return
    services: Services = request.app.state.services
    if services.keyring:
        [scope] = needed.scopes
        entry = _entry(services.keyring, credentials)
        allow(entry, cast("Scope", scope))
        services = services.seen_by(viewer_of(entry, services.settings))
    request.state.parts = services


def viewer_of(entry: KeyEntry, settings: Settings) -> Viewer:
    """Return what a key stands for in the store."""
    quota = Quota(settings.max_experiments_per_key, settings.max_queued_runs_per_key)
    return Viewer(entry.name, everything=entry.allows("admin"), quota=quota)


def allow(entry: KeyEntry, scope: Scope) -> None:
    """Raise ForbiddenError where a key does not allow `scope`."""
    if not entry.allows(scope):
        raise ForbiddenError(
            f"this call needs a key with the scope {scope}; {entry.name} has the scope "
            f"{entry.scope}"
        )


def _entry(keyring: Keyring, credentials: HTTPAuthorizationCredentials | None) -> KeyEntry:
    entry = keyring.find(credentials.credentials) if credentials else None
    if entry is None:
        received = "an unknown key" if credentials else "none"
        raise UnauthorizedError(f"this service needs 'Authorization: Bearer <key>'; got {received}")
    return entry


READ = Security(authorised, scopes=["read"])
TRAIN = Security(authorised, scopes=["train"])
ADMIN = Security(authorised, scopes=["admin"])
