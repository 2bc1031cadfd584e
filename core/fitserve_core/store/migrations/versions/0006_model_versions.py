"""Kept models are numbered under their name, and a number can have labels."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add counter, versions and labels; number what is kept already in the order of its end."""
    op.create_table(
        "model_counter",
        sa.Column("model_name", sa.String(80), primary_key=True),
        sa.Column("newest", sa.Integer, nullable=False),
    )
    op.create_table(
        "model_version",
        sa.Column("model_name", sa.String(80), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "experiment_id",
            sa.String(40),
            sa.ForeignKey("experiment.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("run_id", sa.String(40), nullable=False),
        sa.Column("figure", sa.String(40), nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_index("model_version_by_run", "model_version", ["run_id"])
    op.create_index("model_version_by_experiment", "model_version", ["experiment_id"])
    op.create_table(
        "model_label",
        sa.Column("model_name", sa.String(80), primary_key=True),
        sa.Column("label", sa.String(40), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.execute(
        "INSERT INTO model_version (model_name, version, experiment_id, run_id, figure, value, "
        "created_at) SELECT model_name, row_number() OVER (PARTITION BY model_name "
        "ORDER BY finished_at, id), id, kept_run_id, kept_figure, kept_value, finished_at "
        "FROM experiment WHERE kept_run_id IS NOT NULL"
    )
    op.execute(
        "INSERT INTO model_counter (model_name, newest) "
        "SELECT model_name, max(version) FROM model_version GROUP BY model_name"
    )
