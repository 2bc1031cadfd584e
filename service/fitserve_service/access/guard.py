"""What browsers are told and refused, before any route is asked."""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fitserve_core.errors import ForbiddenError
from fitserve_core.hosts import is_loopback
from fitserve_core.received import quote
from fitserve_service.access.origins import SAFE_METHODS, is_other_sites
from fitserve_service.errors import answer
from fitserve_service.protocols.errors import reworded, speaks_protocol

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
# An answer of the API is no page; pages bring a policy of their own.
NO_PAGE = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")


class Guard:
    """Add security headers; where there are no keys, refuse what only another site's page sends.

    Without keys whoever reaches the service is obeyed, and a browser on this machine reaches it for
    every page that it shows. Such a page can send a request (so its origin is looked at), or let
    its own name point at this machine and read the answer, too (so the name is looked at).

    Args:
        keyless: whether there are no keys.
        hosts: names under which the service is asked, besides this machine's.
        origins: whose pages may ask.
    """

    def __init__(
        self, app: ASGIApp, *, keyless: bool, hosts: Iterable[str], origins: Iterable[str]
    ) -> None:
        self._app = app
        self._keyless = keyless
        self._hosts = {host.lower() for host in hosts}
        self._origins = set(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message["headers"]
                own = () if NO_PAGE[0] in dict(given) else (NO_PAGE,)
                message["headers"] = [*given, *HEADERS, *own]
            await send(message)

        refusal = self._refusal(scope) if self._keyless else None
        if refusal is None:
            await self._app(scope, receive, guarded)
            return
        response = answer(403, ForbiddenError(refusal))
        if speaks_protocol(Request(scope)):
            response = reworded(response)
        await response(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _name(host)
        if not is_loopback(name) and name not in self._hosts:
            return (
                f"a service without API keys is asked as localhost or 127.0.0.1; got the Host "
                f"{quote(host)}; FITSERVE_ALLOWED_HOSTS names others"
            )
        if scope["method"] in SAFE_METHODS:
            return None
        if is_other_sites(headers, self._origins):
            return (
                "a service without API keys takes no changes from other sites' pages; got the "
                f"Origin {quote(headers.get('origin'))}; FITSERVE_CORS_ORIGINS names sites that "
                "may ask"
            )
        return None


def _name(host: str) -> str:
    """Return a Host header's name or address, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
