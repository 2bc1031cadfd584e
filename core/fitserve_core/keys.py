"""API keys: made at random, and known to the service by their SHA-256 alone."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from fitserve_core.errors import ConfigurationError

Scope = Literal["read", "train", "admin"]
# Each allows what those before it allow.
SCOPES: tuple[Scope, ...] = get_args(Scope)
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
PREFIX = "fs_"
_ENTRY = re.compile(rf"({NAME.pattern}):({'|'.join(SCOPES)}):([0-9a-f]{{64}})")
_PATH = ("/", "./", "../", "~")


@dataclass(frozen=True)
class KeyEntry:
    """What the service knows of a key: whose it is, what it may do, its SHA-256."""

    name: str
    scope: Scope
    sha256: str

    def __str__(self) -> str:
        return f"{self.name}:{self.scope}:{self.sha256}"

    def allows(self, scope: Scope) -> bool:
        """Tell whether the key may do what needs `scope`."""
        return SCOPES.index(scope) <= SCOPES.index(self.scope)


def new_key(name: str, scope: Scope) -> tuple[str, KeyEntry]:
    """Return a new key and its entry.

    A key has 256 random bits, so that its plain SHA-256 gives nothing away.

    Raises:
        ConfigurationError: `name` is no word.
    """
    if not NAME.fullmatch(name):
        raise ConfigurationError(
            "a key's name is a word of at most 40 small letters, digits, - and _, such as "
            f"team-a; received {name!r}",
            param="name",
            received=name,
        )
    key = PREFIX + secrets.token_urlsafe(32)
    return key, KeyEntry(name, scope, sha256_of(key))


def sha256_of(key: str) -> str:
    """Return a key's SHA-256 in hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()


def read_entries(text: str) -> tuple[KeyEntry, ...]:
    """Return the entries in `text`, or in the file whose path it is.

    Entries are parted by commas or lines; `#` begins a comment. Two entries may have one name: so a
    key is replaced while the old one still works.

    Raises:
        ConfigurationError: there is none, or one that is none. The message repeats nothing of it,
            which might be a key.
    """
    if text.startswith(_PATH):
        text = _content(Path(text).expanduser())
    lines = [line.partition("#")[0] for line in text.splitlines()]
    given = [entry.strip() for line in lines for entry in line.split(",") if entry.strip()]
    matches = [_ENTRY.fullmatch(entry) for entry in given]
    if not given or None in matches:
        wrong = f"entry {matches.index(None) + 1} is none" if given else "there is no entry"
        raise ConfigurationError(
            "FITSERVE_API_KEYS holds entries NAME:SCOPE:SHA256 as `fitserve keys new` prints them "
            f"(not the keys themselves), or the path of a file with one a line; {wrong}"
        )
    return tuple(
        KeyEntry(match[1], next(scope for scope in SCOPES if scope == match[2]), match[3])
        for match in matches
        if match
    )


def _content(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ConfigurationError(
            f"FITSERVE_API_KEYS names the file {path}, which cannot be read: {reason}"
        ) from None
