"""The API key: one bearer key for all calls but health and metrics, where one is configured."""

import hmac
from collections.abc import Callable
from typing import Annotated

from fastapi import Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from fitserve_core.errors import UnauthorizedError
from fitserve_core.settings import Settings

_bearer = HTTPBearer(auto_error=False, description="The key in FITSERVE_API_KEY, if one is set.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def require_key(settings: Settings) -> Callable[..., None]:
    """Return a dependency that raises UnauthorizedError for a missing or wrong key."""

    def check(credentials: Credentials) -> None:
        if settings.api_key is None:
            return
        # Headers are bytes, which Starlette reads as Latin-1.
        given = credentials.credentials.encode("latin-1") if credentials else b""
        # Compared in constant time: the time must not tell how much of a key is right.
        if not hmac.compare_digest(given, settings.api_key.get_secret_value().encode()):
            received = "a wrong key" if credentials else "none"
            raise UnauthorizedError(
                f"this service needs 'Authorization: Bearer <FITSERVE_API_KEY>'; got {received}"
            )

    return check
