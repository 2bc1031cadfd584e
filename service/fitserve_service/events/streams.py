"""Streams: whose events somebody follows, and how each is written on the wire."""

from dataclasses import dataclass
from functools import cached_property

from fastapi.sse import format_sse_event

from fitserve_core.results import Event
from fitserve_core.store.events import Events, Told


class Frame:
    """An event as streams send it, written once for all who follow.

    Args:
        event: what is told.
    """

    def __init__(self, event: Event) -> None:
        self.id, self.seq = event.id, event.seq
        self.experiment_id, self.type = event.experiment_id, event.type
        self._data = event.model_dump_json()

    @property
    def size(self) -> int:
        """Characters of the event."""
        return len(self._data)

    @cached_property
    def by_seq(self) -> bytes:
        """The frame, numbered within its experiment."""
        return self._numbered(self.seq)

    @cached_property
    def by_id(self) -> bytes:
        """The frame, numbered among the events of all experiments."""
        return self._numbered(self.id)

    def _numbered(self, number: int) -> bytes:
        return format_sse_event(data_str=self._data, event=self.type, id=str(number))


@dataclass(frozen=True)
class Recent:
    """An event that was written a moment ago, and who may see it."""

    told: Told
    frame: Frame


@dataclass(frozen=True)
class Stream:
    """Events of one experiment, or of all, as somebody sees them.

    Attributes:
        events: where they are read, by whoever follows.
        experiment_id: whose; None for those of all.
    """

    events: Events
    experiment_id: str | None = None

    def fetch(self, after: int, limit: int) -> list[Event]:
        """Return the next events behind the number `after`."""
        if self.experiment_id is None:
            return self.events.of_all(after, limit)
        return self.events.of_experiment(self.experiment_id, after, limit)

    def shows(self, recent: Recent) -> bool:
        """Tell whether an event belongs to it."""
        mine = self.experiment_id in {None, recent.frame.experiment_id}
        return mine and self.events.shows(recent.told)

    def number(self, event: Event | Frame) -> int:
        """Return an event's number in it."""
        return event.id if self.experiment_id is None else event.seq

    def place(self, number: int) -> int | None:
        """Return the id of the event with this number; None where the store alone knows it."""
        return number if self.experiment_id is None else None

    def written(self, frame: Frame) -> bytes:
        """Return a frame as it is sent."""
        return frame.by_id if self.experiment_id is None else frame.by_seq
