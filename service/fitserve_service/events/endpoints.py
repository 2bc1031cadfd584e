"""Events of one experiment, and of all."""

from collections.abc import AsyncIterable, AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from fitserve_core.results import TERMINAL, Event, Page
from fitserve_service.access.scopes import READ
from fitserve_service.dependencies import Parts

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

    def fetch(after: int, limit: int) -> list[Event]:
        return parts.store.events.of_experiment(id, after, limit)

    if not _wants_stream(request):
        return await _page(fetch, after, limit)
    start = after if last_event_id is None else last_event_id
    if experiment.status in TERMINAL and not await run_in_threadpool(fetch, start, 1):
        # Nothing will ever come: 204 tells a browser not to connect again.
        return Response(status_code=204)
    events = parts.feed.follow(id, start, fetch, lambda event: event.seq)
    there = partial(parts.store.experiments.exists, id)
    more = partial(fetch, limit=1)
    return _stream(_until_end(events, there, more), lambda event: event.seq)


@router.get("/events", operation_id="all_events", response_model=Page[Event], responses=STREAM)
async def all_events(
    request: Request,
    parts: Parts,
    last_event_id: LastEventId = None,
    after: Annotated[int | None, AFTER] = None,
    limit: Limit = 100,
) -> Page[Event] | Response:
    """Return a page of all experiments' events, or a live stream of them from now on."""
    fetch = parts.store.events.of_all
    if not _wants_stream(request):
        return await _page(fetch, after or 0, limit)
    start = after if last_event_id is None else last_event_id
    if start is None:
        start = await run_in_threadpool(parts.store.events.last)
    return _stream(
        parts.feed.follow(None, start, fetch, lambda event: event.id), lambda event: event.id
    )


def _wants_stream(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


async def _page(fetch: Callable[[int, int], list[Event]], after: int, limit: int) -> Page[Event]:
    found = await run_in_threadpool(fetch, after, limit + 1)
    return Page(data=found[:limit], has_more=len(found) > limit)


async def _until_end(
    events: AsyncIterable[Event | None],
    there: Callable[[], bool],
    more: Callable[[int], list[Event]],
) -> AsyncIterator[Event | None]:
    async for event in events:
        # Deleting an experiment deletes its events: it can only be missed in a quiet time.
        if event is None and not await run_in_threadpool(there):
            return
        yield event
        # An experiment that was extended has ended before, and has gone on.
        ended_at = event.seq if event is not None and event.type in ENDS else None
        if ended_at is not None and not await run_in_threadpool(more, ended_at):
            return


def _stream(
    events: AsyncIterable[Event | None], number: Callable[[Event], int]
) -> EventSourceResponse:
    async def frames() -> AsyncIterator[bytes]:
        async for event in events:
            if event is None:
                yield KEEPALIVE_COMMENT
            else:
                yield format_sse_event(
                    data_str=event.model_dump_json(), event=event.type, id=str(number(event))
                )

    return EventSourceResponse(
        frames(), headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    )
