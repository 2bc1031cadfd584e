"""The domain's errors; what each means on the wire is the service's business.

FitserveError
├── InvalidInputError        a value that cannot be used, with its path
├── BadRequestError          a request that HTTP does not allow
├── NotFoundError            no such experiment, run or model
├── ConflictError            impossible in the present state
├── UnauthorizedError        no API key, or an unknown one
├── ForbiddenError           a key that may not do this
├── QuotaExceededError       a key that has as much in the queue as it may
├── RateLimitedError         a caller that asks more often than it may
├── UnavailableError         a part that is needed is out of reach
├── ConfigurationError       settings under which a process cannot start
├── DatasetUnavailableError  no source gave the data
└── LeaseLostError           somebody else has the run: stop, write nothing
"""

from typing import Any


class FitserveError(Exception):
    """Any error that the product itself raises.

    Args:
        message: what was received and what would have been right.
        param: path of the offending value, as `training.learning_rates[0]`.
        received: the offending value.
    """

    code = "error"

    def __init__(self, message: str, *, param: str | None = None, received: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.received = received


class InvalidInputError(FitserveError):
    """A value that cannot be used."""

    code = "invalid_input"


class BadRequestError(FitserveError):
    """A request that HTTP does not allow."""

    code = "http_error"


class NotFoundError(FitserveError):
    """No such thing."""

    code = "not_found"


class ConflictError(FitserveError):
    """What was asked for is impossible in the present state."""

    code = "conflict"


class AddressTooLongError(FitserveError):
    """A path and query longer than any of the API's."""

    code = "uri_too_long"


class UnauthorizedError(FitserveError):
    """No API key, or an unknown one."""

    code = "unauthorized"


class ForbiddenError(FitserveError):
    """The key that was presented may not do this."""

    code = "forbidden"


class QuotaExceededError(FitserveError):
    """The key has as much in the queue as it may; later there is room again."""

    code = "quota_exceeded"


class RateLimitedError(FitserveError):
    """The caller asks more often than it may.

    Args:
        message: how often it may, and which setting says so.
        retry_after: seconds until it may ask again, at least one.
    """

    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(FitserveError):
    """A part that is needed is out of reach for now."""

    code = "unavailable"


class ConfigurationError(FitserveError):
    """Settings under which a process cannot start."""

    code = "configuration"


class DatasetUnavailableError(FitserveError):
    """No source gave the data set; the message names every source and why."""

    code = "dataset_unavailable"


class LeaseLostError(FitserveError):
    """The run is no longer this attempt's: it was cancelled, or somebody else has it."""

    code = "lease_lost"


class PartsDisagreeError(ValueError):
    """Fields that are right each by itself cannot go together; validators of a spec raise it.

    Args:
        message: what was received and what would have been right.
        param: path of the field that had better change, such as `split.folds`.
        received: its value.
    """

    def __init__(self, message: str, *, param: str, received: Any) -> None:
        super().__init__(message)
        self.param = param
        self.received = received
