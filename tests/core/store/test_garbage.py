"""Collection of garbage: what no row names goes, everything else stays."""

from pathlib import Path

import pytest

from fitserve_core.artefacts import Artefacts
from fitserve_core.garbage import garbage, remove_garbage
from fitserve_core.settings import Settings
from fitserve_core.store import Checkpoint, Store
from support import stories
from support.perceptrons import Digits, keep


@pytest.fixture
def artefacts(settings: Settings) -> Artefacts:
    settings.artefacts.mkdir(parents=True, exist_ok=True)
    return Artefacts(settings.artefacts)


def put(root: Path, path: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"x")
    return file


class TestGarbage:
    def test_of_no_folder_is_nothing(self, store: Store, tmp_path: Path) -> None:
        assert list(garbage(store, tmp_path / "nothing")) == []

    def test_is_what_deleted_experiments_and_lost_attempts_left(
        self, store: Store, artefacts: Artefacts
    ) -> None:
        kept = keep(store, artefacts, Digits())
        root = artefacts.root
        left = [
            put(root, f"{kept.experiment.id}/{kept.run_id}/7/.partial-model.onnx"),
            put(root, "exp_gone/run_gone/1/model.onnx"),
        ]
        assert sorted(garbage(store, root)) == sorted(left)
        remove_garbage(left, root)
        assert kept.file.exists()
        assert [entry.name for entry in root.iterdir()] == [kept.experiment.id]
        assert list(garbage(store, root)) == []

    def test_is_removed_though_somebody_else_was_faster(self, artefacts: Artefacts) -> None:
        left = put(artefacts.root, "exp_gone/run_gone/1/model.onnx")
        for _ in range(2):
            remove_garbage([left], artefacts.root)
        assert list(artefacts.root.iterdir()) == []

    def test_leaves_running_experiments_and_checkpoints_alone(
        self, store: Store, artefacts: Artefacts
    ) -> None:
        running = stories.post(store)
        claim = stories.take(store)
        put(artefacts.root, f"{running.id}/{claim.run_id}/1/.partial-model.onnx")
        assert list(garbage(store, artefacts.root)) == []
        checkpoint = f"{running.id}/{claim.run_id}/1/checkpoint.npz"
        put(artefacts.root, checkpoint)
        store.claims.record(claim, stories.figures(1), Checkpoint(checkpoint, "0" * 64))
        assert list(garbage(store, artefacts.root)) == []

    def test_is_everything_that_a_cancelled_run_would_have_gone_on_from(
        self, store: Store, artefacts: Artefacts
    ) -> None:
        cancelled = stories.post(store)
        claim = stories.take(store)
        folder = f"{cancelled.id}/{claim.run_id}/1"
        left = [put(artefacts.root, f"{folder}/{name}") for name in (".partial", "checkpoint.npz")]
        checkpoint = Checkpoint(f"{folder}/checkpoint.npz", "0" * 64)
        store.claims.record(claim, stories.figures(1), checkpoint)
        store.experiments.cancel(cancelled.id)
        assert list(garbage(store, artefacts.root)) == left
