"""Who asks the store: what they may see, and what they may change."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, true

from fitserve_core.store.tables import experiment


@dataclass(frozen=True)
class Quota:
    """How many unfinished experiments, and how many queued runs, may belong to one name."""

    experiments: int
    queued_runs: int


@dataclass(frozen=True)
class Viewer:
    """Who asks.

    Attributes:
        name: whom the experiments that it posts belong to; None where nobody has a name.
        everything: it sees and changes what belongs to others, too.
        quota: how much it may have in the queue; None where there is no bound.
    """

    name: str | None = None
    everything: bool = False
    quota: Quota | None = None


# The store's own side, and whoever asks a service without keys.
EVERYBODY = Viewer(everything=True)


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition on experiments that `viewer` sees.

    Those are its own, shared ones, and those that belong to nobody.
    """
    if viewer.everything:
        return true()
    return or_(
        experiment.c.owner == viewer.name,
        experiment.c.owner.is_(None),
        experiment.c.shared.is_(True),
    )


def sees(viewer: Viewer, owner: str | None, *, shared: bool) -> bool:
    """Tell the same of one experiment, by whose it is and whether others may read it."""
    return viewer.everything or shared or owner in {None, viewer.name}
