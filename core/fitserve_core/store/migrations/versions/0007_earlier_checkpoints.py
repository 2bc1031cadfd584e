"""A run's row names the checkpoint before the newest, too."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns; runs of before have none."""
    op.add_column("run", sa.Column("earlier_checkpoint_path", sa.Text))
    op.add_column("run", sa.Column("earlier_checkpoint_sha256", sa.String(64)))
