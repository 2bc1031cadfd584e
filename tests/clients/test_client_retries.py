from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fitserve
from fitserve.calls import Call
from fitserve.retries import REQUESTS, STREAMS, RetryPolicy

READ = Call("GET", "/experiments")


class TestBackOff:
    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_passing_refusal_is_tried_again(self, client, service, answers, fake_time, status):
        service.then(answers.error(status), answers.ok(answers.experiment()))
        assert client.experiments.retrieve("exp_1").id == "exp_1"
        assert fake_time.slept == [0.5]

    def test_lost_connection_is_tried_again(self, client, service, answers):
        service.then(httpx2.ReadError("reset"), answers.ok(answers.experiment()))
        assert client.experiments.retrieve("exp_1").id == "exp_1"

    def test_pauses_double_and_the_last_refusal_is_raised(
        self, client, service, answers, fake_time
    ):
        service.then(answers.error(503, "the store does not answer"))
        with pytest.raises(fitserve.ServerError, match="the store does not answer"):
            client.experiments.retrieve("exp_1")
        assert fake_time.slept == [0.5, 1.0, 2.0, 4.0]
        assert len(service.requests) == 5

    def test_jitter_shortens_by_up_to_half(self, client, service, answers, fake_time):
        fake_time.jitter = 0.5
        service.then(answers.error(503), answers.ok(answers.experiment()))
        client.experiments.retrieve("exp_1")
        assert fake_time.slept == [0.375]

    @given(retries=st.integers(0, 19), jitter=st.floats(0, 1, exclude_max=True))
    def test_pauses_are_capped(self, retries, jitter):
        lost = httpx2.ReadError("")
        pause = STREAMS.delay(READ, lost, retries, now=0, jitter=jitter)
        assert pause is not None
        assert 0.25 <= pause <= STREAMS.cap

    @pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 422, 500])
    def test_lasting_refusal_is_raised_at_once(self, client, service, answers, fake_time, status):
        service.then(answers.error(status))
        with pytest.raises(fitserve.APIStatusError):
            client.experiments.retrieve("exp_1")
        assert fake_time.slept == []
        assert len(service.requests) == 1


class TestRetryAfter:
    def test_seconds_are_honoured(self, client, service, answers, fake_time):
        told = answers.error(429, headers={"Retry-After": "7"})
        service.then(told, answers.ok(answers.experiment()))
        client.experiments.retrieve("exp_1")
        assert fake_time.slept == [7.0]

    @pytest.mark.parametrize("zone", ["GMT", "-0000"])
    def test_date_is_honoured(self, client, service, answers, fake_time, zone):
        until = datetime.fromtimestamp(fake_time.seconds, UTC) + timedelta(seconds=11)
        date = format_datetime(until, usegmt=True).replace("GMT", zone)
        told = answers.error(503, headers={"Retry-After": date})
        service.then(told, answers.ok(answers.experiment()))
        client.experiments.retrieve("exp_1")
        assert fake_time.slept == [11.0]

    def test_date_gone_by_means_at_once(self, client, service, answers, fake_time):
        told = answers.error(503, headers={"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"})
        service.then(told, answers.ok(answers.experiment()))
        client.experiments.retrieve("exp_1")
        assert fake_time.slept == [0.0]

    def test_nonsense_falls_back_to_doubling(self, client, service, answers, fake_time):
        told = answers.error(503, headers={"Retry-After": "soon"})
        service.then(told, answers.ok(answers.experiment()))
        client.experiments.retrieve("exp_1")
        assert fake_time.slept == [0.5]

    def test_longer_than_anybody_waits_is_raised_at_once(self, client, service, answers, fake_time):
        service.then(answers.error(429, "come back tomorrow", headers={"Retry-After": "86400"}))
        with pytest.raises(fitserve.RateLimited, match="come back tomorrow"):
            client.experiments.retrieve("exp_1")
        assert fake_time.slept == []

    @given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
    def test_no_header_breaks_the_policy(self, header):
        told = httpx2.Response(503, headers={"Retry-After": header})
        pause = RetryPolicy().delay(READ, told, 0, now=0, jitter=0)
        assert pause is None or pause >= 0


class TestReplay:
    def test_create_is_sent_again_under_one_key(self, client, service, answers):
        created = answers.ok(answers.experiment(), 201)
        service.then(httpx2.ReadError("reset"), answers.error(502), created)
        client.experiments.create(dataset="mnist")
        keys = [request.headers["Idempotency-Key"] for request in service.requests]
        assert len(keys) == 3
        assert len(set(keys)) == 1

    def test_every_create_has_a_key_of_its_own(self, client, service, answers):
        service.then(answers.ok(answers.experiment(), 201))
        client.experiments.create(dataset="mnist")
        client.experiments.create(dataset="mnist")
        first, second = (request.headers["Idempotency-Key"] for request in service.requests)
        assert first != second

    def test_prediction_is_sent_again(self, client, service, answers):
        found = {"model": "eckerle4", "run_id": "run_1", "predictions": [{"value": 0.3}]}
        service.then(httpx2.ReadError("reset"), answers.ok(found))
        assert client.predict([450.0], model="eckerle4").predictions[0].value == 0.3

    @pytest.mark.parametrize("untouched", [httpx2.ConnectError("refused"), 429, 503])
    def test_delete_is_sent_again_where_it_was_not_carried_out(
        self, client, service, answers, untouched
    ):
        first = answers.error(untouched) if isinstance(untouched, int) else untouched
        service.then(first, httpx2.Response(204))
        client.experiments.delete("exp_1")
        assert [request.method for request in service.requests] == ["DELETE", "DELETE"]

    @pytest.mark.parametrize("unknown", [httpx2.ReadError("reset"), 502, 504])
    def test_delete_is_not_sent_again_where_nobody_knows(self, client, service, answers, unknown):
        service.then(answers.error(unknown) if isinstance(unknown, int) else unknown)
        with pytest.raises(fitserve.FitserveError):
            client.experiments.delete("exp_1")
        assert len(service.requests) == 1

    def test_request_that_can_never_be_sent_is_not_tried_again(self):
        impossible = httpx2.LocalProtocolError("illegal header")
        assert REQUESTS.delay(READ, impossible, 0, now=0, jitter=0) is None
