"""What a run's training loop is asked for, however it comes by its weights."""

from typing import Protocol

from fitserve_core.results import EpochFigures
from fitserve_workers.training.compiled import CompiledModel


class Loop(Protocol):
    """Trains the present run of a program, slice by slice.

    Attributes:
        program: whose model it trains.
        at_epoch_end: whether it stands between epochs.
        ended: why no epoch can follow, or None.
    """

    @property
    def program(self) -> CompiledModel: ...  # noqa: D102

    @property
    def at_epoch_end(self) -> bool: ...  # noqa: D102

    @property
    def ended(self) -> str | None: ...  # noqa: D102

    def begin(self, epoch: int) -> None:
        """Go on from the end of `epoch`, 0 for a run's start, with the program's variables."""
        ...

    def advance(self, last: int) -> list[EpochFigures]:
        """Train for about a quarter of a second, not beyond the epoch `last`.

        Returns the figures of epochs that ended in it; where there are some, the loop stands at
        an epoch's end.
        """
        ...
