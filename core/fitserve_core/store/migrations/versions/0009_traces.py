"""The trace that an experiment's runs belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; experiments of before belong to none."""
    op.add_column("experiment", sa.Column("trace", sa.JSON))
