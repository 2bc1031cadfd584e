"""Whose page a browser sends a request for."""

from collections.abc import Set
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from fitserve_core.errors import ForbiddenError
from fitserve_core.received import quote

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
OTHER_SITES = {"cross-site", "same-site"}


def is_other_sites(headers: Headers, allowed: Set[str]) -> bool:
    """Return whether a browser says that another site's page asks; programs say nothing.

    Args:
        headers: of the request.
        allowed: origins of other sites that may ask.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") in OTHER_SITES
    return _netloc(origin) != headers.get("host") and origin not in allowed


def require_own_page(headers: Headers) -> None:
    """Let a request pass that a browser sends for a page of this very service.

    Raises:
        ForbiddenError: it says of none, or of another.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    # Behind a proxy that asks under another name, only the browser knows what is the same.
    own = _netloc(origin or "") == headers.get("host") if site is None else site == "same-origin"
    if not own:
        raise ForbiddenError(
            "what a browser's session changes is asked for by this service's own pages; got the "
            f"Origin {quote(origin)}; programs present their key as 'Authorization: Bearer <key>'"
        )


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
