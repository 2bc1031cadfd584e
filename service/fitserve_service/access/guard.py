"""What browsers are told and refused, before any route is asked."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from fitserve_core.errors import ForbiddenError
from fitserve_core.hosts import is_loopback
from fitserve_core.received import quote
from fitserve_service.access.origins import SAFE_METHODS, is_other_sites
from fitserve_service.errors import respond_to

Header = tuple[bytes, bytes]

HEADERS: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
# An answer of the API is no page; pages bring a policy of their own.
NO_PAGE = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
# A browser, or a proxy behind which several sign in, might take it up later for another one's.
NOT_KEPT = (b"cache-control", b"private, no-cache")
OF_FILES = (*HEADERS, NO_PAGE)
OF_ANSWERS = (*OF_FILES, NOT_KEPT)
# Callers send few, and no name has more characters, with a port.
MOST_HOSTS = 100
MOST_CHARACTERS = 260
# One of them at least comes with a request for a page; programs send neither.
OF_PAGES = {b"origin", b"sec-fetch-site"}


class Guard:
    """Where there are no keys, refuses what only another site's page sends.

    Without keys whoever reaches the service is obeyed, and a browser on this machine reaches it for
    every page that it shows. Such a page can send a request (so its origin is looked at), or let
    its own name point at this machine and read the answer, too (so the name is looked at).

    Args:
        keyless: whether there are no keys.
        hosts: names under which the service is asked, besides this machine's.
        origins: whose pages may ask.
    """

    def __init__(self, *, keyless: bool, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self._keyless = keyless
        self._hosts = {host.lower() for host in hosts}
        self._looked_up = lru_cache(MOST_HOSTS)(self._is_ours)
        self._origins = set(origins)

    def refused(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Response | None:
        """Return the answer to a request that is refused, None for all others."""
        refusal = self._refusal(scope, headers) if self._keyless else None
        return None if refusal is None else respond_to(Request(scope), ForbiddenError(refusal))

    def knows(self, headers: Mapping[bytes, bytes]) -> bool:
        """Tell whether a request that names no page that it comes from is let pass."""
        return not self._keyless or self._is_own(headers.get(b"host", b""))

    def _refusal(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str | None:
        host = headers.get(b"host", b"")
        if not self._is_own(host):
            return (
                f"a service without API keys is asked as localhost or 127.0.0.1; got the Host "
                f"{quote(host.decode('latin-1'))}; FITSERVE_ALLOWED_HOSTS names others"
            )
        if scope["method"] in SAFE_METHODS or headers.keys().isdisjoint(OF_PAGES):
            return None
        told = Headers(scope=scope)
        if is_other_sites(told, self._origins):
            return (
                "a service without API keys takes no changes from other sites' pages; got the "
                f"Origin {quote(told.get('origin'))}; FITSERVE_CORS_ORIGINS names sites that "
                "may ask"
            )
        return None

    def _is_own(self, host: bytes) -> bool:
        return len(host) <= MOST_CHARACTERS and self._looked_up(host)

    def _is_ours(self, host: bytes) -> bool:
        name = _name(host.decode("latin-1"))
        return is_loopback(name) or name in self._hosts


def security_headers(given: Iterable[Header]) -> tuple[Header, ...]:
    """Return what browsers are told besides the headers that an answer has."""
    told = dict(given)
    if NO_PAGE[0] in told:
        return HEADERS
    return OF_FILES if NOT_KEPT[0] in told else OF_ANSWERS


def _name(host: str) -> str:
    """Return a Host header's name or address, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
