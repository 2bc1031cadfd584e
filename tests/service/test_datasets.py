"""Data sets, told by a service that holds none of them."""

from pathlib import Path

from fitserve_core.datasets.description import DatasetDetails
from fitserve_core.datasets.mnist_files import cache_file
from support.serving import RunningService


class TestList:
    def test_cards_without_rows(self, shared_service: RunningService) -> None:
        page = shared_service.http.get("/datasets").json()
        assert {card["name"]: card["rows"] for card in page["data"]} == {
            "mnist": {"train": 50_000, "validation": 10_000, "test": 10_000},
            "eckerle4": {"train": 21, "validation": 0, "test": 14},
        }
        assert not any("samples" in card or "measurements" in card for card in page["data"])


class TestRetrieve:
    def test_before_it_is_fetched(self, shared_service: RunningService) -> None:
        told = shared_service.http.get("/datasets/mnist").json()
        assert (told["fetched"], told["samples"]) == (False, None)
        assert sum(told["class_counts"]["train"]) == 50_000

    def test_once_it_is_fetched(self, service: RunningService, data_folder: Path) -> None:
        cache = cache_file(service.settings.data)
        cache.parent.mkdir(exist_ok=True)
        cache.symlink_to(cache_file(data_folder))
        answer = service.http.get("/datasets/mnist")
        told = DatasetDetails.model_validate_json(answer.content)
        assert told.fetched
        assert [sample.label for sample in told.samples or []][::3] == list(range(10))
        assert [service.http.get("/datasets").json()["data"][0]["fetched"]] == [True]

    def test_eckerle4(self, shared_service: RunningService) -> None:
        told = shared_service.http.get("/datasets/eckerle4").json()
        assert told["measurements"][18] == {"wavelength": 451.5, "transmittance": 0.3698049}
        assert told["certified"]["parameters"][2]["value"] == 451.54121844

    def test_unknown(self, shared_service: RunningService) -> None:
        answer = shared_service.http.get("/datasets/cifar")
        assert answer.status_code == 404
        assert "known: mnist, eckerle4" in answer.json()["error"]["message"]
