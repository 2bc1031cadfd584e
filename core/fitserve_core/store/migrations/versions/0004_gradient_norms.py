"""Epochs tell the norm of each layer's gradient."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; epochs of before have none."""
    op.add_column("epoch", sa.Column("gradient_norms", sa.JSON))
