"""Events of one experiment, and of all."""

from collections.abc import AsyncIterable, AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from fitserve_core.results import TERMINAL, Event, Page
from fitserve_service.access.scopes import READ
from fitserve_service.dependencies import Parts
from fitserve_service.events.streams import Frame, Stream

router = APIRouter(tags=["events"], dependencies=[READ])

LARGEST = 2**63 - 1  # the store's widest integer

LastEventId = Annotated[
    int | None, Header(ge=0, le=LARGEST, description="Resume after this event.")
]
AFTER = Query(ge=0, le=LARGEST, description="Events after this one.")
Limit = Annotated[int, Query(ge=1, le=1_000, description="At most so many.")]
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
        "description": "A page; a live stream with `Accept: text/event-stream`.",
    }
}
ENDS = {f"experiment.{status}" for status in TERMINAL}


@router.get(
    "/experiments/{id}/events",
    operation_id="experiment_events",
    response_model=Page[Event],
    responses=STREAM,
)
async def experiment_events(
    id: Annotated[str, Path(description="The experiment's id.")],  # noqa: A002 - the path's word
    request: Request,
    parts: Parts,
    last_event_id: LastEventId = None,
    after: Annotated[int, AFTER] = 0,
    limit: Limit = 100,
) -> Page[Event] | Response:
    """Return a page of an experiment's events, or with `Accept: text/event-stream` a live stream.

    The stream begins after `Last-Event-ID`, or at the first event, and ends with the last event of
    an experiment that has ended.
    """
    experiment = await run_in_threadpool(parts.store.experiments.get, id)

    stream = Stream(parts.store.events, id)
    if not _wants_stream(request):
        return await _page(stream, after, limit)
    start = after if last_event_id is None else last_event_id
    if experiment.status in TERMINAL and not await run_in_threadpool(stream.fetch, start, 1):
        # Nothing will ever come: 204 tells a browser not to connect again.
        return Response(status_code=204)
    there = partial(parts.store.experiments.exists, id)
    more = partial(stream.fetch, limit=1)
    return _answer(stream, _until_end(parts.feed.follow(stream, start), there, more))


@router.get("/events", operation_id="all_events", response_model=Page[Event], responses=STREAM)
async def all_events(
    request: Request,
    parts: Parts,
    last_event_id: LastEventId = None,
    after: Annotated[int | None, AFTER] = None,
    limit: Limit = 100,
) -> Page[Event] | Response:
    """Return a page of all experiments' events, or a live stream of them from now on."""
    stream = Stream(parts.store.events)
    if not _wants_stream(request):
        return await _page(stream, after or 0, limit)
    start = after if last_event_id is None else last_event_id
    if start is None:
        start = await parts.feed.newest()
    return _answer(stream, parts.feed.follow(stream, start))


def _wants_stream(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


async def _page(stream: Stream, after: int, limit: int) -> Page[Event]:
    found = await run_in_threadpool(stream.fetch, after, limit + 1)
    return Page(data=found[:limit], has_more=len(found) > limit)


async def _until_end(
    batches: AsyncIterable[list[Frame]],
    there: Callable[[], bool],
    more: Callable[[int], list[Event]],
) -> AsyncIterator[list[Frame]]:
    async for frames in batches:
        # Deleting an experiment deletes its events: it can only be missed in a quiet time.
        if not frames and not await run_in_threadpool(there):
            return
        yield frames
        # An experiment that was extended has ended before, and has gone on.
        ended_at = frames[-1].seq if frames and frames[-1].type in ENDS else None
        if ended_at is not None and not await run_in_threadpool(more, ended_at):
            return


def _answer(stream: Stream, batches: AsyncIterable[list[Frame]]) -> EventSourceResponse:
    async def written() -> AsyncIterator[bytes]:
        async for frames in batches:
            yield b"".join(map(stream.written, frames)) or KEEPALIVE_COMMENT

    return EventSourceResponse(
        written(), headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    )
