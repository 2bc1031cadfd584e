"""Epochs tell their loss without the regularizer's penalty, too."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the figures; epochs of before have none."""
    op.add_column("epoch", sa.Column("data_loss", sa.Double))
    op.add_column("epoch", sa.Column("val_data_loss", sa.Double))
