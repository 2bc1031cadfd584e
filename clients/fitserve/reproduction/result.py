"""What a reproduction comes to."""

from fitserve.reproduction.comparison import ComparedRow
from fitserve.reproduction.environment import Environment
from fitserve_core.results import Result


class Reproduction(Result):
    """Every row of the sheet beside ours, and how that was made."""

    environment: Environment
    spread_environment: Environment | None
    minutes: float
    rows: list[ComparedRow]
    contradictions: list[str]

    @property
    def headline(self) -> str:
        """The result in a line: rows of the tables first, then what the sheet says in words."""
        tables = [row for row in self.rows if row.group != "claims"]
        claims = [row for row in self.rows if row.group == "claims"]
        beside = f" (and {_share(claims)} claims)" if claims else ""
        time = f"{self.minutes:.1f} min on {self.environment.cores} cores"
        return f"reproduced {_share(tables)} rows{beside} in {time}"


def _share(rows: list[ComparedRow]) -> str:
    return f"{sum(row.reproduced for row in rows)} of {len(rows)}"
