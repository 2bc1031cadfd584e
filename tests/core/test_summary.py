"""Summaries, against values worked out by hand."""

import pytest

from fitserve_core.spec import Cell
from fitserve_core.summary import Outcome, best_cell, deciding, kept_run, summarise

CELL = Cell(index=0, config={"learning_rate": 0.1})
BY_ACCURACY = deciding("classification", validated=True)


def outcome(
    run_id: str, verdict: str | None = "trained", cell: int = 0, **final: float | None
) -> Outcome:
    status = "succeeded" if verdict else "failed"
    return Outcome(run_id, cell, status, verdict, final or None)  # type: ignore[arg-type]


class TestSummarise:
    def test_mean_and_deviation_with_one_degree_of_freedom_taken(self) -> None:
        runs = [outcome(str(i), val_accuracy=v) for i, v in enumerate((1.0, 2.0, 3.0, 6.0))]
        spread = summarise([CELL], runs)[0].figures["val_accuracy"]
        assert (spread.n, spread.mean, spread.min, spread.max) == (4, 3.0, 1.0, 6.0)
        assert spread.std == pytest.approx((14 / 3) ** 0.5)

    def test_single_run_has_no_deviation(self) -> None:
        assert summarise([CELL], [outcome("a", loss=1.0)])[0].figures["loss"].std is None

    def test_diverged_and_failed_runs_are_counted_beside(self) -> None:
        runs = [
            outcome("a", loss=1.0),
            outcome("b", "did_not_train", loss=3.0),
            outcome("c", "diverged", loss=None),
            outcome("d", None),
        ]
        cell = summarise([CELL], runs)[0]
        counts = (cell.n.requested, cell.n.trained, cell.n.did_not_train, cell.n.diverged)
        assert counts == (4, 1, 1, 1)
        assert cell.n.failed == 1
        assert cell.figures["loss"].values == [1.0, 3.0]
        assert cell.unstable

    def test_runs_that_agree_are_stable(self) -> None:
        assert not summarise([CELL], [outcome("a", loss=1.0), outcome("b", loss=2.0)])[0].unstable


class TestBestCell:
    def test_has_the_best_mean_not_the_best_run(self) -> None:
        runs = [
            outcome("a", cell=0, val_accuracy=0.99),
            outcome("b", cell=0, val_accuracy=0.50),
            outcome("c", cell=1, val_accuracy=0.90),
            outcome("d", cell=1, val_accuracy=0.90),
        ]
        cells = summarise([Cell(index=i, config={}) for i in range(2)], runs)
        best = best_cell(cells, BY_ACCURACY)
        assert best is not None
        assert best.cell == 1

    def test_ties_go_to_the_lower_loss(self) -> None:
        runs = [
            outcome("a", cell=0, val_accuracy=0.9, val_loss=0.5),
            outcome("b", cell=1, val_accuracy=0.9, val_loss=0.4),
        ]
        cells = summarise([Cell(index=i, config={}) for i in range(2)], runs)
        best = best_cell(cells, BY_ACCURACY)
        assert best is not None
        assert best.cell == 1

    def test_lower_mse_is_better(self) -> None:
        runs = [outcome("a", cell=0, mse=0.2, loss=0.2), outcome("b", cell=1, mse=0.1, loss=0.1)]
        cells = summarise([Cell(index=i, config={}) for i in range(2)], runs)
        best = best_cell(cells, deciding("regression", validated=False))
        assert best is not None
        assert best.cell == 1

    def test_cell_without_a_trained_run_is_no_candidate(self) -> None:
        cells = summarise([CELL], [outcome("a", "did_not_train", val_accuracy=0.9)])
        assert best_cell(cells, BY_ACCURACY) is None


class TestKeptRun:
    def test_is_the_best_trained_run_of_the_cell(self) -> None:
        runs = [
            outcome("a", val_accuracy=0.90, test_accuracy=0.99),
            outcome("b", val_accuracy=0.92, test_accuracy=0.91),
            outcome("c", "did_not_train", val_accuracy=0.99),
        ]
        kept = kept_run(summarise([CELL], runs)[0], runs, BY_ACCURACY)
        assert kept is not None
        assert (kept.run_id, kept.figure, kept.value) == ("b", "val_accuracy", 0.92)
