"""Where a service is, and what every request to it carries."""

import os
from importlib.metadata import version

import httpx2

from fitserve_core.errors import ConfigurationError

DEFAULT_URL = "http://127.0.0.1:8000"
# A prediction of many instances may take a while; being told that nobody listens may not.
TIMEOUT = httpx2.Timeout(60.0, connect=5.0)


def service_url(base_url: str | None) -> httpx2.URL:
    """Return the service's address: `base_url`, FITSERVE_URL, or the default.

    Raises:
        ConfigurationError: it is not an http or https address.
    """
    text = base_url or os.environ.get("FITSERVE_URL") or DEFAULT_URL
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigurationError(
            f"{text!r} is no address of a service; one looks like {DEFAULT_URL}",
            param="base_url",
            received=text,
        )
    return url


def default_headers(api_key: str | None) -> dict[str, str]:
    """Return the headers of every request; the key is FITSERVE_API_KEY if not given."""
    key = api_key or os.environ.get("FITSERVE_API_KEY")
    agent = {"User-Agent": f"fitserve-python/{version('fitserve')}"}
    return {**agent, "Authorization": f"Bearer {key}"} if key else agent
