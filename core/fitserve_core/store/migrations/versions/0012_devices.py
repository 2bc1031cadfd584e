"""Runs ask for a device, and tell what they were trained on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add both; runs of before go on wherever they may, as they did."""
    asked = sa.Column("device", sa.String(4), nullable=False, server_default="auto")
    op.add_column("run", asked)
    op.add_column("run", sa.Column("trained_on", sa.String(4)))
