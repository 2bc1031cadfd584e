"""Commands that need more than the base install."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from fitserve_core.errors import ConfigurationError

if TYPE_CHECKING:
    from fitserve_core.settings import Settings


@contextmanager
def extras() -> Iterator[None]:
    """Say what to install when an import inside fails.

    Raises:
        ConfigurationError: a module of the service or the workers is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"this command needs more than the client, and {error.name} is not installed; "
            "pip install 'fitserve[all]'"
        ) from error


def settings(**given: Any) -> "Settings":
    """Return the settings of the environment, with `given` over them.

    Raises:
        ConfigurationError: a value that cannot be used.
    """
    with extras():
        from fitserve_core.settings import Settings  # noqa: PLC0415  needs the extras
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = f"FITSERVE_{first['loc'][0]}".upper()
        raise ConfigurationError(f"{name}: {first['msg']}; received {first['input']!r}") from error


def own_settings() -> "Settings":
    """Return settings of a service of a command's own: for this machine alone, without keys.

    Raises:
        ConfigurationError: a value of the environment that cannot be used.
    """
    return settings(host="127.0.0.1", port=0, api_keys=None)
