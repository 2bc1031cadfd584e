import httpx2
import pytest

import fitserve
from fitserve.retries import STREAMS


def seqs(events):
    return [event.seq for event in events]


@pytest.fixture
def story(answers):
    return [
        answers.event(1, "experiment.queued"),
        answers.event(2, "experiment.running"),
        answers.event(3, "run.epochs", run_id="run_1", epochs=[]),
        answers.event(4, "experiment.succeeded"),
    ]


class TestFollowing:
    def test_yields_every_event_and_ends_with_the_experiment(self, client, service, answers, story):
        service.then(answers.stream(*story))
        events = list(client.experiments.stream("exp_1"))
        assert [event.type for event in events] == [event["type"] for event in story]
        request = service.requests[0]
        assert request.url.path == "/experiments/exp_1/events"
        assert request.headers["Accept"] == "text/event-stream"
        assert "Last-Event-ID" not in request.headers

    @pytest.mark.parametrize("ending", ["succeeded", "failed", "cancelled"])
    def test_every_ending_ends_it(self, client, service, answers, ending):
        service.then(answers.stream(answers.event(1, f"experiment.{ending}")))
        assert seqs(client.experiments.stream("exp_1")) == [1]
        assert len(service.requests) == 1

    def test_goes_on_behind_the_end_of_an_experiment_that_was_extended(
        self, client, service, answers, story
    ):
        more = [answers.event(5, "experiment.queued"), answers.event(6, "experiment.succeeded")]
        service.then(answers.stream(*story, *more))
        assert seqs(client.experiments.stream("exp_1")) == [1, 2, 3, 4, 5, 6]
        assert len(service.requests) == 1

    def test_is_live(self, client, service, answers, story):
        def chunks():
            yield answers.frame(story[0])
            pytest.fail("asked for more before the first event was handed on")

        service.then(answers.chunks(chunks()))
        events = client.experiments.stream("exp_1")
        assert next(events).seq == 1
        events.close()

    def test_keep_alives_are_no_events(self, client, service, answers, story):
        frames = [answers.frame(event) for event in story]
        service.then(answers.chunks([b": ping\n\n", *frames, b": ping\n\n"]))
        assert seqs(client.experiments.stream("exp_1")) == [1, 2, 3, 4]


class TestReconnecting:
    def test_goes_on_behind_the_last_event(self, client, service, answers, story):
        service.then(
            answers.stream(*story[:2], error=httpx2.ReadError("reset")),
            httpx2.ConnectError("refused"),
            answers.error(503),
            answers.stream(*story[2:]),
        )
        assert seqs(client.experiments.stream("exp_1")) == [1, 2, 3, 4]
        asked = [request.headers.get("Last-Event-ID") for request in service.requests]
        assert asked == [None, "2", "2", "2"]

    def test_frame_cut_off_is_asked_for_again(self, client, service, answers, story):
        first, second = (answers.frame(event) for event in story[:2])
        service.then(answers.chunks([first, second[:-1]]), answers.stream(*story[1:]))
        assert seqs(client.experiments.stream("exp_1")) == [1, 2, 3, 4]
        assert service.requests[1].headers["Last-Event-ID"] == "1"

    def test_stream_that_just_ends_is_taken_up_again(self, client, service, answers, story):
        service.then(answers.stream(*story[:3]), answers.stream(), answers.stream(story[3]))
        assert seqs(client.experiments.stream("exp_1")) == [1, 2, 3, 4]

    def test_pauses_grow_and_start_anew_with_every_event(
        self, client, service, answers, story, fake_time
    ):
        lost = httpx2.ReadError("reset")
        service.then(
            answers.stream(story[0]), lost, lost, answers.stream(story[1]), answers.stream(story[3])
        )
        list(client.experiments.stream("exp_1"))
        assert fake_time.slept == [0.5, 1.0, 2.0, 0.5]

    def test_quiet_connection_that_held_counts_as_well(
        self, client, service, answers, story, fake_time
    ):
        def quiet_hour(_request):
            fake_time.seconds += 3600
            return answers.chunks([b": ping\n\n"])

        quiet_days = [quiet_hour] * 3 * STREAMS.max_retries
        service.then(answers.stream(story[0]), *quiet_days, answers.stream(story[3]))
        assert seqs(client.experiments.stream("exp_1")) == [1, 4]

    def test_gives_up_when_the_service_stays_away(self, client, service, answers, story, fake_time):
        service.then(answers.stream(story[0]), httpx2.ConnectError("refused"))
        with pytest.raises(fitserve.APIConnectionError, match="refused"):
            list(client.experiments.stream("exp_1"))
        assert 60 < sum(fake_time.slept) < 600

    def test_service_never_reached_is_told_soon(self, client, service, fake_time):
        service.then(httpx2.ConnectError("refused"))
        with pytest.raises(fitserve.APIConnectionError):
            list(client.experiments.stream("exp_1"))
        assert sum(fake_time.slept) < 10

    def test_refusal_is_raised_at_once(self, client, service, answers):
        service.then(answers.error(404, "no experiment exp_1"))
        with pytest.raises(fitserve.NotFound, match="no experiment exp_1"):
            list(client.experiments.stream("exp_1"))
        assert len(service.requests) == 1
