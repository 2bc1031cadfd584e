"""The tables. Times are seconds since the epoch by the store's clock."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

experiment = Table(
    "experiment",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("dataset", String(40), nullable=False),
    Column("model_name", String(80), nullable=False),
    Column("status", String(12), nullable=False),
    Column("spec", JSON, nullable=False),
    # Of an owner's key the owner and the key's SHA-256, so that one's keys are not another's.
    Column("idempotency_key", String(255), unique=True),
    Column("posted_sha256", String(64)),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("event_seq", Integer, nullable=False, default=0),
    Column("kept_run_id", String(40)),
    Column("kept_cell", Integer),
    Column("kept_figure", String(40)),
    Column("kept_value", Double),
    Column("kept_rank", Double),
    Column("error", Text),
    # W3C Trace Context of the request that its runs were asked for by.
    Column("trace", JSON(none_as_null=True)),
    # The name of the key that posted it; null where the service had no keys.
    Column("owner", String(40)),
    Column("shared", Boolean, nullable=False, default=False),
    Index("experiment_by_status", "status", "id"),
    Index("experiment_by_owner", "owner", "status"),
    Index("experiment_by_dataset", "dataset", "id"),
    Index("experiment_by_dataset_and_status", "dataset", "status", "id"),
    # Of those that have kept a model: the best one of a name, and the names themselves. Its
    # condition stands in the migration alone; here it would load PostgreSQL's dialect everywhere.
    Index("experiment_by_rank", "model_name", "kept_figure", "kept_rank"),
)

# The tags of the specs, to find experiments by.
experiment_tag = Table(
    "experiment_tag",
    metadata,
    Column("tag", String(50), primary_key=True),
    Column("experiment_id", ForeignKey("experiment.id", ondelete="CASCADE"), primary_key=True),
    Index("experiment_tag_by_experiment", "experiment_id"),
)

run = Table(
    "run",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("experiment_id", ForeignKey("experiment.id", ondelete="CASCADE"), nullable=False),
    Column("cell", Integer, nullable=False),
    # Counts the runs of a cell: with k folds, k of them are one repetition.
    Column("repetition", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("config", JSON, nullable=False),
    Column("plan", JSON),
    Column("starts_from", String(40)),
    Column("seed", BigInteger, nullable=False),
    # What the plan asks for, and what the last attempt had.
    Column("device", String(4), nullable=False, default="auto"),
    Column("trained_on", String(4)),
    Column("status", String(12), nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("lost_attempts", Integer, nullable=False, default=0),
    Column("lease_until", Double),
    Column("worker", String(200)),
    Column("epoch", Integer, nullable=False, default=0),
    Column("epochs_total", Integer, nullable=False),
    Column("checkpoint_path", Text),
    Column("checkpoint_sha256", String(64)),
    Column("earlier_checkpoint_path", Text),
    Column("earlier_checkpoint_sha256", String(64)),
    Column("verdict", JSON(none_as_null=True)),
    Column("final", JSON(none_as_null=True)),
    Column("error", Text),
    Column("started_at", Double),
    Column("finished_at", Double),
    UniqueConstraint("experiment_id", "cell", "repetition"),
    Index("run_waiting", "status", "experiment_id", "position"),
    Index("run_started_from", "starts_from"),
    Index("run_leased", "status", "lease_until"),
    Index("run_ended", "status", "finished_at"),
    Index("run_interrupted", "status", "attempt"),
    Index("run_by_device", "status", "device", "experiment_id", "position"),
)

epoch = Table(
    "epoch",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("loss", Double),
    Column("data_loss", Double),
    Column("accuracy", Double),
    Column("mse", Double),
    Column("val_loss", Double),
    Column("val_data_loss", Double),
    Column("val_accuracy", Double),
    Column("val_mse", Double),
    Column("learning_rate", Double),
    Column("seconds", Double),
    Column("gradient_norms", JSON(none_as_null=True)),
)

artefact = Table(
    "artefact",
    metadata,
    Column("run_id", ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
)

model_counter = Table(
    "model_counter",
    metadata,
    Column("model_name", String(80), primary_key=True),
    Column("newest", Integer, nullable=False),
)

model_version = Table(
    "model_version",
    metadata,
    Column("model_name", String(80), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("experiment_id", ForeignKey("experiment.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", String(40), nullable=False),
    Column("figure", String(40), nullable=False),
    Column("value", Double, nullable=False),
    Column("created_at", Double, nullable=False),
    Index("model_version_by_run", "run_id"),
    Index("model_version_by_experiment", "experiment_id"),
)

model_label = Table(
    "model_label",
    metadata,
    Column("model_name", String(80), primary_key=True),
    Column("label", String(40), primary_key=True),
    Column("version", Integer, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("experiment_id", ForeignKey("experiment.id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", String(40), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("data", JSON, nullable=False),
    UniqueConstraint("experiment_id", "seq"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

event_clock = Table(
    "event_clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last_event", BigInteger, nullable=False),
)

# Of browsers that have signed in; the token is in the browser's cookie alone.
session = Table(
    "session",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("key_sha256", String(64), nullable=False),
    Column("ends_at", Double, nullable=False),
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("url", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("secret", String(100), nullable=False),
    Column("created_at", Double, nullable=False),
)

# An outbox: written in the transaction of what it tells, emptied by whoever delivers.
delivery = Table(
    "delivery",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("webhook_id", ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    # No reference: that an experiment has ended is told even if it is deleted meanwhile.
    Column("experiment_id", String(40)),
    Column("type", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("status", String(12), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("told", Text),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double),
    Column("delivered_at", Double),
    Index("delivery_due", "status", "due_at"),
    Index("delivery_by_webhook", "webhook_id", "id"),
)
