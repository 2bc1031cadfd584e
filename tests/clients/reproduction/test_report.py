"""The report: everything on one page that needs nothing else, and the same as JSON."""

import re
from pathlib import Path

import pytest

from fitserve.reproduction.comparison import compare
from fitserve.reproduction.environment import environment
from fitserve.reproduction.report import write_report
from fitserve.reproduction.result import Reproduction
from fitserve.reproduction.spread import Spread, read_spread, row_spread, write_spread
from fitserve_core.catalogue.registry import CATALOGUE


@pytest.fixture
def result(metrics, spread) -> Reproduction:
    entries = [CATALOGUE["mnist-B"], CATALOGUE["mnist-A"], CATALOGUE["mnist-100-momentum-0.9"]]
    draws = [[0.979 + place / 4_000 for place in range(8)]]
    both = {"val_accuracy": draws, "test_accuracy": draws}
    finals = {"val_accuracy": 0.98, "test_accuracy": 0.979}
    rows = [
        compare(entry, entry.published, metrics(finals, verdicts=[verdict]), spread(**both))
        for entry, verdict in zip(entries, ("trained", "trained", "diverged"), strict=True)
    ]
    return Reproduction(
        environment=environment(),
        spread_environment=None,
        minutes=12.34,
        rows=rows,
        contradictions=["It says <A> and B."],
    )


class TestHeadline:
    def test_counts_rows_and_claims_apart(self, result: Reproduction) -> None:
        assert result.headline.startswith("reproduced 1 of 2 rows (and 1 of 1 claims) in 12.3 min")


class TestWriteReport:
    def test_page_has_every_row_and_needs_nothing_from_elsewhere(
        self, result: Reproduction, tmp_path: Path
    ) -> None:
        page = write_report(result, tmp_path / "out").read_text()
        for row in result.rows:
            assert row.id in page
        assert "&lt;A&gt; and B." in page
        assert "<svg" in page
        fetched = re.findall(r'(?:src|href)="([^"#]+)"', page)
        assert set(fetched) == {"report.json"}

    def test_json_is_the_whole_result(self, result: Reproduction, tmp_path: Path) -> None:
        write_report(result, tmp_path)
        written = (tmp_path / "report.json").read_text()
        assert Reproduction.model_validate_json(written) == result


class TestSpread:
    def test_is_the_same_after_its_file(self, metrics, tmp_path: Path) -> None:
        measured = metrics({"test_mse": 0.0123456789}, {"test_mse": None})
        row = row_spread(["test_mse"], measured)
        assert row.figures == {"test_mse": [[0.0123457, None]]}
        assert row.verdicts == {"trained": 2}
        spread = Spread(environment=environment(), rows={"b": row, "a": row})
        write_spread(spread, tmp_path / "spread.json")
        assert read_spread(tmp_path / "spread.json") == spread

    def test_is_none_where_there_is_no_file(self, tmp_path: Path) -> None:
        assert read_spread(tmp_path / "spread.json") is None
