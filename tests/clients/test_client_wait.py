import httpx2
import pytest

import fitserve


class TestWait:
    def test_returns_the_experiment_as_it_ended(self, client, service, answers):
        service.then(
            answers.ok(answers.experiment(status="queued")),
            answers.stream(answers.event(1, "experiment.failed")),
            answers.ok(answers.experiment(status="failed", error="every run failed")),
        )
        experiment = client.experiments.wait("exp_1", progress=False)
        assert experiment.status == "failed"
        assert experiment.error == "every run failed"

    def test_ended_experiment_is_returned_without_a_stream(self, client, service, answers):
        service.then(answers.ok(answers.experiment(status="succeeded")))
        assert client.experiments.wait("exp_1").status == "succeeded"
        assert len(service.requests) == 1

    def test_restart_of_the_service_goes_unnoticed(self, client, service, answers):
        service.then(
            answers.ok(answers.experiment()),
            answers.stream(answers.event(1, "experiment.running"), error=httpx2.ReadError("")),
            httpx2.ConnectError("refused"),
            answers.stream(answers.event(2, "experiment.succeeded")),
            answers.ok(answers.experiment(status="succeeded")),
        )
        assert client.experiments.wait("exp_1", progress=False).status == "succeeded"

    def test_unknown_experiment(self, client, service, answers):
        service.then(answers.error(404, "no experiment exp_9"))
        with pytest.raises(fitserve.NotFound, match="exp_9"):
            client.experiments.wait("exp_9")


class TestTimeout:
    def test_says_where_the_experiment_stands(self, client, service, answers, fake_time):
        def silence(request):
            fake_time.seconds += request.extensions["timeout"]["read"]
            return httpx2.ReadTimeout("silence")

        standing = {"epochs_done": 37, "epochs_total": 100, "fraction": 0.37}
        running = answers.ok(answers.experiment(progress=standing))
        service.then(running, silence, running)
        began = fake_time.seconds
        with pytest.raises(fitserve.WaitTimeoutError) as caught:
            client.experiments.wait("exp_1", progress=False, timeout=20)
        assert "exp_1 is still running after 20 s (37 of 100 epochs)" in str(caught.value)
        assert isinstance(caught.value, TimeoutError)
        assert fake_time.seconds - began == 20

    def test_keep_alives_do_not_stretch_it(self, client, service, answers, fake_time):
        def pings():
            while True:
                fake_time.seconds += 15
                yield b": ping\n\n"

        running = answers.ok(answers.experiment())
        service.then(running, answers.chunks(pings()), running)
        with pytest.raises(fitserve.WaitTimeoutError):
            client.experiments.wait("exp_1", progress=False, timeout=40)
        assert len(service.requests) == 3

    def test_reconnecting_does_not_stretch_it(self, client, service, answers, fake_time):
        running = answers.ok(answers.experiment())
        begun = answers.stream(answers.event(1, "experiment.running"))
        service.then(running, begun, *[httpx2.ConnectError("refused")] * 3, running)
        began = fake_time.seconds
        with pytest.raises(fitserve.WaitTimeoutError):
            client.experiments.wait("exp_1", progress=False, timeout=3)
        assert fake_time.seconds - began == 3

    def test_experiment_that_ended_at_the_last_moment_is_returned(
        self, client, service, answers, fake_time
    ):
        def silence(_request):
            fake_time.seconds += 20
            return httpx2.ReadTimeout("silence")

        ended = answers.ok(answers.experiment(status="succeeded"))
        service.then(answers.ok(answers.experiment()), silence, ended)
        assert client.experiments.wait("exp_1", progress=False, timeout=20).status == "succeeded"
