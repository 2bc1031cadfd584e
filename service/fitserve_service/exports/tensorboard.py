"""Event files that TensorBoard reads: one folder a run."""

import json
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from fitserve_core.results import Experiment, RunMetrics
from fitserve_service.exports.series import points, tag_of


def write_tensorboard(folder: Path, experiment: Experiment, runs: Iterable[RunMetrics]) -> None:
    """Write `folder/<cell>/<repetition>/events…`, for `tensorboard --logdir folder`.

    Scalars are named `figure/part` over epochs, final figures stand at the last epoch, and what was
    configured is a text.
    """
    # Here, since they bring protobuf's memory along.
    from tensorboardX import SummaryWriter  # noqa: PLC0415
    from tensorboardX.proto.summary_pb2 import Summary  # noqa: PLC0415

    for run in runs:
        place = folder / f"cell-{run.cell}" / f"repetition-{run.repetition + 1}-{run.run_id}"
        with SummaryWriter(str(place)) as writer:
            config = json.dumps({**run.config, "seed": run.seed}, indent=2)
            verdict = f"{run.verdict.name}: {run.verdict.reason}" if run.verdict else run.status
            told = f"{experiment.name or experiment.id}\n\n    {config}\n\n{verdict}"
            writer.add_text("run", told.replace("\n", "\n    "))
            # An epoch a summary: one for each scalar would take six times as long.
            for (epoch, time), found in groupby(points(run), attrgetter("epoch", "time")):
                values = [Summary.Value(tag=each.tag, simple_value=each.value) for each in found]
                writer.file_writer.add_summary(Summary(value=values), epoch, time)
            ended = run.finished_at.timestamp() if run.finished_at else None
            for name, value in (run.final or {}).items():
                if name.startswith("test_") and value is not None:
                    writer.add_scalar(tag_of(name), value, len(run.epochs), ended)
