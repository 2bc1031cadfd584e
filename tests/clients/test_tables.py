import io

import pytest
from rich.console import Console

from fitserve.figures import mean_std, number
from fitserve.tables import experiments_table, status_text, summary_table
from fitserve_core.results import Experiment, Spread, Summary

DIGITS = ("loss", "accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy")


def printed(table, width=80):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()


def row_of(text, word):
    return next(line for line in text.splitlines() if word in line)


class TestFigures:
    @pytest.mark.parametrize(
        ("mean", "std", "text"),
        [
            (0.9798, 0.0003, "0.9798 ± 0.0003"),
            (0.97984, None, "0.9798 ± —"),
            (0.9698, 0.000021, "0.96980 ± 0.00002"),
            (0.5, 1e-9, "0.50000 ± 0.00000"),
            (0.5, 0.0, "0.5000 ± 0.0000"),
            (2.3026, 0.12, "2.3026 ± 0.1200"),
            (3.21e-4, 4.0e-5, "3.21e-4 ± 0.40e-4"),
            (4.4e-3, None, "4.40e-3 ± —"),
            (1.5e7, 2e6, "1.50e7 ± 0.20e7"),
            (0.0, None, "0.0000 ± —"),
        ],
    )
    def test_mean_and_spread_share_their_digits(self, mean, std, text):
        spread = Spread(n=2, mean=mean, std=std, min=mean, max=mean, values=[mean, mean])
        assert mean_std(spread) == text

    @pytest.mark.parametrize(
        ("value", "text"),
        [(0.97531, "0.9753"), (2.8e-4, "2.80e-4"), (0.0, "0.0000"), (-0.25, "-0.2500")],
    )
    def test_number(self, value, text):
        assert number(value) == text


@pytest.fixture
def digits(answers):
    good = {name: answers.spread(0.9 + i / 100, 0.001) for i, name in enumerate(DIGITS)}
    single = {name: answers.spread(0.5 + i / 100, None, 1) for i, name in enumerate(DIGITS)}
    kept = {"run_id": "run_7", "cell": 0, "figure": "val_accuracy", "value": 0.93}
    cells = [
        answers.cell(0, 0.01, good, requested=2, trained=2),
        answers.cell(1, 0.1, single, requested=4, trained=1, did_not_train=1, diverged=1, failed=1)
        | {"unstable": True},
        answers.cell(2, 10.0, {}, requested=2, unfinished=1, cancelled=1),
    ]
    return Summary.model_validate(answers.summary(cells, best_cell=0, kept_model=kept))


class TestSummaryTable:
    def test_digits_show_loss_and_accuracy_of_every_part(self, digits):
        text = printed(summary_table(digits))
        assert "0.9000 ± 0.0010   0.9100 ± 0.0010" in row_of(text, "train ")
        assert "0.9200 ± 0.0010   0.9300 ± 0.0010" in row_of(text, "val ")
        assert "0.9400 ± 0.0010   0.9500 ± 0.0010" in row_of(text, "test ")
        assert "0.5000 ± —" in row_of(text, "0.1 ")

    def test_best_cell_and_kept_model_are_marked(self, digits):
        text = printed(summary_table(digits))
        assert [line.split()[:2] for line in text.splitlines() if "/" in line and "★" in line] == [
            ["0.01", "★"]
        ]
        assert "model kept: run_7, val_accuracy 0.9300" in text

    def test_fates_of_runs_are_counted(self, digits):
        text = printed(summary_table(digits))
        for told in ("2/2 trained", "1/4 trained", "1 did not train", "1 diverged", "1 failed"):
            assert told in text
        assert "1 cancelled" in text
        assert "1 unfinished" in text
        assert text.count("unstable") == 1

    def test_cell_without_figures_has_dashes(self, digits):
        line = row_of(printed(summary_table(digits)), "10.0")
        assert line.split()[-2:] == ["—", "—"]

    def test_fits_into_eighty_columns(self, digits):
        assert "…" not in printed(summary_table(digits))

    def test_regression_shows_mse_alone(self, answers):
        figures = {
            "mse": answers.spread(3.21e-4, 4e-5, 4),
            "test_mse": answers.spread(4.6e-3, 1.2e-3, 4),
            "loss": answers.spread(0.7, 0.1, 4),
        }
        cell = answers.cell(0, 0.001, figures, requested=4, trained=4)
        text = printed(summary_table(Summary.model_validate(answers.summary([cell]))))
        assert "MSE on [0, 1]" in text
        assert "train   3.21e-4 ± 0.40e-4" in text
        assert "test    4.60e-3 ± 1.20e-3" in text
        assert "val " not in text
        assert "0.7" not in text

    def test_cell_that_varies_nothing_is_told_by_its_runs(self, answers):
        figures = {"mse": answers.spread(3.21e-4, 4e-5, 4)}
        cell = answers.cell(0, None, figures, requested=4, trained=3, did_not_train=1)
        summary = answers.summary([cell | {"unstable": True}], best_cell=0)
        text = printed(summary_table(Summary.model_validate(summary)))
        assert row_of(text, "MSE").split()[0] == "runs"
        assert "3/4 trained" in text
        assert "1 did not train ★" in text
        assert text.count("unstable") == 1

    def test_says_when_no_model_was_kept(self, answers):
        cell = answers.cell(0, 0.1, {}, requested=2, diverged=2)
        text = printed(summary_table(Summary.model_validate(answers.summary([cell]))))
        assert "no model kept" in text
        assert "★" not in text


class TestExperimentsTable:
    def test_one_line_each(self, answers):
        kept = {"run_id": "run_7", "cell": 0, "figure": "val_accuracy", "value": 0.93}
        given = [
            answers.experiment("exp_2", name="[bold]not markup", kept_model=kept),
            answers.experiment("exp_1", name="", status="failed"),
        ]
        text = printed(experiments_table(map(Experiment.model_validate, given)), width=120)
        assert "[bold]not markup" in row_of(text, "exp_2")
        assert "0.9300" in row_of(text, "exp_2")
        assert row_of(text, "exp_1").split() == ["exp_1", "mnist", "failed", "0/10", "—"]

    def test_success_of_which_nothing_trained_does_not_look_like_it(self, answers):
        given = Experiment.model_validate(answers.experiment("exp_1", status="succeeded"))
        table = experiments_table([given])
        assert row_of(printed(table, width=120), "exp_1").split()[-2:] == ["none", "trained"]
        kept = {"run_id": "run_7", "cell": 0, "figure": "val_accuracy", "value": 0.93}
        better = given.model_copy(update={"kept_model": kept})
        assert status_text(given).style != status_text(better).style

    def test_one_without_a_name_goes_by_its_models(self, answers):
        spec = {"dataset": "mnist", "target": {"is": [3]}}
        given = answers.experiment("exp_1", name="", spec=spec)
        text = printed(experiments_table([Experiment.model_validate(given)]), width=120)
        assert row_of(text, "exp_1").split()[1] == "mnist-is-3"

    def test_long_ids_and_names_fit_into_eighty_columns(self, answers):
        given = answers.experiment("exp_01a2083dd0a1b94022eb8e71", name="a long name " * 9)
        text = printed(experiments_table([Experiment.model_validate(given)]))
        assert "a long n" in row_of(text, "exp_01a2083dd0a1b94022eb8e71")
        assert max(map(len, text.splitlines())) <= 80
