"""Whose turn it is, and how long epochs took, are found without a look at every run."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add indexes of the runs that ended last, and of those that were interrupted."""
    op.create_index("run_ended", "run", ["status", "finished_at"])
    op.create_index("run_interrupted", "run", ["status", "attempt"])
