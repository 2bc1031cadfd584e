"""The keys that the service knows."""

import hmac
from collections.abc import Sequence

from fitserve_core.keys import KeyEntry, read_entries, sha256_of
from fitserve_core.settings import Settings


class Keyring:
    """Finds the entry of a key that was presented; without entries nobody needs a key."""

    def __init__(self, entries: Sequence[KeyEntry] = ()) -> None:
        self._entries = entries

    @classmethod
    def configured(cls, settings: Settings) -> "Keyring":
        """Return the keyring of FITSERVE_API_KEYS.

        Raises:
            ConfigurationError: it holds something else than entries.
        """
        given = settings.api_keys
        return cls() if given is None else cls(read_entries(given.get_secret_value()))

    def __bool__(self) -> bool:
        return bool(self._entries)

    def find(self, key: str) -> KeyEntry | None:
        """Return the entry of `key`, or None; the time taken tells nothing of the entries."""
        return self.with_sha256(sha256_of(key))

    def with_sha256(self, presented: str) -> KeyEntry | None:
        """Return the entry of the key with this SHA-256, or None, in the same time."""
        found = None
        for entry in self._entries:
            if hmac.compare_digest(entry.sha256, presented):
                found = entry
        return found
