"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _experiments()
    _runs()
    _events()


def _experiments() -> None:
    op.create_table(
        "experiment",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("dataset", sa.String(40), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("spec", sa.JSON, nullable=False),
        sa.Column("idempotency_key", sa.String(255), unique=True),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("event_seq", sa.Integer, nullable=False),
        sa.Column("kept_run_id", sa.String(40)),
        sa.Column("kept_cell", sa.Integer),
        sa.Column("kept_figure", sa.String(40)),
        sa.Column("kept_value", sa.Double),
        sa.Column("kept_rank", sa.Double),
        sa.Column("error", sa.Text),
    )
    op.create_index("experiment_by_status", "experiment", ["status", "id"])
    op.create_index("experiment_by_dataset", "experiment", ["dataset", "id"])
    op.create_index("experiment_by_rank", "experiment", ["dataset", "kept_rank"])


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column(
            "experiment_id",
            sa.String(40),
            sa.ForeignKey("experiment.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("cell", sa.Integer, nullable=False),
        sa.Column("repetition", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("config", sa.JSON, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("lost_attempts", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.Double),
        sa.Column("worker", sa.String(200)),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("epochs_total", sa.Integer, nullable=False),
        sa.Column("checkpoint_path", sa.Text),
        sa.Column("checkpoint_sha256", sa.String(64)),
        sa.Column("verdict", sa.JSON(none_as_null=True)),
        sa.Column("final", sa.JSON(none_as_null=True)),
        sa.Column("error", sa.Text),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.UniqueConstraint("experiment_id", "cell", "repetition"),
    )
    op.create_index("run_waiting", "run", ["status", "experiment_id", "position"])
    op.create_index("run_leased", "run", ["status", "lease_until"])
    op.create_table(
        "epoch",
        sa.Column(
            "run_id", sa.String(40), sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("epoch", sa.Integer, primary_key=True),
        sa.Column("loss", sa.Double),
        sa.Column("accuracy", sa.Double),
        sa.Column("mse", sa.Double),
        sa.Column("val_loss", sa.Double),
        sa.Column("val_accuracy", sa.Double),
        sa.Column("val_mse", sa.Double),
        sa.Column("learning_rate", sa.Double),
        sa.Column("seconds", sa.Double),
    )
    op.create_table(
        "artefact",
        sa.Column(
            "run_id", sa.String(40), sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("kind", sa.String(12), primary_key=True),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "experiment_id",
            sa.String(40),
            sa.ForeignKey("experiment.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.UniqueConstraint("experiment_id", "seq"),
    )
    clock = op.create_table(
        "event_clock",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("last_event", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(clock, [{"id": 1, "last_event": 0}])
