"""Grids, folds, warm starts and extensions, trained for real."""

import os

from fitserve import Client
from support.processes import command, descendants
from support.waiting import until

SMALL = {"hidden_layers": [8], "activation": "tanh"}
RECIPE = {"optimizer": "adam", "learning_rates": [0.01], "batch_size": 4, "epochs": 40}


def test_a_grid_is_crossed_and_extended(client: Client) -> None:
    posted = client.experiments.create(
        dataset="eckerle4",
        network=SMALL,
        training=RECIPE,
        repetitions=1,
        grid={"network.hidden_layers": [[4], [8]], "split.seed": [1, 2]},
    )
    client.experiments.wait(posted.id, progress=False)
    before = client.experiments.metrics(posted.id).runs
    client.experiments.extend(posted.id, repetitions=2, grid={"split.seed": [3]})
    ended = client.experiments.wait(posted.id, progress=False)
    assert (ended.status, ended.runs.succeeded) == ("succeeded", 12)
    after = client.experiments.metrics(posted.id).runs
    assert [run for run in after if run.run_id in {old.run_id for old in before}] == before
    cells = client.experiments.summary(posted.id).cells
    assert [cell.n.requested for cell in cells] == [2] * 6
    assert [
        (cell.config["network.hidden_layers"], cell.config["split.seed"]) for cell in cells
    ] == [([4], 1), ([4], 2), ([8], 1), ([8], 2), ([4], 3), ([8], 3)]


def test_a_run_can_be_looked_at(client: Client) -> None:
    posted = client.experiments.create(
        dataset="eckerle4", network=SMALL, training=RECIPE, repetitions=1
    )
    client.experiments.wait(posted.id, progress=False)
    [run] = client.experiments.metrics(posted.id).runs
    assert [len(epoch.gradient_norms or []) for epoch in run.epochs] == [2] * 40
    record = client.experiments.record(posted.id, run.run_id)
    assert (record.parameters, [layer.name for layer in record.layers]) == (
        25,
        ["hidden_1", "output"],
    )
    assert record.curve is not None
    assert len(record.curve.residuals) == 35


def test_folds_validate_on_rows_of_their_own(client: Client) -> None:
    posted = client.experiments.create(
        dataset="eckerle4", network=SMALL, training=RECIPE, repetitions=1, split={"folds": 3}
    )
    ended = client.experiments.wait(posted.id, progress=False)
    runs = client.experiments.metrics(posted.id).runs
    assert [(run.repetition, run.fold) for run in runs] == [(0, 0), (0, 1), (0, 2)]
    assert len({run.final["val_mse"] for run in runs if run.final}) == 3
    assert ended.kept_model is None or ended.kept_model.figure == "val_mse"


def test_a_repetition_goes_on_where_the_one_before_ended(client: Client) -> None:
    posted = client.experiments.create(
        dataset="eckerle4",
        network={"hidden_layers": [64, 64]},
        training={"epochs": 100},
        repetitions=3,
        warm_start="previous_repetition",
    )
    client.experiments.wait(posted.id, progress=False)
    runs = client.experiments.metrics(posted.id).runs
    assert [run.started_from for run in runs] == [None, runs[0].run_id, runs[1].run_id]
    fresh, *continued = [run.epochs[0].loss or 0 for run in runs]
    assert all(0 < loss < fresh / 2 for loss in continued)


def test_a_kept_model_is_trained_on(client: Client) -> None:
    first = client.experiments.create(
        dataset="eckerle4", network={"hidden_layers": [64, 64]}, repetitions=1
    )
    assert client.experiments.wait(first.id, progress=False).kept_model is not None
    source = client.experiments.metrics(first.id).runs[0]
    clone = client.experiments.clone(first.id, warm_start=first.id, training={"epochs": 5})
    client.experiments.wait(clone.id, progress=False)
    [run] = client.experiments.metrics(clone.id).runs
    assert run.started_from == source.run_id
    assert source.epochs[0].loss is not None
    assert run.epochs[0].loss is not None
    assert run.epochs[0].loss < source.epochs[0].loss / 2


def test_training_gives_way_to_what_answers(client: Client) -> None:
    def nicer(part: str) -> set[int]:
        """By how much the processes of a part are nicer than this one."""
        own = os.getpriority(os.PRIO_PROCESS, 0)
        found = [pid for pid in descendants(os.getpid()) if part in command(pid)]
        return {os.getpriority(os.PRIO_PROCESS, pid) - own for pid in found}

    assert client.health().status == "ok"
    until(lambda: nicer("-m fitserve_workers cpu") == {10})
    assert nicer("-m fitserve_service.server") == {0}
