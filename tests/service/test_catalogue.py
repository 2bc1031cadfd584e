"""The catalogue, and specs that name one of its entries."""

import pytest

from fitserve_core.catalogue.published import CatalogueEntry
from fitserve_core.catalogue.registry import CATALOGUE
from support.serving import RunningService


class TestList:
    def test_is_every_entry_in_the_sheets_order(self, shared_service: RunningService) -> None:
        page = shared_service.http.get("/catalogue").json()
        assert [entry["id"] for entry in page["data"]] == list(CATALOGUE)
        assert (page["object"], page["has_more"]) == ("list", False)


class TestRetrieve:
    def test_entry(self, shared_service: RunningService) -> None:
        answer = shared_service.http.get("/catalogue/eckerle4-128-128-64")
        entry = CatalogueEntry.model_validate_json(answer.content)
        assert entry == CATALOGUE["eckerle4-128-128-64"]
        assert answer.json()["published"]["test_mse"] == {
            "mean": 0.003066,
            "std": 0.001185,
            "n": 4,
            "values": None,
        }

    def test_unknown(self, shared_service: RunningService) -> None:
        answer = shared_service.http.get("/catalogue/mnist-b")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (404, "not_found")
        assert "close: mnist-B," in error["message"]


class TestPreset:
    def test_entry_is_posted_and_recorded(self, service: RunningService) -> None:
        answer = service.http.post("/experiments", json={"preset": "mnist-B", "repetitions": 3})
        assert answer.status_code == 201
        spec = service.http.get(f"/experiments/{answer.json()['id']}").json()["spec"]
        assert (spec["preset"], spec["name"]) == ("mnist-B", CATALOGUE["mnist-B"].title)
        assert (spec["repetitions"], spec["training"]["epochs"]) == (3, 20)

    def test_same_key_and_body_is_the_same_experiment(self, service: RunningService) -> None:
        body, headers = {"preset": "mnist-A"}, {"Idempotency-Key": "k"}
        first, second = (
            service.http.post("/experiments", json=body, headers=headers) for _ in range(2)
        )
        assert first.json() == second.json()

    @pytest.mark.parametrize(
        ("body", "param", "told"),
        [
            ({"preset": "mnist-b"}, "preset", "close: mnist-B,"),
            ({"preset": "mnist-B", "training": {"epochs": 0}}, "training.epochs", "received 0"),
            ({"preset": 7, "dataset": "mnist"}, "preset", "received 7"),
            ({"preset": None}, "dataset", "is required"),
        ],
    )
    def test_refused(self, shared_service: RunningService, body, param, told) -> None:
        answer = shared_service.http.post("/experiments", json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["param"]) == (422, param)
        assert told in error["message"]

    def test_schema_does_without_a_data_set(self, shared_service: RunningService) -> None:
        post = shared_service.http.get("/openapi.json").json()["paths"]["/experiments"]["post"]
        whole, named = post["requestBody"]["content"]["application/json"]["schema"]["anyOf"]
        assert whole["$ref"].startswith("#/components/schemas/ExperimentSpec")
        assert named["required"] == ["preset"]
