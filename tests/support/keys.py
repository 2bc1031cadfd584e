"""Keys of a service under test, one for each name."""

from collections.abc import Mapping

from pydantic import SecretStr

from fitserve_core.keys import Scope, new_key
from fitserve_core.settings import Settings


def keyed(settings: Settings, scopes: Mapping[str, Scope]) -> tuple[Settings, dict[str, str]]:
    """Return settings of a service that knows a key for each name, and the keys."""
    made = {name: new_key(name, scope) for name, scope in scopes.items()}
    lines = SecretStr("\n".join(str(entry) for _, entry in made.values()))
    return settings.model_copy(update={"api_keys": lines}), {
        name: key for name, (key, _) in made.items()
    }


def bearer(key: str) -> dict[str, str]:
    """Return the header that presents a key."""
    return {"Authorization": f"Bearer {key}"}
