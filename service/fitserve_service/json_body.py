"""Bodies read with orjson, where validating them number by number would cost too much."""

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from starlette.concurrency import run_in_threadpool

from fitserve_core.errors import InvalidInputError
from fitserve_core.received import describe
from fitserve_service.strict_json import strict_json

# What is asked by bodies up to this size is done on the event loop: a thread would cost more.
INLINE_BYTES = 64 * 1024

# Lists, objects and texts take up to fifty times as much memory as they do as JSON, numbers up to
# sixteen times. 10,000 digits of 28 rows are 300,000 lists of 7.84 million numbers.
MOST_LISTS = 500_000
MOST_VALUES = 8_000_000

Done = TypeVar("Done")


async def by_size(body: bytes, work: Callable[..., Done], *arguments: object) -> Done:
    """Return `work(*arguments)`, done beside the event loop where `body` is large.

    Nothing that holds Python's lock to its end, as orjson does, is better off there.
    """
    if len(body) <= INLINE_BYTES:
        return work(*arguments)
    return await run_in_threadpool(work, *arguments)


def json_object(body: bytes, expected: str = "an object") -> dict[str, Any]:
    """Return a body that must be a JSON object.

    Raises:
        InvalidInputError: it is something else; the message says what was `expected`. Or it holds
            more than any request needs, or an object in it has a key twice.
    """
    if len(body) > INLINE_BYTES:
        _require_few(body)
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"the body is not JSON: {error}") from None
    if not isinstance(parsed, dict):
        raise InvalidInputError(
            f"the body must be {expected}; received {describe(parsed)}", received=parsed
        )
    # Each key has a colon behind it. If there are more, some are parts of texts, or keys are lost.
    if body.count(b":") != _keys(parsed):
        strict_json(body)
    return parsed


def _keys(parsed: dict[str, Any]) -> int:
    """Return how many keys objects have, but for those in lists that begin with something else."""
    keys, left = 0, [parsed]
    while left:
        match left.pop():
            case dict() as found:
                keys += len(found)
                left += found.values()
            case [dict(), *_] as found:
                left += found
    return keys


def _require_few(body: bytes) -> None:
    lists = body.count(b"[") + body.count(b"{") + body.count(b'"') // 2
    values = body.count(b",")
    if lists > MOST_LISTS or values > MOST_VALUES:
        raise InvalidInputError(
            f"the body must hold at most {MOST_VALUES:,} values and {MOST_LISTS:,} lists, objects "
            f"and texts; received about {values:,} and {lists:,}"
        )
