"""GET …/events without a stream: pages."""

import pytest

from support import stories
from support.serving import RunningService


class TestExperimentEvents:
    def test_pages_in_order_without_gaps(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        stories.post(service.store)
        stories.train(service.store)
        path = f"/experiments/{experiment.id}/events"
        page = service.http.get(path, params={"limit": 4}).json()
        rest = service.http.get(path, params={"after": page["data"][-1]["seq"]}).json()
        assert (page["object"], page["has_more"], rest["has_more"]) == ("list", True, False)
        events = [*page["data"], *rest["data"]]
        assert [event["type"] for event in events] == [
            "experiment.queued",
            "experiment.running",
            "run.running",
            *["run.epochs"] * 3,
            "run.succeeded",
            "experiment.succeeded",
        ]
        assert [event["seq"] for event in events] == list(range(1, 9))
        assert {event["experiment_id"] for event in events} == {experiment.id}
        assert events[3]["data"]["epochs"][0]["loss"] == 1

    def test_is_empty_after_the_last(self, service: RunningService) -> None:
        experiment = stories.post(service.store)
        page = service.http.get(f"/experiments/{experiment.id}/events?after=1").json()
        assert page == {"object": "list", "data": [], "has_more": False}


class TestAllEvents:
    def test_pages_over_all_experiments(self, service: RunningService) -> None:
        posted = [stories.post(service.store).id for _ in range(3)]
        page = service.http.get("/events", params={"limit": 2}).json()
        rest = service.http.get("/events", params={"after": page["data"][-1]["id"]}).json()
        assert (page["has_more"], rest["has_more"]) == (True, False)
        events = [*page["data"], *rest["data"]]
        assert [event["experiment_id"] for event in events] == posted
        assert [event["id"] for event in events] == [1, 2, 3]


class TestAbsurdNumbers:
    @pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
    @pytest.mark.parametrize("path", ["/events", "/experiments/exp_any/events"])
    @pytest.mark.parametrize(
        "query",
        ["after=-1", "after=x", f"after={2**63}", "after=" + "9" * 5000, "limit=0", "limit=1001"],
    )
    def test_are_refused(
        self, shared_service: RunningService, path: str, query: str, accept: str
    ) -> None:
        answer = shared_service.http.get(f"{path}?{query}", headers={"Accept": accept})
        assert answer.status_code == 422
        assert answer.json()["error"]["param"] == query.partition("=")[0]

    def test_largest_number_is_only_late(self, shared_service: RunningService) -> None:
        assert shared_service.http.get(f"/events?after={2**63 - 1}").json()["data"] == []

    @pytest.mark.parametrize("last_event_id", ["-1", "x", str(2**63), "1.5"])
    def test_are_refused_as_last_event_id(
        self, shared_service: RunningService, last_event_id: str
    ) -> None:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": last_event_id}
        answer = shared_service.http.get("/events", headers=headers)
        assert answer.status_code == 422
        error = answer.json()["error"]
        assert (error["param"].lower(), error["received"]) == ("last-event-id", last_event_id)
