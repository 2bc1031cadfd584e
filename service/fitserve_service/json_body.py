"""Bodies read with orjson, where validating them number by number would cost too much."""

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from starlette.concurrency import run_in_threadpool

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe

# What is asked by bodies up to this size is done on the event loop: a thread would cost more.
INLINE_BYTES = 64 * 1024

Done = TypeVar("Done")


async def by_size(body: bytes, work: Callable[..., Done], *arguments: object) -> Done:
    """Return `work(*arguments)`, done beside the event loop where `body` is large."""
    if len(body) <= INLINE_BYTES:
        return work(*arguments)
    return await run_in_threadpool(work, *arguments)


def json_object(body: bytes, expected: str = "an object") -> dict[str, Any]:
    """Return a body that must be a JSON object.

    Raises:
        InvalidInputError: it is something else; the message says what was `expected`.
    """
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"the body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise InvalidInputError(
            f"the body must be {expected}; received {describe(parsed)}", received=parsed
        )
    return parsed
