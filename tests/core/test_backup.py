"""Backups: one moment whole, or a refusal that says what is wrong."""

import json
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fitserve_core.artefacts import Artefacts
from fitserve_core.backup import back_up, restore
from fitserve_core.errors import ConfigurationError, FitserveError
from fitserve_core.settings import Settings
from fitserve_core.store import Checkpoint, Claim, Store
from support import stories
from support.perceptrons import Digits, Kept, keep


def _settings(data: Path) -> Settings:
    return Settings.model_validate({"data": data, "database_url": None})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return _settings(tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store.opened(settings)
    yield store
    store.close()


@pytest.fixture
def artefacts(settings: Settings) -> Artefacts:
    return Artefacts(settings.artefacts)


@pytest.fixture
def model(store: Store, artefacts: Artefacts) -> Kept:
    return keep(store, artefacts, Digits())


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backup.tar"


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    return _settings(tmp_path / "restored")


def _running(store: Store, artefacts: Artefacts) -> Claim:
    """Tell of a run in training, whose checkpoint is where its row says."""
    stories.post(store)
    claim = stories.take(store)
    path = f"{claim.experiment_id}/{claim.run_id}/1/checkpoint-2.npz"
    sha256, _ = artefacts.write(path, lambda file: file.write_bytes(b"weights") and None)
    store.claims.record(claim, stories.figures(1, 2), Checkpoint(path, sha256))
    return claim


class TestRestored:
    def test_is_what_was_there(
        self, store: Store, artefacts: Artefacts, model: Kept, archive: Path, empty: Settings
    ) -> None:
        made = back_up(store, artefacts.root, archive)
        assert (made.damaged, len(made.artefacts)) == ([], 1)
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600
        restore(archive, empty)
        again = Store(empty)
        assert again.experiments.page(limit=9) == store.experiments.page(limit=9)
        [served] = [again.models.resolve("mnist").files["onnx"]]
        path = Artefacts(empty.artefacts).verified(served.path, served.sha256)
        assert path.read_bytes() == model.file.read_bytes()
        again.close()
        assert sorted(entry.name for entry in empty.data.iterdir() if entry.suffix != ".lock") == [
            "artefacts",
            "fitserve.sqlite3",
        ]

    def test_lets_runs_go_on_from_their_checkpoints(
        self, store: Store, artefacts: Artefacts, archive: Path, empty: Settings
    ) -> None:
        claim = _running(store, artefacts)
        back_up(store, artefacts.root, archive)
        restore(archive, empty)
        again = Store(empty)
        taken = stories.take(again)
        assert (taken.run_id, taken.attempt, taken.epoch) == (claim.run_id, 2, 2)
        assert taken.checkpoint is not None
        Artefacts(empty.artefacts).verified(taken.checkpoint.path, taken.checkpoint.sha256)
        told = [event.type for event in again.events.of_all(0, 99)]
        assert told[-2:] == ["run.requeued", "run.running"]
        again.close()

    def test_is_whole_though_an_experiment_is_deleted_meanwhile(
        self,
        store: Store,
        artefacts: Artefacts,
        archive: Path,
        empty: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        stays, goes = keep(store, artefacts, Digits(), 0.9), keep(store, artefacts, Digits(), 0.8)
        opened = Path.open

        def deleting(path: Path, *args: object, **kwargs: object) -> object:
            if path == stays.file:
                store.experiments.delete(goes.experiment.id)
                artefacts.remove_experiment(goes.experiment.id)
            return opened(path, *args, **kwargs)  # type: ignore[call-overload]

        monkeypatch.setattr(Path, "open", deleting)
        made = back_up(store, artefacts.root, archive)
        monkeypatch.undo()
        assert (made.damaged, len(made.artefacts)) == ([], 1)
        restore(archive, empty)
        again = Store(empty)
        assert [one.id for one in again.experiments.page(limit=9)[0]] == [stays.experiment.id]
        again.close()


class TestDamage:
    @pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"changed")])
    def test_of_an_artefact_is_told_and_the_rest_is_saved(
        self,
        store: Store,
        artefacts: Artefacts,
        model: Kept,
        archive: Path,
        empty: Settings,
        damage: Callable[[Path], object],
    ) -> None:
        other = keep(store, artefacts, Digits(), 0.8)
        damage(model.file)
        made = back_up(store, artefacts.root, archive)
        assert made.damaged == [str(model.file.relative_to(artefacts.root))]
        restore(archive, empty)
        assert (empty.artefacts / other.file.relative_to(artefacts.root)).exists()

    @pytest.mark.usefixtures("model")
    @pytest.mark.parametrize(
        ("spoil", "told"),
        [
            (lambda content: content[: len(content) // 2], "cannot be restored"),
            (lambda content: content.replace(b"SQLite format 3", b"SQLite format 4", 1), "SHA-256"),
            (lambda _: b"no archive at all", "cannot be restored"),
            (lambda content: content.replace(b'"artefacts/exp', b'"../artefa/exp'), "outside"),
        ],
    )
    def test_of_an_archive_is_refused_and_leaves_the_folder_empty(
        self,
        store: Store,
        artefacts: Artefacts,
        archive: Path,
        empty: Settings,
        spoil: Callable[[bytes], bytes],
        told: str,
    ) -> None:
        back_up(store, artefacts.root, archive)
        archive.write_bytes(spoil(archive.read_bytes()))
        with pytest.raises(FitserveError, match=told):
            restore(archive, empty)
        assert [entry.name for entry in empty.data.iterdir() if entry.suffix != ".lock"] == []


class TestRefusal:
    def test_of_a_name_that_is_taken(self, store: Store, artefacts: Artefacts) -> None:
        taken = artefacts.root.parent / "fitserve.sqlite3"
        with pytest.raises(ConfigurationError, match="is there already"):
            back_up(store, artefacts.root, taken)

    def test_of_a_folder_that_holds_a_store(
        self, store: Store, artefacts: Artefacts, settings: Settings, archive: Path
    ) -> None:
        back_up(store, artefacts.root, archive)
        with pytest.raises(ConfigurationError, match="empty folder"):
            restore(archive, settings)


class TestPostgresql:
    def test_store_is_left_to_pg_dump(
        self, postgresql: str, tmp_path: Path, archive: Path, empty: Settings
    ) -> None:
        from support.postgresql import emptied

        store = Store.opened(Settings(data=tmp_path, database_url=emptied(postgresql)))
        model = keep(store, Artefacts(tmp_path / "artefacts"), Digits())
        made = back_up(store, tmp_path / "artefacts", archive)
        store.close()
        assert made.store is None
        with tarfile.open(archive) as written:
            assert json.load(written.extractfile("manifest.json"))["store"] is None  # type: ignore[arg-type]
        restore(archive, empty)
        path = model.file.relative_to(tmp_path / "artefacts")
        assert (empty.artefacts / path).read_bytes() == model.file.read_bytes()
