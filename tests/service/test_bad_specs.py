"""POST /experiments with what is no spec: the path, what came, and no experiment."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from service.conftest import settings_for
from support.refusals import refusal
from support.serving import RunningService, running_service

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def service(shared_service: RunningService) -> Iterator[RunningService]:
    """The shared service, which must be as empty after each test as before it."""
    yield shared_service
    assert shared_service.http.get("/experiments").json()["data"] == []
    assert shared_service.http.get("/events").json()["data"] == []


def _spec(**parts: Any) -> dict[str, Any]:
    return {"dataset": "mnist", **parts}


class TestField:
    @pytest.mark.parametrize(
        ("spec", "param", "received", "told"),
        [
            (_spec(epochs=3), "epochs", 3, "unknown field 'epochs'"),
            (
                _spec(network={"layers": [3]}),
                "network.layers",
                [3],
                "network takes: hidden_layers, activation",
            ),
            (
                _spec(network={"hidden_layers": [10, -5]}),
                "network.hidden_layers[1]",
                -5,
                "greater than or equal to 1",
            ),
            (
                _spec(network={"hidden_layers": [10**9]}),
                "network.hidden_layers[0]",
                10**9,
                "less than or equal to 16384",
            ),
            (
                _spec(training={"learning_rates": []}),
                "training.learning_rates",
                [],
                "at least 1 item",
            ),
            (
                _spec(training={"learning_rates": ["0.1"]}),
                "training.learning_rates[0]",
                "0.1",
                "a valid number",
            ),
            (
                _spec(training={"optimizer": {"name": "adam", "nesterov": True}}),
                "training.optimizer.nesterov",
                True,
                "adam takes: name",
            ),
            (
                _spec(training={"optimizer": "adamax"}),
                "training.optimizer",
                {"name": "adamax"},
                "'sgd', 'adam'",
            ),
            (_spec(name="a\0b"), "name", "a\0b", "no NUL character"),
            (_spec(dataset="cifar"), "dataset", "cifar", "'mnist' or 'eckerle4'"),
            ({}, "dataset", None, "is required"),
            (_spec(target={"is": [3, 12]}), "target.is[1]", 12, "less than or equal to 9"),
            (_spec(target={"isnt": [3]}), "target.is", None, "target takes: is"),
            (_spec(target="odd"), "target", "odd", "must be an object"),
            (_spec(seed=1.5), "seed", 1.5, "a valid integer"),
            (_spec(seed=2**70), "seed", str(2**70), "less than 9007199254740992"),
            (_spec(name="n" * 201), "name", "n" * 200 + "…", "at most 200 characters"),
            (_spec(repetitions=True), "repetitions", True, "a valid integer"),
            (_spec(network=None), "network", None, "must be an object"),
        ],
    )
    def test_is_refused_by_its_path(
        self, service: RunningService, spec: Any, param: str, received: Any, told: str
    ) -> None:
        error = refusal(service.http.post("/experiments", json=spec), 422)
        assert error["param"] == param
        assert told in error["message"]
        assert error["received"] == received

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
    def test_is_refused_where_it_is_not_finite(self, service: RunningService, number: str) -> None:
        body = f'{{"dataset": "mnist", "training": {{"learning_rates": [{number}]}}}}'
        error = refusal(service.http.post("/experiments", content=body, headers=JSON), 422)
        assert error["param"] == "training.learning_rates[0]"
        assert error["received"] == number.replace("1e400", "Infinity")

    def test_every_problem_is_told_at_once(self, service: RunningService) -> None:
        spec = _spec(seed=-1, network={"hidden_layers": [0], "activation": "swish"})
        message = refusal(service.http.post("/experiments", json=spec), 422)["message"]
        for path in ("network.hidden_layers[0]", "network.activation", "seed"):
            assert f"{path}: " in message

    def test_sizes_that_no_machine_holds_are_refused_together(
        self, service: RunningService
    ) -> None:
        spec = _spec(network={"hidden_layers": [16_384] * 64})
        error = refusal(service.http.post("/experiments", json=spec), 422)
        assert "at most 50,000,000" in error["message"]
        spec = _spec(training={"learning_rates": [0.1, 0.2], "epochs": 100_000}, repetitions=1_000)
        error = refusal(service.http.post("/experiments", json=spec), 422)
        assert "200,000,000 rows" in error["message"]


class TestBody:
    @pytest.mark.parametrize("body", ["", "{", "dataset=mnist", "{'dataset': 'mnist'}"])
    def test_that_is_not_json_is_refused(self, service: RunningService, body: str) -> None:
        error = refusal(service.http.post("/experiments", content=body, headers=JSON), 422)
        assert "JSON" in error["message"]

    @pytest.mark.parametrize(
        ("body", "received"), [([], []), ("mnist", "mnist"), (3, 3), (True, True)]
    )
    def test_of_another_type_is_refused(
        self, service: RunningService, body: Any, received: Any
    ) -> None:
        error = refusal(service.http.post("/experiments", json=body), 422)
        assert "must be an object" in error["message"]
        assert error["received"] == received

    def test_null_is_refused(self, service: RunningService) -> None:
        error = refusal(service.http.post("/experiments", content="null", headers=JSON), 422)
        assert error["received"] == "nothing or null"

    @pytest.mark.parametrize("body", [b"\xff\xfe{", b"[" * 100_000, b"9" * 10_000, b'"\\ud800"'])
    def test_that_breaks_parsers_is_refused(self, service: RunningService, body: bytes) -> None:
        answer = service.http.post("/experiments", content=body, headers=JSON)
        refusal(answer, answer.status_code)
        assert answer.status_code == 422

    @pytest.mark.parametrize(
        ("body", "key"),
        [
            ('{"dataset": "mnist", "seed": 1, "seed": 2}', "seed"),
            ('{"dataset": "mnist", "training": {"epochs": 1, "epochs": 1}}', "epochs"),
        ],
    )
    def test_that_says_a_key_twice_is_refused(
        self, service: RunningService, body: str, key: str
    ) -> None:
        error = refusal(service.http.post("/experiments", content=body, headers=JSON), 422)
        assert error["param"] == key
        assert f'the key "{key}" is given twice' in error["message"]

    def test_that_is_nested_deeply_is_refused(self, service: RunningService) -> None:
        for depth in (40, 900, 90_000):
            deep = '{"grid": ' * depth + "1" + "}" * depth
            error = refusal(service.http.post("/experiments", content=deep, headers=JSON), 422)
            assert "nested more than 32 deep" in error["message"]

    def test_that_is_longer_than_any_spec_is_not_read(self, service: RunningService) -> None:
        for path in ("/experiments", "/experiments/exp_any/clone", "/webhooks"):
            answer = service.http.post(path, content=b" " * (2**20 + 1), headers=JSON)
            assert "1,048,577 bytes; at most 1,048,576" in refusal(answer, 413)["message"]

    @pytest.mark.parametrize("sent_as", [None, "text/plain", "application/x-www-form-urlencoded"])
    def test_without_its_content_type_is_told_which(
        self, service: RunningService, sent_as: str | None
    ) -> None:
        headers = {} if sent_as is None else {"Content-Type": sent_as}
        body = json.dumps(_spec())
        for path in ("/experiments", "/predict"):
            error = refusal(service.http.post(path, content=body, headers=headers), 415)
            assert "Content-Type: application/json" in error["message"]
            assert error["message"].endswith(sent_as or "no Content-Type")


class TestIdempotencyKey:
    @pytest.mark.parametrize("key", ["", "k" * 256])
    def test_of_an_impossible_length_is_refused(self, service: RunningService, key: str) -> None:
        headers = {"Idempotency-Key": key}
        error = refusal(service.http.post("/experiments", json=_spec(), headers=headers), 422)
        assert error["param"].lower() == "idempotency-key"


@pytest.fixture(scope="module")
def modest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that takes little."""
    limits = {"max_layers": 1, "max_units": 50, "max_parameters": 40_000, "max_epochs": 5}
    settings = settings_for(
        tmp_path_factory.mktemp("modest"), **limits, max_runs=4, max_core_hours=0.001
    )
    with running_service(settings) as running:
        yield running


