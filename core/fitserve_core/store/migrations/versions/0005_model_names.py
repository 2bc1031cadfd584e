"""Experiments tell what their kept model is called: the data set, and the target if any."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the name; experiments of before had no target, so it is their data set's."""
    # SQLite adds no column that must not be null without a default, which no insert relies on.
    name = sa.Column("model_name", sa.String(80), nullable=False, server_default="")
    op.add_column("experiment", name)
    op.execute("UPDATE experiment SET model_name = dataset")
    op.drop_index("experiment_by_rank", "experiment")
    op.create_index("experiment_by_rank", "experiment", ["model_name", "kept_rank"])
