"""The socket on which the API answers."""

import os
import socket
import sys

from fitserve_core.errors import ConfigurationError
from fitserve_core.hosts import is_loopback
from fitserve_core.settings import Settings
from fitserve_service.access.keyring import Keyring

BACKLOG = 2048


def bind_each(settings: Settings) -> list[socket.socket]:
    """Return a listening socket for each API process, all at one address.

    Linux gives each its share of the connections. Were it one socket for all, whoever wakes first
    would take all that come together, and its fellows idle while it is busy. Elsewhere the system
    shares nothing out, and it is one socket.

    Raises:
        ConfigurationError: as `bind` does.
    """
    if settings.api_processes == 1 or sys.platform != "linux":
        return [bind(settings)] * settings.api_processes
    # Looked at without sharing first: it would let another service of this user in, too.
    with bind(settings) as probe:
        host, port = probe.getsockname()[:2]
    return [
        socket.create_server((host, port), family=probe.family, backlog=BACKLOG, reuse_port=True)
        for _ in range(settings.api_processes)
    ]


def bind(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises:
        ConfigurationError: the address is taken, or others could reach it without a key.
    """
    host, port = settings.host, settings.port
    if not Keyring.configured(settings) and not is_loopback(host):
        raise ConfigurationError(
            f"without API keys the service answers this machine alone, and FITSERVE_HOST is "
            f"{host}; make a key with `fitserve keys new --name me --scope admin` and set "
            "FITSERVE_API_KEYS to the line that it prints, or set FITSERVE_HOST to 127.0.0.1"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {host}:{port} ({error.strerror}); set FITSERVE_PORT to a free "
            "port, or to 0 to take any"
        ) from None


def who_may_call(settings: Settings) -> str:
    """Return in words who is answered."""
    if Keyring.configured(settings):
        return "whoever has a key of FITSERVE_API_KEYS"
    told = "this machine alone, since there are no API keys (`fitserve keys new` makes one)"
    if os.environ.get("FITSERVE_API_KEY"):
        told += "; FITSERVE_API_KEY is what a client presents, the service reads FITSERVE_API_KEYS"
    return told
