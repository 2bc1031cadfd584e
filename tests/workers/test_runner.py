"""A run from claim to end, in this process, on a real store."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fitserve_core import tracing
from fitserve_core.artefacts import Artefacts
from fitserve_core.errors import LeaseLostError
from fitserve_core.results import Experiment, RunMetrics
from fitserve_core.settings import Settings
from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Store
from fitserve_workers import keeper, patience
from fitserve_workers import runner as runner_module
from fitserve_workers.runner import Runner
from fitserve_workers.training import ProgramCache, pace
from support import stories

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SPEC = {
    "dataset": "eckerle4",
    "network": {"hidden_layers": [8]},
    "training": {"optimizer": "adam", "batch_size": 4, "epochs": 40},
    "repetitions": 1,
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=None)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store.opened(settings)
    yield store
    store.close()


@pytest.fixture
def make_runner(settings: Settings, store: Store, programs: ProgramCache) -> Callable[..., Runner]:
    def make(stopping: Callable[[], bool] = lambda: False) -> Runner:
        artefacts = Artefacts(settings.artefacts)
        return Runner(settings, store, artefacts, programs, "this process", "cpu", stopping)

    return make


@pytest.fixture(autouse=True)
def shortest_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let slices be single steps, and look and record after every one that may."""
    monkeypatch.setattr(pace, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(runner_module, "RECORD_SECONDS", 0.0)
    monkeypatch.setattr(keeper, "LOOK_SECONDS", 0.01)


def post(store: Store, **changes: Any) -> Experiment:
    return store.experiments.create(ExperimentSpec.model_validate(SPEC | changes))


def only_run(store: Store, experiment: Experiment) -> RunMetrics:
    [run] = stories.runs(store, experiment.id)
    return run


def weights(run: RunMetrics) -> str:
    return {file.kind: file.sha256 for file in run.artefacts}["weights"]


class TestTrainNext:
    def test_does_nothing_where_nothing_waits(self, make_runner: Callable[..., Runner]) -> None:
        make_runner().train_next()

    def test_leaves_a_finished_run_with_its_files_and_no_checkpoint(
        self, make_runner: Callable[..., Runner], store: Store, settings: Settings
    ) -> None:
        experiment = post(store)
        make_runner().train_next()
        run = only_run(store, experiment)
        assert (run.status, run.attempt) == ("succeeded", 1)
        assert [epoch.epoch for epoch in run.epochs] == list(range(1, 41))
        folder = settings.artefacts / experiment.id / run.run_id / "1"
        assert sorted(path.name for path in folder.iterdir()) == [
            "model.keras",
            "model.onnx",
            "record.json",
            "weights.npz",
        ]
        for stored in store.models.resolve(run.run_id).files.values():
            Artefacts(settings.artefacts).verified(stored.path, stored.sha256)

    def test_failure_is_recorded_with_its_reason(
        self, make_runner: Callable[..., Runner], store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_memory(*_: Any, **__: Any) -> None:
            raise MemoryError("no room for the rows")

        monkeypatch.setattr(runner_module, "load_dataset", no_memory)
        experiment = post(store)
        make_runner().train_next()
        assert only_run(store, experiment).error == "MemoryError: no room for the rows"
        assert store.experiments.get(experiment.id).status == "failed"


class TestInterrupted:
    @pytest.mark.parametrize("slices", [1, 100, 239])
    def test_stopped_run_goes_on_and_ends_with_the_same_weights(
        self, make_runner: Callable[..., Runner], store: Store, slices: int
    ) -> None:
        undisturbed, disturbed = post(store), post(store)
        make_runner().train_next()
        asked = iter(range(1_000))
        make_runner(lambda: next(asked) >= slices - 1).train_next()
        assert only_run(store, disturbed).status == "queued"
        make_runner().train_next()
        first, second = only_run(store, undisturbed), only_run(store, disturbed)
        assert second.attempt == 2
        assert weights(first) == weights(second)
        assert first.final == second.final

    def test_attempts_are_told_in_the_trace_of_the_request(
        self, make_runner: Callable[..., Runner], store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(told))
        monkeypatch.setattr(tracing, "_provider", provider)
        with tracing.span("POST /experiments"):
            post(store)
        asked = iter(range(1_000))
        make_runner(lambda: next(asked) >= 100).train_next()
        make_runner().train_next()
        spans = told.get_finished_spans()
        [request] = [span for span in spans if span.name == "POST /experiments"]
        attempts = [span for span in spans if span.name == "train run"]
        assert [dict(span.attributes or {})["fitserve.run.attempt"] for span in attempts] == [1, 2]
        assert {span.context.trace_id for span in attempts} == {request.context.trace_id}
        assert {span.parent.span_id for span in attempts if span.parent} == {
            request.context.span_id
        }

    def test_death_between_last_epoch_and_end_repeats_no_epoch(
        self, make_runner: Callable[..., Runner], store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        undisturbed, disturbed = post(store), post(store)
        make_runner().train_next()

        def die(*_: Any) -> None:
            raise LeaseLostError("the process was killed")

        with monkeypatch.context() as patch:
            patch.setattr(store.claims, "succeed", die)
            make_runner().train_next()
        stories.let_leases_run_out(store)
        assert store.leases.expire() == 1
        make_runner().train_next()
        first, second = only_run(store, undisturbed), only_run(store, disturbed)
        assert [epoch.epoch for epoch in second.epochs] == list(range(1, 41))
        assert weights(first) == weights(second)

    def test_cancelled_run_stops_and_changes_nothing_more(
        self, make_runner: Callable[..., Runner], store: Store
    ) -> None:
        experiment = post(store, training=SPEC["training"] | {"epochs": 100_000})

        def cancel_once() -> bool:
            store.experiments.cancel(experiment.id)
            return False

        make_runner(cancel_once).train_next()
        run = only_run(store, experiment)
        assert (run.status, run.final, run.artefacts) == ("cancelled", None, [])

    def test_deleted_experiment_leaves_no_file(
        self, make_runner: Callable[..., Runner], store: Store, settings: Settings
    ) -> None:
        experiment = post(store, training=SPEC["training"] | {"epochs": 100_000})
        first_time = iter([True])

        def delete_once() -> bool:
            if next(first_time, False):
                store.experiments.cancel(experiment.id)
                store.experiments.delete(experiment.id)
            return False

        make_runner(delete_once).train_next()
        assert not (settings.artefacts / experiment.id).exists()

    @pytest.mark.parametrize("damaged", [1, 2])
    def test_damaged_checkpoints_cost_epochs_and_change_nothing(
        self, make_runner: Callable[..., Runner], store: Store, settings: Settings, damaged: int
    ) -> None:
        undisturbed, disturbed = post(store), post(store)
        make_runner().train_next()
        asked = iter(range(1_000))
        make_runner(lambda: next(asked) >= 100).train_next()
        kept = sorted(settings.artefacts.rglob("checkpoint-*.npz"), key=lambda p: p.stat().st_mtime)
        assert len(kept) == 2
        for checkpoint in kept[-damaged:]:
            checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
        make_runner().train_next()
        first, second = only_run(store, undisturbed), only_run(store, disturbed)
        assert [epoch.epoch for epoch in second.epochs] == list(range(1, 41))
        assert weights(first) == weights(second)
        assert first.final == second.final


class TestFullDisk:
    def test_training_waits_for_room(
        self,
        make_runner: Callable[..., Runner],
        store: Store,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(patience, "FULL_PAUSE_SECONDS", 0.01)
        full, write = iter([True, True]), Artefacts.write

        def write_once_there_is_room(*told: Any) -> tuple[str, int]:
            if next(full, False):
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(*told)

        monkeypatch.setattr(Artefacts, "write", write_once_there_is_room)
        experiment = post(store)
        make_runner().train_next()
        assert (only_run(store, experiment).status, next(full, None)) == ("succeeded", None)
        assert caplog.text.count("waits until there is room: [Errno 28] No space left") == 1
