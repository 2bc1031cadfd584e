"""What a key must allow for a call: every route carries exactly one of READ, TRAIN, ADMIN."""

from typing import Annotated, cast

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from fastapi.security.utils import get_authorization_scheme_param

from fitserve_core.errors import ForbiddenError, UnauthorizedError
from fitserve_core.keys import KeyEntry, Scope
from fitserve_core.settings import Settings
from fitserve_core.store import Quota, Viewer
from fitserve_service.access.keyring import Keyring
from fitserve_service.dependencies import Services

_bearer = HTTPBearer(
    auto_error=False,
    description="A key of the service, where it has any. Its scope is read, train (which may read, "
    "too) or admin (which may do everything).",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


async def authorised(request: Request, needed: SecurityScopes, _documented: Credentials) -> None:
    """Let a request pass as `admit` does, to the parts that endpoints ask for."""
    if hasattr(request.state, "parts"):
        # A route that reads JSON has asked before it read the body.
        return
    [scope] = needed.scopes
    request.state.parts = admit(request, cast("Scope", scope))


def admit(request: Request, scope: Scope) -> Services:
    """Return the parts as a request's key may use them: with what belongs to the key.

    Raises:
        UnauthorizedError: no key, or none that the service knows.
        ForbiddenError: a key that does not allow `scope`.
    """
    services: Services = request.app.state.services
    if not services.keyring:
        return services
    entry = _entry(services.keyring, _presented(request))
    allow(entry, scope)
    return services.seen_by(viewer_of(entry, services.settings))


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


def _presented(request: Request) -> str:
    """Return the key that a request brings, empty where it brings none."""
    scheme, key = get_authorization_scheme_param(request.headers.get("authorization"))
    return key if scheme.lower() == "bearer" else ""


def _entry(keyring: Keyring, key: str) -> KeyEntry:
    entry = keyring.find(key) if key else None
    if entry is None:
        received = "an unknown key" if key else "none"
        raise UnauthorizedError(f"this service needs 'Authorization: Bearer <key>'; got {received}")
    return entry


READ = Security(authorised, scopes=["read"])
TRAIN = Security(authorised, scopes=["train"])
ADMIN = Security(authorised, scopes=["admin"])
