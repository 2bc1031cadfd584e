"""The cookie that a browser presents in a session."""

import re

from starlette.requests import Request
from starlette.responses import Response

from fitserve_core.store.sessions import LIFE_SECONDS

PORT = re.compile(r":([0-9]{1,5})$")


def session_token(request: Request) -> str | None:
    """Return the token of the session that a request presents."""
    return request.cookies.get(_name(request))


def present(response: Response, request: Request, token: str) -> None:
    """Let the browser present a session from now on: to this service alone, out of scripts' reach.

    Over TLS, by this server's or a trusted proxy's word, it is never sent without.
    """
    response.set_cookie(
        _name(request),
        token,
        max_age=LIFE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.scope["scheme"] == "https",
    )


def forget(response: Response, request: Request) -> None:
    """Let the browser forget a session."""
    response.delete_cookie(_name(request), httponly=True, samesite="strict")


def _name(request: Request) -> str:
    # A browser sends a cookie to every port of a host: services beside each other go by theirs.
    port = PORT.search(request.headers.get("host", ""))
    return f"fitserve_session_{port[1]}" if port else "fitserve_session"
