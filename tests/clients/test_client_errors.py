import httpx2
import pytest

import fitserve
from fitserve import APIStatusError, FitserveError

NAMED = {
    401: fitserve.Unauthorized,
    403: fitserve.Forbidden,
    404: fitserve.NotFound,
    409: fitserve.Conflict,
    413: fitserve.TooLarge,
    422: fitserve.BadSpec,
    429: fitserve.RateLimited,
    500: fitserve.ServerError,
    503: fitserve.ServerError,
    418: APIStatusError,
}


class TestRefusals:
    @pytest.mark.parametrize(("status", "kind"), NAMED.items())
    def test_status_decides_the_error(self, client, service, answers, status, kind):
        service.then(answers.error(status, "learning_rates must not be empty"))
        with pytest.raises(FitserveError) as caught:
            client.experiments.retrieve("exp_1")
        assert type(caught.value) is kind
        assert caught.value.status == status
        assert str(caught.value) == "learning_rates must not be empty"

    def test_path_and_received_value_are_kept(self, client, service, answers):
        service.then(answers.error(422, param="training.epochs", received=-1))
        with pytest.raises(fitserve.BadSpec) as caught:
            client.experiments.create(dataset="mnist", training={"epochs": -1})
        assert caught.value.param == "training.epochs"
        assert caught.value.received == -1
        assert caught.value.code == "some_code"

    def test_answer_of_a_proxy_is_told_in_one_line(self, client, service):
        service.then(httpx2.Response(502, text="<h1>Bad\n    Gateway</h1>\n"))
        with pytest.raises(fitserve.ServerError, match="HTTP 502: <h1>Bad Gateway</h1>"):
            client.experiments.retrieve("exp_1")

    def test_redirect_is_not_taken_for_an_answer(self, client, service):
        service.then(httpx2.Response(307, headers={"Location": "http://elsewhere/"}))
        with pytest.raises(APIStatusError, match="HTTP 307"):
            client.experiments.retrieve("exp_1")


class TestAnswersOfAnotherKind:
    @pytest.mark.parametrize(
        "answer",
        [
            httpx2.Response(200, text="<html>hello</html>"),
            httpx2.Response(200, json={"id": "exp_1", "status": "paused"}),
        ],
    )
    def test_are_named_with_their_address(self, client, service, answer):
        service.then(answer)
        with pytest.raises(fitserve.APIResponseError, match="http://service/experiments/exp_1"):
            client.experiments.retrieve("exp_1")

    def test_unknown_fields_are_tolerated(self, client, service, answers):
        service.then(answers.ok(answers.experiment(mood="sunny")))
        assert client.experiments.retrieve("exp_1").id == "exp_1"


class TestUnreachable:
    def test_message_says_where_and_what_to_do(self, client, service):
        service.then(httpx2.ConnectError("refused"))
        with pytest.raises(fitserve.APIConnectionError) as caught:
            client.experiments.retrieve("exp_1")
        assert "http://service " in str(caught.value)
        assert "refused" in str(caught.value)
        assert "fitserve up" in str(caught.value)
