"""How many runs wait is counted without a look at each."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add an index of runs by what they ask for."""
    op.create_index("run_by_device", "run", ["status", "device", "experiment_id", "position"])
