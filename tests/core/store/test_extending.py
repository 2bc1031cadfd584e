"""Extending an experiment: what is there stays, what is new follows."""

from typing import Any

import pytest

from fitserve_core.errors import ConflictError, InvalidInputError, NotFoundError
from fitserve_core.results import RunMetrics
from fitserve_core.seeds import run_seed
from fitserve_core.spec import ExperimentSpec
from fitserve_core.spec.extension import Extension
from fitserve_core.store import Store
from support import stories


def extension(**fields: Any) -> Extension:
    return Extension.model_validate(fields)


def runs_of(store: Store, experiment_id: str) -> list[RunMetrics]:
    return stories.runs(store, experiment_id)


@pytest.fixture
def ended(store: Store) -> str:
    """An experiment with two cells of two repetitions, all trained."""
    experiment = stories.post(store, repetitions=2, learning_rates=(0.1, 0.01))
    for _ in range(4):
        stories.train(store)
    return experiment.id


class TestExtend:
    def test_adds_repetitions_with_the_seeds_that_they_would_have_had(
        self, store: Store, ended: str
    ) -> None:
        before = {run.run_id: run for run in runs_of(store, ended)}
        store.extensions.extend(ended, extension(repetitions=3))
        runs = runs_of(store, ended)
        assert [(run.cell, run.repetition, run.seed) for run in runs] == [
            (cell, repetition, run_seed(0, cell, repetition))
            for cell in range(2)
            for repetition in range(3)
        ]
        assert [run for run in runs if run.run_id in before] == list(before.values())
        experiment = store.experiments.get(ended)
        assert (experiment.status, experiment.finished_at) == ("queued", None)
        assert experiment.spec.repetitions == 3

    def test_adds_cells_behind_those_that_are_there(self, store: Store, ended: str) -> None:
        added = {"training.learning_rates": [0.5, 0.1]}
        store.extensions.extend(ended, extension(grid=added))
        cells = {run.cell: run.config["learning_rate"] for run in runs_of(store, ended)}
        assert cells == {0: 0.1, 1: 0.01, 2: 0.5}

    def test_adds_values_to_an_axis_of_the_grid(self, store: Store) -> None:
        grid = {"network.hidden_layers": [[5], [6]], "seed": [1, 2]}
        spec = ExperimentSpec.model_validate({"dataset": "eckerle4", "grid": grid})
        experiment_id = store.experiments.create(spec).id
        before = {run.cell: run.config for run in runs_of(store, experiment_id)}
        store.experiments.cancel(experiment_id)
        store.extensions.extend(experiment_id, extension(grid={"network.hidden_layers": [[7]]}))
        after = {run.cell: run.config for run in runs_of(store, experiment_id)}
        assert len(after) == 6
        assert after.items() > before.items()

    def test_the_same_again_adds_nothing(self, store: Store, ended: str) -> None:
        store.extensions.extend(ended, extension(repetitions=2))
        assert store.experiments.get(ended).status == "succeeded"

    def test_a_better_new_run_is_kept(self, store: Store, ended: str) -> None:
        store.extensions.extend(ended, extension(grid={"training.learning_rates": [0.5]}))
        for _ in range(2):
            claim = stories.take(store)
            stories.succeed(store, claim, val_accuracy=0.99)
        experiment = store.experiments.get(ended)
        assert experiment.status == "succeeded"
        assert experiment.kept_model is not None
        assert (experiment.kept_model.cell, experiment.kept_model.value) == (2, 0.99)
        assert [cell.cell for cell in store.runs.summary(ended).cells] == [0, 1, 2]

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"repetitions": 1}, "has 2 of each cell"),
            ({"grid": {"seed": [3]}}, "does not cross seed; it crosses training.learning_rates"),
            ({"grid": {"training.learning_rates": [-1]}}, r"learning_rates\[2\]: must be greater"),
        ],
    )
    def test_what_does_not_fit_is_refused_and_nothing_changes(
        self, store: Store, ended: str, given: dict[str, Any], message: str
    ) -> None:
        before = store.experiments.get(ended)
        with pytest.raises(InvalidInputError, match=message):
            store.extensions.extend(ended, extension(**given))
        assert store.experiments.get(ended) == before

    def test_waits_for_the_end(self, store: Store) -> None:
        experiment = stories.post(store)
        with pytest.raises(ConflictError, match="is queued; it can be extended when it has ended"):
            store.extensions.extend(experiment.id, extension(repetitions=2))

    def test_unknown_id_is_named(self, store: Store) -> None:
        with pytest.raises(NotFoundError, match="exp_nobody"):
            store.extensions.extend("exp_nobody", extension(repetitions=2))

    def test_the_key_still_finds_what_was_posted(self, store: Store) -> None:
        posted = stories.spec()
        experiment = store.experiments.create(posted, "a key")
        stories.train(store)
        store.extensions.extend(experiment.id, extension(repetitions=2))
        store.experiments.describe(experiment.id, {"name": "another"})
        assert store.experiments.create(posted, "a key").id == experiment.id
