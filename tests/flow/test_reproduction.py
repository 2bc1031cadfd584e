"""Rows of the sheet, reproduced by a real service; an interrupted campaign goes on."""

import re
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from fitserve import Client
from fitserve.reproduction.campaign import train
from fitserve.reproduction.posts import as_published
from fitserve.reproduction.result import Reproduction
from fitserve.reproduction.story import tell
from fitserve_core.catalogue.registry import CATALOGUE

ENTRIES = [CATALOGUE["eckerle4-sgd-0.01"], CATALOGUE["eckerle4-128-64"]]


class Silent:
    """Shows nothing."""

    def begin(self, seconds: float, experiments: int) -> None: ...

    def stand(self, seconds: float) -> None: ...

    def ended(self, post: object, experiment: object) -> None: ...


@pytest.mark.parametrize("again", [False, True])
def test_rows_are_reproduced_and_reported(client: Client, tmp_path: Path, again: bool) -> None:
    if again:
        campaign = train(client, [as_published(entry) for entry in ENTRIES], Silent())
        next(campaign)
        campaign.close()
    before = {experiment.id for experiment in client.experiments.list()}
    out = StringIO()
    tell(client, ENTRIES, "eckerle4", tmp_path, Console(file=out, width=120))
    said = out.getvalue()
    assert "2 rows of the exercise sheet" in said
    assert re.fullmatch(
        r"reproduced \d of 2 rows in [\d.]+ min on \d+ cores?", said.splitlines()[-1]
    )
    written = (tmp_path / "report.json").read_text()
    rows = Reproduction.model_validate_json(written).rows
    assert [row.id for row in rows] == [entry.id for entry in ENTRIES]
    assert [sum(row.verdicts.values()) for row in rows] == [4, 4]
    if again:
        assert {experiment.id for experiment in client.experiments.list()} == before
