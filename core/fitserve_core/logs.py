"""Structured logs: an object a line for programs, words for people at a terminal.

What a line is about (a request, an experiment, a run, an attempt) is bound around the work and goes
with every line that is written meanwhile, whoever writes it. Secrets are struck out.
"""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

_bound: ContextVar[dict[str, object]] = ContextVar("bound", default={})  # noqa: B039 - never changed

# A password in a URL, and what follows a bearer's name; keys of the service begin with fs_.
_SECRETS = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+(?=@)|(?i:bearer) +[^\s'\",]+|\bfs_[\w-]{8,}")
_as_json = json.JSONEncoder(ensure_ascii=False, default=str).encode
NOISY = ("celery", "kombu", "amqp", "uvicorn", "alembic", "httpx2", "httpcore2")


class bound:  # noqa: N801 - it is called like a function, with each request
    """Let `values` go with every line logged inside, in this task and threads it hands work to."""

    __slots__ = ("_token", "_values")

    def __init__(self, **values: object) -> None:
        self._values = values

    def __enter__(self) -> None:
        self._token = _bound.set(_bound.get() | self._values)

    def __exit__(self, *_: object) -> None:
        _bound.reset(self._token)


def configure_logs(part: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Write this process's logs to `stream`, standard error unless given.

    Args:
        part: which process this is: api, worker, explain, stack.
        level: of the least severe lines.
        stream: where it is a terminal, lines are for people.
    """
    target = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(target)
    handler.setFormatter(ForPeople() if target.isatty() else AsJson(part))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def without_secrets(text: str) -> str:
    """Return `text` with passwords of URLs and API keys struck out."""
    return _SECRETS.sub(lambda found: f"{found[1]}:***" if found[1] is not None else "***", text)


class AsJson(logging.Formatter):
    """One JSON object a line: time, level, logger, part, message, what is bound, the traceback."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": self._part,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **_bound.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return _as_json(line)


class ForPeople(logging.Formatter):
    """Time, level, message, and what is bound behind it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the line without a traceback."""
        about = {**_bound.get(), **getattr(record, "fields", {})}
        told = " ".join(f"{name}={value}" for name, value in about.items())
        return without_secrets(f"{super().formatMessage(record)}  {told}".rstrip())

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        """Return a traceback."""
        return without_secrets(super().formatException(ei))  # type: ignore[arg-type]
