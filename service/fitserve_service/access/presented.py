"""Which key a request presents: by itself, or by a session that was begun with it."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from fitserve_core.errors import UnauthorizedError
from fitserve_core.keys import KeyEntry
from fitserve_service.access.callers import address_of
from fitserve_service.access.cookies import session_token
from fitserve_service.access.origins import SAFE_METHODS, require_own_page
from fitserve_service.dependencies import Services


async def presented_entry(request: Request, services: Services, key: str | None) -> KeyEntry:
    """Return the entry of the key that a request presents.

    Raises:
        UnauthorizedError: no key and no session, or none that the service knows.
        ForbiddenError: a session, for a change that another site's page asks for.
        RateLimitedError: too many wrong keys, or requests without one, from one address.
    """
    if key is not None:
        entry, received = await known(request, services, key), "an unknown key"
    elif token := session_token(request):
        entry, received = await _of_session(request, services, token), "a session that has ended"
    else:
        entry, received = None, "none"
        await services.rates.requests.count(address_of(request.scope))
    if entry is None:
        raise UnauthorizedError(f"this service needs 'Authorization: Bearer <key>'; got {received}")
    return entry


async def known(request: Request, services: Services, key: str) -> KeyEntry | None:
    """Return the entry of a key; a wrong one is counted for the address that it came from.

    A right key passes whatever else its address has presented: keys cannot be guessed, and others
    may share the address.

    Raises:
        RateLimitedError: too many wrong keys from one address.
    """
    entry = services.keyring.find(key)
    if entry is None:
        await services.rates.wrong_keys.count(address_of(request.scope))
    return entry


async def _of_session(request: Request, services: Services, token: str) -> KeyEntry | None:
    if request.method not in SAFE_METHODS:
        require_own_page(request.headers)
    sha256 = await run_in_threadpool(services.store.sessions.key_of, token)
    # A key that was taken away takes its sessions along.
    entry = services.keyring.with_sha256(sha256) if sha256 else None
    if entry is None:
        await services.rates.requests.count(address_of(request.scope))
    return entry
