"""Reports of campaigns that are made in pieces."""

import json
from pathlib import Path

from chaos import attacks  # noqa: F401 - registers them
from chaos.arena import ATTACKS, Outcome
from chaos.campaign import report, write


class TestWrite:
    def test_makes_one_campaign_of_the_pieces_of_a_seed(self, tmp_path: Path) -> None:
        path = tmp_path / "report.json"
        early, late = Outcome(ATTACKS[1], seconds=2.0), Outcome(ATTACKS[5], broken="it broke")
        write(path, report(1, [late]))
        write(path, report(2, [early]))
        write(path, report(1, [early]))
        write(path, report(1, [early, Outcome(ATTACKS[5], load=2.5, figures={"kills": 2})]))
        first, second = json.loads(path.read_text())
        assert (first["seed"], second["seed"]) == (1, 2)
        assert [told["id"] for told in first["attacks"]] == [early.attack.id, late.attack.id]
        again = first["attacks"][1]
        assert (again["broken"], again["load"], again["figures"]) == (None, 2.5, {"kills": 2})
        assert again["version"]
        assert again["made"].startswith("20")
        assert [told["seconds"] for told in second["attacks"]] == [2.0]
