"""What an answer means: a typed result, or the error that it stands for."""

from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from fitserve.errors import APIConnectionError, APIResponseError, status_error
from fitserve.retries import Outcome
from fitserve_core.errors import ConfigurationError, FitserveError
from fitserve_core.results import Health
from fitserve_core.spec import ACCEPTED

Parsed = TypeVar("Parsed", bound=BaseModel)


def accept(outcome: Outcome, base_url: str) -> httpx2.Response:
    """Return a successful answer, its body read.

    Raises:
        APIConnectionError: there was none.
        APIStatusError: the service refused.
    """
    if isinstance(outcome, httpx2.Response) and outcome.is_success:
        return outcome
    raise failure(outcome, base_url)


def failure(outcome: Outcome, base_url: str) -> FitserveError:
    """Return the error that no answer, or a refusing one, stands for."""
    if isinstance(outcome, httpx2.Response):
        return status_error(outcome.status_code, outcome.content)
    return APIConnectionError(
        f"cannot reach fitserve at {base_url} ({str(outcome) or type(outcome).__name__}); "
        "is it running? `fitserve up` starts it, FITSERVE_URL says where it is"
    )


def health_of(outcome: Outcome, base_url: str) -> Health:
    """Return how the service says that it is, which it also does as 503.

    Raises:
        APIConnectionError: it says nothing.
        APIStatusError: it refuses to say.
    """
    if isinstance(outcome, httpx2.Response) and outcome.status_code == 503:
        try:
            return Health.model_validate_json(outcome.content)
        except ValidationError as error:
            raise failure(outcome, base_url) from error
    return parse(Health, accept(outcome, base_url))


def parse(kind: type[Parsed], response: httpx2.Response) -> Parsed:
    """Return the body of `response` as `kind`.

    Raises:
        APIResponseError: it is something else.
    """
    return parse_json(kind, response.content, str(response.request.url))


def parse_json(kind: type[Parsed], content: bytes | str, url: str) -> Parsed:
    """Return JSON from `url` as `kind`; fields of a newer service's are left out.

    Raises:
        APIResponseError: it is something else.
    """
    try:
        return kind.model_validate_json(content, context=ACCEPTED, extra="ignore")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise APIResponseError(
            f"{url} answered something that is not a fitserve {kind.__name__}: "
            f"{path + ': ' if path else ''}{first['msg']}; is it another service or version?"
        ) from error


def figure_of(content: str) -> Any:
    """Return the Plotly figure that an answer holds.

    Raises:
        ConfigurationError: Plotly is not installed.
    """
    try:
        from plotly.io import from_json  # noqa: PLC0415  not part of the base install
    except ModuleNotFoundError:
        raise ConfigurationError(
            "figures need Plotly, which is not installed; pip install 'fitserve[notebook]'"
        ) from None
    return from_json(content)
