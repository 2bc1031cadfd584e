"""Experiments can be found by their tags; pages and names of models need no sorting."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

AT_ONCE = 1_000
KEPT = "kept_rank IS NOT NULL"


def upgrade() -> None:
    """Add the table of tags, filled from the specs, and indexes by what is asked for."""
    tags = op.create_table(
        "experiment_tag",
        sa.Column("tag", sa.String(50), primary_key=True),
        sa.Column(
            "experiment_id",
            sa.String(40),
            sa.ForeignKey("experiment.id", ondelete="CASCADE"),
            primary_key=True,
        ),
    )
    op.create_index("experiment_tag_by_experiment", "experiment_tag", ["experiment_id"])
    last = ""
    while rows := _specs(last):
        last = rows[-1].id
        told = [{"tag": tag, "experiment_id": row.id} for row in rows for tag in _tags(row.spec)]
        op.bulk_insert(tags, told)
    op.create_index("experiment_by_dataset_and_status", "experiment", ["dataset", "status", "id"])
    op.drop_index("experiment_by_rank", "experiment")
    op.create_index(
        "experiment_by_rank",
        "experiment",
        ["model_name", "kept_figure", "kept_rank"],
        sqlite_where=sa.text(KEPT),
        postgresql_where=sa.text(KEPT),
    )


def _specs(last: str) -> list[Any]:
    query = sa.text("SELECT id, spec FROM experiment WHERE id > :last ORDER BY id LIMIT :most")
    return list(op.get_bind().execute(query, {"last": last, "most": AT_ONCE}))


def _tags(spec: Any) -> list[str]:
    # PostgreSQL's driver has parsed it, SQLite's has not. Specs of before tags were have none.
    read = json.loads(spec) if isinstance(spec, str) else spec
    return list(dict.fromkeys(read.get("tags") or []))
