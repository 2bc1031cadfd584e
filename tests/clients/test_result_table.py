import pytest
from scipy.stats import ttest_ind

import fitserve

VALUES = [[0.97, 0.98, 0.975], [0.91, 0.93, 0.92], [0.96, 0.99, 0.97]]


def spread(answers, values):
    found = answers.spread(sum(values) / len(values), None, len(values))
    mean = found["mean"]
    variance = sum((value - mean) ** 2 for value in values) / (len(values) - 1)
    return found | {"std": variance**0.5, "values": values}


@pytest.fixture
def table(client, service, answers):
    cells = [
        answers.cell(place, rate, {"val_accuracy": spread(answers, values)}, requested=3, trained=3)
        for place, (rate, values) in enumerate(zip([0.1, 0.01, 0.5], VALUES, strict=True))
    ]
    cells[0]["figures"]["val_accuracy"]["std"] = 0.005
    summary = answers.summary(cells, best_cell=0)
    service.then(answers.ok(answers.experiment()), answers.ok(summary))
    return client.experiments.retrieve("exp_1").table()


class TestTable:
    def test_is_markdown_to_paste(self, table):
        lines = table.to_markdown().splitlines()
        assert lines[0] == "| learning rate | runs | val accuracy |"
        assert lines[1] == "| --- | --- | --- |"
        assert lines[2] == "| 0.1 | 3/3 trained ★ | 0.9750 ± 0.0050 |"
        assert len(lines) == 5

    def test_is_latex_to_paste(self, table):
        lines = table.to_latex().splitlines()
        assert lines[0] == r"\begin{tabular}{lrr}"
        assert lines[-1] == r"\end{tabular}"
        assert r"0.1 & 3/3 trained $\star$ & 0.9750 $\pm$ 0.0050 \\" in lines

    def test_is_html_in_notebooks(self, table):
        shown = table._repr_html_()
        assert "<th>learning rate</th>" in shown
        assert "<td>0.9750 ± 0.0050</td>" in shown

    def test_is_text_in_terminals(self, table):
        assert "0.9750 ± 0.0050" in str(table)


class TestDifferences:
    def test_are_welchs_with_holms_correction(self, table):
        found = {one.cells: one for one in table.differences()}
        assert set(found) == {(0, 1), (0, 2), (1, 2)}
        for (one, other), difference in found.items():
            expected = ttest_ind(VALUES[one], VALUES[other], equal_var=False).pvalue
            assert difference.p_value == pytest.approx(expected)
            assert difference.figure == "val_accuracy"
        ordered = sorted(found.values(), key=lambda one: one.p_value)
        assert [one.p_holm for one in ordered] == pytest.approx(
            [3 * ordered[0].p_value, 2 * ordered[1].p_value, ordered[2].p_value]
        )
        assert found[0, 1].difference == pytest.approx(0.055)

    def test_of_single_runs_are_none(self, client, service, answers, summary):
        summary["cells"][0]["figures"]["val_accuracy"] = answers.spread(0.9, None, 1)
        service.then(answers.ok(summary))
        assert client.experiments.table("exp_1").differences() == []

    def test_say_what_to_install(self, table, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "scipy.stats", None)
        with pytest.raises(fitserve.FitserveError, match="SciPy"):
            table.differences()
