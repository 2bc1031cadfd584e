"""A finding: what was looked at, how it stands, what to do."""

from typing import Literal

from fitserve_core.results import Result

State = Literal["ok", "warning", "wrong"]


class Finding(Result):
    """One piece that was looked at.

    Attributes:
        advice: what would mend it; None where nothing is to be done.
    """

    piece: str
    state: State
    told: str
    advice: str | None = None
