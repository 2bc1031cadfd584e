"""A folder of runs as MLflow's file store lays them out.

Source: https://mlflow.org/docs/latest/self-hosting/architecture/backend-store.md, "Local File
System".
"""

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from fitserve_core.results import Experiment, RunMetrics, Status
from fitserve_service.exports.series import points
from fitserve_service.labels import run_label

STATUS: dict[Status, int] = {"running": 1, "queued": 2, "succeeded": 3, "failed": 4, "cancelled": 5}
LOCAL = 4  # the source type


def write_mlflow(folder: Path, experiment: Experiment, runs: Iterable[RunMetrics]) -> None:
    """Write `folder/<experiment>/<run>/{metrics,params,tags}`, for `--backend-store-uri folder`.

    What was configured and the spec's main choices are parameters; the verdict is a tag.
    """
    # Its interface sorts experiments by a number; one made of the id is always the same.
    number = str(zlib.crc32(experiment.id.encode()))
    place = folder / number
    created = _milliseconds(experiment.created_at)
    about: dict[str, Any] = {
        "artifact_location": f"./{folder.name}/{number}",
        "creation_time": created,
        "experiment_id": number,
        "last_update_time": _milliseconds(experiment.finished_at) or created,
        "lifecycle_stage": "active",
        "name": f"{experiment.name} ({experiment.id})" if experiment.name else experiment.id,
    }
    _write(place / "meta.yaml", yaml.safe_dump(about))
    for run in runs:
        _write_run(place / run.run_id, number, experiment, run)


def _write_run(place: Path, number: str, experiment: Experiment, run: RunMetrics) -> None:
    config = ", ".join(f"{name} {_text(value)}" for name, value in run.config.items())
    name = f"{config or experiment.name or experiment.id} · {run_label(run)}"
    about: dict[str, Any] = {
        "artifact_uri": f"./{place.parent.parent.name}/{number}/{run.run_id}/artifacts",
        "end_time": _milliseconds(run.finished_at),
        "entry_point_name": "",
        "experiment_id": number,
        "lifecycle_stage": "active",
        "run_id": run.run_id,
        "run_name": name,
        "run_uuid": run.run_id,
        "source_name": "fitserve",
        "source_type": LOCAL,
        "source_version": "",
        "start_time": _milliseconds(run.started_at),
        "status": STATUS[run.status],
        "tags": [],
        "user_id": "",
    }
    _write(place / "meta.yaml", yaml.safe_dump(about))
    (place / "artifacts").mkdir()
    spec = experiment.spec
    params = {
        "dataset": spec.dataset,
        # By their paths, so that a grid's cell, in `config`, goes over what the spec says besides.
        "network.hidden_layers": spec.network.hidden_layers,
        "training.batch_size": spec.training.batch_size,
        **run.config,
        "seed": run.seed,
        "repetition": run.repetition + 1,
    }
    for key, value in params.items():
        _write(place / "params" / key, _text(value))
    verdict = {"verdict": run.verdict.name, "reason": run.verdict.reason} if run.verdict else {}
    for key, value in {"mlflow.runName": name, **verdict}.items():
        _write(place / "tags" / key, value)
    for metric, lines in _lines(run).items():
        _write(place / "metrics" / metric, "".join(f"{line}\n" for line in lines))


def _lines(run: RunMetrics) -> dict[str, list[str]]:
    """Return each metric's lines: milliseconds, value, step."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for point in points(run):
        lines[point.name].append(f"{int(point.time * 1_000)} {point.value} {point.epoch}")
    ended = _milliseconds(run.finished_at) or 0
    for name, value in (run.final or {}).items():
        if name.startswith("test_") and value is not None:
            lines[name].append(f"{ended} {value} {len(run.epochs)}")
    return lines


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
