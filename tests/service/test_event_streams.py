"""GET …/events as a live stream: nothing twice, nothing missed, an end when it is over."""

import json
import threading
import time
from itertools import islice

import pytest

from fitserve_service.events import feed
from fitserve_service.server import GRACE_SECONDS
from support import stories
from support.serving import RunningService
from support.sse import STREAM, streaming
from support.waiting import until


def _page(service: RunningService, experiment_id: str) -> list[dict[str, object]]:
    page = service.http.get(f"/experiments/{experiment_id}/events?limit=1000").json()
    assert page["has_more"] is False
    data: list[dict[str, object]] = page["data"]
    return data


def _connections(service: RunningService) -> int:
    return len(service.thread.parts.feed._listeners)


class TestOneExperiment:
    def test_tells_what_has_happened_and_ends_with_the_experiment(
        self, service: RunningService
    ) -> None:
        experiment = stories.post(service.store)
        stories.train(service.store)
        with streaming(service.http, f"/experiments/{experiment.id}/events") as frames:
            told = list(frames)
        events = _page(service, experiment.id)
        assert [json.loads(frame.data) for frame in told] == events
        assert [int(frame.id) for frame in told] == [event["seq"] for event in events]
        assert [frame.event for frame in told] == [event["type"] for event in events]
        assert told[-1].event == "experiment.succeeded"

    def test_tells_events_as_they_are_written(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        with streaming(service.http, f"/experiments/{experiment.id}/events") as frames:
            assert next(frames).event == "experiment.queued"
            claim = stories.take(service.store)
            assert [next(frames).event for _ in range(2)] == ["experiment.running", "run.running"]
            for epoch in (1, 2, 3):
                service.store.claims.record(claim, stories.figures(epoch), stories.CHECKPOINT)
                frame = next(frames)
                assert json.loads(frame.data)["data"]["epochs"][0]["epoch"] == epoch
            stories.succeed(service.store, claim)
            assert [f.event for f in frames] == ["run.succeeded", "experiment.succeeded"]

    @pytest.mark.parametrize("end", ["cancelled", "failed"])
    def test_ends_with_every_kind_of_end(self, service: RunningService, end: str) -> None:
        experiment = stories.post(service.store)
        with streaming(service.http, f"/experiments/{experiment.id}/events") as frames:
            next(frames)
            if end == "cancelled":
                service.store.experiments.cancel(experiment.id)
            else:
                service.store.claims.fail(stories.take(service.store), "no memory")
            *_, last = frames
        assert last.event == f"experiment.{end}"

    def test_does_not_tell_of_other_experiments(self, service: RunningService) -> None:
        experiment, other = stories.post(service.store), stories.post(service.store)
        with streaming(service.http, f"/experiments/{experiment.id}/events") as frames:
            service.store.experiments.cancel(other.id)
            service.store.experiments.cancel(experiment.id)
            told = list(frames)
        assert {json.loads(frame.data)["experiment_id"] for frame in told} == {experiment.id}

    def test_unknown_experiment_is_not_found(self, shared_service: RunningService) -> None:
        answer = shared_service.http.get("/experiments/exp_nobody/events", headers=STREAM)
        assert answer.status_code == 404
        assert answer.json()["error"]["received"] == "exp_nobody"


class TestResume:
    def test_after_any_event_goes_on_with_the_next(self, service: RunningService) -> None:
        experiment = stories.post(service.store, repetitions=2)
        stories.train(service.store)
        stories.train(service.store, epochs=1)
        path, events = f"/experiments/{experiment.id}/events", _page(service, experiment.id)
        for cut in range(1, len(events)):
            with streaming(service.http, path) as frames:
                seen = list(islice(frames, cut))
            with streaming(service.http, path, last_event_id=int(seen[-1].id)) as frames:
                seen += frames
            assert [json.loads(frame.data) for frame in seen] == events

    def test_while_events_are_written_misses_and_repeats_none(
        self, service: RunningService
    ) -> None:
        experiment = stories.post(service.store, repetitions=4)
        path = f"/experiments/{experiment.id}/events"
        worker = threading.Thread(
            target=lambda: [stories.train(service.store, epochs=20) for _ in range(4)]
        )
        worker.start()
        seen: list[int] = []
        last = None
        while last != "experiment.succeeded":
            # Cut off after 1, 2, 3, 1, … events; the rest of what was sent is lost.
            with streaming(service.http, path, seen[-1] if seen else None) as frames:
                for frame in islice(frames, 1 + len(seen) % 3):
                    seen.append(int(frame.id))
                    last = frame.event
        worker.join()
        assert seen == [event["seq"] for event in _page(service, experiment.id)]
        assert len(seen) == 1 + 1 + 4 * 22 + 1

    def test_after_the_end_is_answered_with_204(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        stories.train(service.store)
        last = len(_page(service, experiment.id))
        answer = service.http.get(
            f"/experiments/{experiment.id}/events",
            headers={**STREAM, "Last-Event-ID": str(last)},
        )
        assert (answer.status_code, answer.content) == (204, b"")

    def test_header_wins_over_the_query(self, service: RunningService) -> None:
        # A page that began with ?after= reconnects to the same address, with the header.
        experiment = stories.post(service.store)
        stories.train(service.store)
        path = f"/experiments/{experiment.id}/events?after=1"
        with streaming(service.http, path) as frames:
            assert next(frames).id == "2"
        with streaming(service.http, path, last_event_id=5) as frames:
            assert next(frames).id == "6"


class TestAllExperiments:
    def test_begins_now_and_tells_of_all(self, service: RunningService) -> None:
        stories.post(service.store)
        with streaming(service.http, "/events") as frames:
            until(lambda: _connections(service) == 1)
            later = [stories.post(service.store).id for _ in range(2)]
            told = [json.loads(next(frames).data) for _ in range(2)]
        assert [event["experiment_id"] for event in told] == later

    def test_resumes_by_the_number_among_all(self, service: RunningService) -> None:
        for _ in range(3):
            stories.post(service.store)
        with streaming(service.http, "/events", last_event_id=1) as frames:
            assert [next(frames).id for _ in range(2)] == ["2", "3"]

    def test_twenty_watchers_all_hear_it(self, service: RunningService) -> None:
        heard: list[str] = []

        def watch() -> None:
            with streaming(service.http, "/events") as frames:
                heard.append(next(frames).event)

        watchers = [threading.Thread(target=watch) for _ in range(20)]
        for watcher in watchers:
            watcher.start()
        until(lambda: _connections(service) == 20)
        stories.post(service.store)
        for watcher in watchers:
            watcher.join(10)
        assert heard == ["experiment.queued"] * 20


class TestConnection:
    def test_quiet_one_is_kept_alive_by_comments(
        self, service: RunningService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(feed, "QUIET_SECONDS", 0.05)
        with service.http.stream("GET", "/events", headers=STREAM) as response:
            chunks = response.iter_bytes()
            assert [next(chunks) for _ in range(2)] == [b": ping\n\n"] * 2

    def test_tells_proxies_not_to_keep_events_back(self, service: RunningService) -> None:
        with service.http.stream("GET", "/events", headers=STREAM) as response:
            assert response.headers["cache-control"] == "no-cache"
            assert response.headers["x-accel-buffering"] == "no"

    def test_left_by_its_client_is_forgotten(self, service: RunningService) -> None:
        for _ in range(3):
            with streaming(service.http, "/events"):
                until(lambda: _connections(service) == 1)
            until(lambda: _connections(service) == 0)

    @pytest.mark.parametrize("path", ["/events", "/experiments/{id}/events"])
    def test_ends_when_the_service_stops(self, service: RunningService, path: str) -> None:
        experiment = stories.post(service.store)
        with streaming(service.http, path.format(id=experiment.id)) as frames:
            until(lambda: _connections(service) == 1)
            began = time.monotonic()
            service.thread.stop()
            list(frames)  # a cleanly ended answer: a broken one would raise
            assert time.monotonic() - began < GRACE_SECONDS
