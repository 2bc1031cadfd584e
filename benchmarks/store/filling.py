"""Stores filled quickly: rows as the store writes them, copied in bulk."""

import random
from itertools import islice
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text, update

from fitserve_core.spec import ExperimentSpec
from fitserve_core.store import Store
from fitserve_core.store.experiments import Experiments
from fitserve_core.store.tables import event, event_clock, experiment, experiment_tag, metadata, run
from fitserve_core.store.viewers import EVERYBODY

AT_ONCE = 2_000
BEGAN = 1_700_000_000.0
APART_SECONDS = 600.0
SPECS: list[dict[str, Any]] = [
    {"dataset": "mnist", "network": {"hidden_layers": [100]}, "repetitions": 2},
    {"dataset": "mnist", "target": {"is": [3]}, "repetitions": 2},
    {"dataset": "eckerle4", "network": {"hidden_layers": [128, 128, 64]}, "repetitions": 2},
]
OWNERS = ("ada", "ben", None)
FINAL = {"loss": 0.1, "val_loss": 0.2, "val_accuracy": 0.9, "mse": 0.002, "test_accuracy": 0.9}

Rows = dict[str, Any]
Template = tuple[Rows, list[Rows]]


def fill(store: Store, experiments: int, queued: int) -> list[str]:
    """Fill a store with experiments of two runs each, the newest ones queued; return their ids.

    Of the others nineteen of twenty have succeeded, the rest failed or were cancelled. Each has
    one of fifty tags, every twentieth one more; two owners have nine of ten between them.
    """
    templates = [template(store, spec) for spec in SPECS]
    draw = random.Random(0)
    ids = []
    made = (_made(templates, number, experiments - queued, draw) for number in range(experiments))
    while some := list(islice(made, AT_ONCE)):
        with store.database.writing() as connection:
            insert_all(connection, some)
        ids += [parent["id"] for parent, _ in some]
    with store.database.writing() as connection:
        events = [_posted(number, id_) for number, id_ in enumerate(ids, start=1)]
        connection.execute(insert(event), events)
        connection.execute(update(event_clock).values(last_event=len(events)))
    settle_down(store)
    return ids


def template(store: Store, spec: dict[str, Any]) -> Template:
    """Return the rows that the store itself writes for a spec, and leave none there."""
    made = Experiments(store.database, EVERYBODY).create(ExperimentSpec.model_validate(spec))
    with store.database.writing() as connection:
        parents = select(experiment).where(experiment.c.id == made.id)
        children = select(run).where(run.c.experiment_id == made.id).order_by(run.c.position)
        rows = dict(connection.execute(parents).mappings().one())
        runs = [dict(row) for row in connection.execute(children).mappings()]
        connection.execute(delete(experiment).where(experiment.c.id == made.id))
    return rows | {"idempotency_key": None}, runs


def copied(made: Template, number: int, **values: Any) -> Template:
    """Return a template's rows as those of the experiment `number`, posted at its time."""
    parent, runs = made
    created = BEGAN + APART_SECONDS * number
    suffix = f"{round(created * 1_000):012x}{number:012x}"
    parent = parent | {"id": f"exp_{suffix}", "created_at": created, "event_seq": 1} | values
    children = [
        row | {"id": f"run_{suffix}{place:04x}", "experiment_id": parent["id"]}
        for place, row in enumerate(runs)
    ]
    return parent, children


def ended(row: Rows, verdict: str = "trained") -> Rows:
    """Return a run's row as that of one that was trained to its end."""
    told = {"name": verdict, "reason": "it learnt", "evidence": {}}
    times = {"started_at": BEGAN, "finished_at": BEGAN + 60, "attempt": 1}
    return row | times | {
        "status": "succeeded",
        "epoch": row["epochs_total"],
        "verdict": told,
        "final": FINAL,
    }  # fmt: skip


def insert_all(connection: Connection, made: list[Template]) -> None:
    """Insert experiments with their runs."""
    connection.execute(insert(experiment), [parent for parent, _ in made])
    connection.execute(insert(run), [row for _, runs in made for row in runs])
    tags = [
        {"tag": tag, "experiment_id": parent["id"]}
        for parent, _ in made
        for tag in parent["spec"]["tags"]
    ]
    if tags:
        connection.execute(insert(experiment_tag), tags)


def settle_down(store: Store) -> None:
    """Do what PostgreSQL's autovacuum does a minute after so many rows were written."""
    engine = store.database._engine
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in metadata.sorted_tables:
                connection.execute(text(f"VACUUM ANALYZE {table.name}"))


def _made(templates: list[Template], number: int, first: int, draw: random.Random) -> Template:
    chosen = templates[number % len(templates)]
    tags = [f"series {draw.randrange(50):02}", *(["thesis"] if number % 20 == 0 else [])]
    values: Rows = {
        "name": f"experiment {number}",
        "spec": chosen[0]["spec"] | {"name": f"experiment {number}", "tags": tags},
        "owner": None if number % 10 == 0 else OWNERS[number % 2],
    }
    if number >= first:
        return copied(chosen, number, **values)
    status = draw.choices(("succeeded", "failed", "cancelled"), (95, 3, 2))[0]
    values |= {"status": status, "finished_at": BEGAN + APART_SECONDS * number + 60}
    parent, runs = copied(chosen, number, **values)
    if status != "succeeded":
        return parent, [row | {"status": status, "error": "no memory"} for row in runs]
    figure, sign = ("mse", -1) if parent["dataset"] == "eckerle4" else ("val_accuracy", 1)
    value = draw.random()
    kept = {"kept_cell": 0, "kept_figure": figure, "kept_value": value, "kept_rank": sign * value}
    return parent | kept | {"kept_run_id": runs[0]["id"]}, [ended(row) for row in runs]


def _posted(number: int, experiment_id: str) -> Rows:
    return {
        "id": number,
        "experiment_id": experiment_id,
        "seq": 1,
        "type": "experiment.queued",
        "created_at": BEGAN + APART_SECONDS * number,
        "data": {"status": "queued"},
    }