class TestLimits:
    @pytest.mark.parametrize(
        ("spec", "setting", "received"),
        [
            ({"network": {"hidden_layers": [5, 5]}}, "MAX_LAYERS", 2),
            ({"network": {"hidden_layers": [51]}}, "MAX_UNITS", 51),
            ({"network": {"hidden_layers": [50], "batch_normalization": True}}, None, None),
            ({"grid": {"network.hidden_layers": [[5], [60]]}}, "MAX_UNITS", 60),
            ({"training": {"epochs": 6}}, "MAX_EPOCHS", 6),
            ({"repetitions": 5}, "MAX_RUNS", 5),
            (
                {"repetitions": 4, "training": {"batch_size": 1, "epochs": 5}},
                "MAX_CORE_HOURS",
                None,
            ),
        ],
    )
    def test_are_told_with_their_setting(
        self, modest: RunningService, spec: dict[str, Any], setting: str | None, received: Any
    ) -> None:
        small = {"network": {"hidden_layers": [20]}, "training": {"epochs": 5}, "dataset": "mnist"}
        answer = modest.http.post("/experiments?dry_run=true", json={**small, **spec})
        if setting is None:
            assert answer.status_code == 200
            return
        error = refusal(answer, 422)
        assert f"(FITSERVE_{setting})" in error["message"]
        assert received in {None, error["received"]}

    def test_hold_for_clones_and_extensions(self, modest: RunningService) -> None:
        small = {"dataset": "mnist", "network": {"hidden_layers": [20]}, "training": {"epochs": 1}}
        path = f"/experiments/{modest.http.post('/experiments', json=small).json()['id']}"
        modest.http.post(f"{path}/cancel")
        refusal(modest.http.post(f"{path}/clone", json={"repetitions": 9}), 422)
        refusal(modest.http.post(f"{path}/extend", json={"repetitions": 9}), 422)

    def test_are_told_before(self, modest: RunningService) -> None:
        assert modest.http.get("/limits").json()["max_runs"] == 4
