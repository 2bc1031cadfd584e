"""POST /explain/backpropagation without the process that explains."""

from pathlib import Path

import pytest

from fitserve_core.settings import Settings
from support.serving import RunningService, running_service

PATH = "/explain/backpropagation"


class TestWithoutExplainer:
    def test_says_what_would_start_one(self, shared_service: RunningService) -> None:
        answer = shared_service.http.post(PATH, json={"preset": "worked-example"})
        assert answer.status_code == 503
        assert "`fitserve up` starts one" in answer.json()["error"]["message"]

    def test_a_socket_that_nobody_holds_is_unavailable(self, tmp_path: Path) -> None:
        settings = Settings(
            data=tmp_path / "data", database_url=None, redis_url=None,
            explain_socket=tmp_path / "nobody.sock",
        )  # fmt: skip
        with running_service(settings) as service:
            answer = service.http.post(PATH, json={"preset": "worked-example"})
            assert answer.status_code == 503
            assert "does not answer" in answer.json()["error"]["message"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "param"),
        [
            ({"preset": "worked"}, "preset"),
            ({"preset": "worked-example", "inputs": [[1]]}, "layers[0].weights[0]"),
            ({"preset": "worked-example", "momentum": 0.9}, "momentum"),
        ],
    )
    def test_come_before_anybody_is_asked(
        self, shared_service: RunningService, body: dict[str, object], param: str
    ) -> None:
        answer = shared_service.http.post(PATH, json=body)
        assert answer.status_code == 422
        assert answer.json()["error"]["param"] == param
