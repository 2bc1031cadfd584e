"""What the client raises, and the one table from HTTP status to error.

FitserveError                 any error of the product (core's own root)
├── APIConnectionError        the service cannot be reached
├── APIResponseError          an answer that this client does not understand
├── WaitTimeoutError          the experiment goes on, the waiting does not
└── APIStatusError            the service refused: status, code, message, param, received
    ├── Unauthorized          401
    ├── Forbidden             403
    ├── NotFound              404
    ├── Conflict              409
    ├── TooLarge              413
    ├── BadSpec               422
    ├── RateLimited           429
    └── ServerError           5xx
"""

from types import MappingProxyType

from pydantic import ValidationError

from fitserve_core.errors import FitserveError
from fitserve_core.results import ErrorBody, ErrorEnvelope

SHOWN_OF_A_FOREIGN_BODY = 200


class APIConnectionError(FitserveError):
    """The service cannot be reached."""

    code = "connection"


class APIResponseError(FitserveError):
    """The service answered something that this client does not understand."""

    code = "bad_response"


class WaitTimeoutError(FitserveError, TimeoutError):
    """The experiment goes on, but the time given to wait for it is over."""

    code = "wait_timeout"


class APIStatusError(FitserveError):
    """The service refused; the message is the service's own.

    Args:
        status: HTTP status of the answer.
        body: what the service said about it.
    """

    def __init__(self, status: int, body: ErrorBody) -> None:
        super().__init__(body.message, param=body.param, received=body.received)
        self.status = status
        self.code = body.code


class Unauthorized(APIStatusError):  # noqa: N818  these read as what the service said
    """No API key, or an unknown one."""


class Forbidden(APIStatusError):  # noqa: N818
    """A key that may not do this: its scope, or whose the experiment is, forbids it."""


class NotFound(APIStatusError):  # noqa: N818
    """No such experiment, run or model."""


class Conflict(APIStatusError):  # noqa: N818
    """Impossible in the present state, such as predicting before a model is kept."""


class TooLarge(APIStatusError):  # noqa: N818
    """A request body above the service's limit."""


class BadSpec(APIStatusError):  # noqa: N818
    """A value that cannot be used; `param` is its path and `received` the value."""


class RateLimited(APIStatusError):  # noqa: N818
    """Too many requests, even after waiting as told."""


class ServerError(APIStatusError):
    """The service failed, or a part that it needs is out of reach."""


ERRORS = MappingProxyType(
    {
        401: Unauthorized,
        403: Forbidden,
        404: NotFound,
        409: Conflict,
        413: TooLarge,
        422: BadSpec,
        429: RateLimited,
    }
)


def status_error(status: int, content: bytes) -> APIStatusError:
    """Return the error that a refusing answer stands for."""
    kind = ERRORS.get(status, ServerError if status >= 500 else APIStatusError)
    return kind(status, _body(status, content))


def _body(status: int, content: bytes) -> ErrorBody:
    try:
        return ErrorEnvelope.model_validate_json(content).error
    except ValidationError:
        # A proxy in between has answered, not the service.
        text = " ".join(content.decode(errors="replace").split())[:SHOWN_OF_A_FOREIGN_BODY]
        return ErrorBody(code=f"http_{status}", message=f"HTTP {status}: {text or 'no body'}")
