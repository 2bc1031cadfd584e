"""What a key must allow for a call: every route carries exactly one of the scopes below."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes
from fastapi.security.utils import get_authorization_scheme_param
from starlette.types import Scope as Asgi

from fitserve_core.errors import ForbiddenError
from fitserve_core.keys import KeyEntry, Scope
from fitserve_core.settings import Settings
from fitserve_core.store import Quota, Viewer
from fitserve_service.access.callers import address_of
from fitserve_service.access.presented import presented_entry
from fitserve_service.access.rates import Rate
from fitserve_service.dependencies import Services

bearer = HTTPBearer(
    auto_error=False,
    description="A key of the service, where it has any. Its scope is read, train (which may read, "
    "too) or admin (which may do everything).",
)
PREDICTS: Scope = "read"
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


async def authorised(request: Request, needed: SecurityScopes, credentials: Credentials) -> None:
    """Let a request pass whose key allows the route's scope, to what belongs to the key.

    Raises:
        UnauthorizedError: no key, or none that the service knows.
        ForbiddenError: a key whose scope does not suffice, or another site's page.
        RateLimitedError: a caller that asks more often than it may.
    """
    services = _services(request)
    await _admit(request, needed, credentials, services, services.rates.requests)


async def authorised_to_predict(
    request: Request, needed: SecurityScopes, credentials: Credentials
) -> None:
    """Let a request for predictions pass, as `authorised` does; they are counted apart."""
    services = _services(request)
    await _admit(request, needed, credentials, services, services.rates.predictions)


def admits_at_once(scope: Asgi, headers: Mapping[bytes, bytes], services: Services) -> bool:
    """Let a request for predictions pass and return True, if nothing has to be waited for.

    It need not be refused where this returns False: `authorised_to_predict` decides.
    """
    entry, caller = None, address_of(scope)
    if services.keyring:
        given = headers.get(b"authorization", b"").decode("latin-1")
        scheme, key = get_authorization_scheme_param(given)
        entry = services.keyring.find(key) if scheme.lower() == "bearer" else None
        if entry is None or not entry.allows(PREDICTS):
            return False
        caller = _counted_as(entry)
    if not services.rates.predictions.count_at_once(caller):
        return False
    _let_pass(scope["state"], entry, services)
    return True


async def counted(request: Request) -> None:
    """Count a request that needs no key by its address.

    Raises:
        RateLimitedError: the address asks more often than it may.
    """
    await _services(request).rates.requests.count(address_of(request.scope))


async def _admit(
    request: Request,
    needed: SecurityScopes,
    credentials: HTTPAuthorizationCredentials | None,
    services: Services,
    rate: Rate,
) -> None:
    state = request.scope.setdefault("state", {})
    if "parts" in state:
        # A route that reads JSON has asked before it read the body.
        return
    entry = None
    if services.keyring:
        key = credentials.credentials if credentials else None
        entry = await presented_entry(request, services, key)
        await rate.count(_counted_as(entry))
        [scope] = needed.scopes
        allow(entry, cast("Scope", scope))
    else:
        await rate.count(address_of(request.scope))
    _let_pass(state, entry, services)


def _let_pass(state: dict[str, Any], entry: KeyEntry | None, services: Services) -> None:
    if entry is not None:
        services = services.seen_by(viewer_of(entry, services.settings))
    state["key"], state["parts"] = entry, services


def _counted_as(entry: KeyEntry) -> str:
    return f"key {entry.name}"


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


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


READ = Security(authorised, scopes=["read"])
PREDICTIONS = Security(authorised_to_predict, scopes=[PREDICTS])
TRAIN = Security(authorised, scopes=["train"])
ADMIN = Security(authorised, scopes=["admin"])
COUNTED = Depends(counted)
