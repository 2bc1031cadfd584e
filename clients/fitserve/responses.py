"""What an answer means: a typed result, or the error that it stands for."""

from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from fitserve.errors import APIConnectionError, APIResponseError, status_error
from fitserve.retries import Outcome

Parsed = TypeVar("Parsed", bound=BaseModel)


def accept(outcome: Outcome, base_url: str) -> httpx2.Response:
    """Return a successful answer, its body read.

    Raises:
        APIConnectionError: there was none.
        APIStatusError: the service refused.
    """
    if isinstance(outcome, httpx2.TransportError):
        raise APIConnectionError(
            f"cannot reach fitserve at {base_url} ({_cause(outcome)}); is it running? "
            "`fitserve up` starts it, FITSERVE_URL says where it is"
        ) from outcome
    if not outcome.is_success:
        raise status_error(outcome.status_code, outcome.content)
    return outcome


def parse(kind: type[Parsed], response: httpx2.Response) -> Parsed:
    """Return the body of `response` as `kind`.

    Raises:
        APIResponseError: it is something else.
    """
    return parse_json(kind, response.content, str(response.request.url))


def parse_json(kind: type[Parsed], content: bytes | str, url: str) -> Parsed:
    """Return JSON from `url` as `kind`.

    Raises:
        APIResponseError: it is something else.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise APIResponseError(
            f"{url} answered something that is not a fitserve {kind.__name__}: "
            f"{path + ': ' if path else ''}{first['msg']}; is it another service or version?"
        ) from error


def _cause(error: httpx2.TransportError) -> str:
    return str(error) or type(error).__name__
