"""Runs carry their plan and what they start from; experiments know what was posted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

experiment = sa.table("experiment", sa.column("id", sa.String), sa.column("spec", sa.JSON))
run = sa.table(
    "run",
    sa.column("id", sa.String),
    sa.column("experiment_id", sa.String),
    sa.column("config", sa.JSON),
    sa.column("seed", sa.BigInteger),
    sa.column("plan", sa.JSON),
)


def upgrade() -> None:
    """Add the columns; plans of runs of before are put together from their experiments' specs."""
    op.add_column("experiment", sa.Column("posted_sha256", sa.String(64)))
    op.add_column("run", sa.Column("plan", sa.JSON))
    op.add_column("run", sa.Column("starts_from", sa.String(40)))
    op.create_index("run_started_from", "run", ["starts_from"])
    connection = op.get_bind()
    for parent in connection.execute(sa.select(experiment)).all():
        theirs = sa.select(run).where(run.c.experiment_id == parent.id)
        for row in connection.execute(theirs).all():
            plan = _plan(parent.spec, row.config["learning_rate"], row.seed)
            connection.execute(sa.update(run).where(run.c.id == row.id).values(plan=plan))


def _plan(spec: dict[str, Any], learning_rate: float, seed: int) -> dict[str, Any]:
    """Return a run's plan as revision 0002's code made it of a spec."""
    training = spec["training"]
    own = {"learning_rate": learning_rate, "seed": seed}
    given = {name: spec[name] for name in ("dataset", "network", "split", "scaling")}
    recipe = {name: training[name] for name in training if name != "learning_rates"}
    return {**given, **recipe, **own}
