"""Experiments belong to the key that posted them, unless they are shared."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add owner and sharing; experiments of before belong to nobody, and all may read them."""
    op.add_column("experiment", sa.Column("owner", sa.String(40)))
    shared = sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("experiment", shared)
    op.create_index("experiment_by_owner", "experiment", ["owner", "status"])
