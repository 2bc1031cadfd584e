"""Exports over HTTP: a table, or a packed folder."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from fitserve_service.access.scopes import READ
from fitserve_service.dependencies import Parts
from fitserve_service.experiments.metrics import metrics_csv
from fitserve_service.exports.mlflow import write_mlflow
from fitserve_service.exports.tensorboard import write_tensorboard

FOLDERS = {"tensorboard": write_tensorboard, "mlflow": write_mlflow}
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The table, or a ZIP archive of a folder.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}

router = APIRouter(prefix="/experiments/{id}/export", tags=["experiments"], dependencies=[READ])


@router.get("", operation_id="export_experiment", response_class=Response, responses=FILE)
def export(
    id: Annotated[str, InPath(description="The experiment's id.")],  # noqa: A002
    parts: Parts,
    format: Annotated[  # noqa: A002 - the query's word
        Literal["csv", "tensorboard", "mlflow"],
        Query(
            description="`csv`: one line for each run and epoch. `tensorboard`: event files for "
            "`tensorboard --logdir`. `mlflow`: runs for `mlflow ui --backend-store-uri`."
        ),
    ],
) -> Response:
    """Return an experiment's figures in the form that another program reads, so far as they go."""
    experiment = parts.store.experiments.get(id)
    histories = parts.store.histories
    if format == "csv":
        named = {"Content-Disposition": f'attachment; filename="{experiment.id}.csv"'}
        return StreamingResponse(
            metrics_csv(experiment.id, histories), media_type="text/csv", headers=named
        )
    folder = Path(tempfile.mkdtemp(prefix="fitserve-export-"))
    try:
        name = f"{id}-{format}"
        (folder / name).mkdir()
        FOLDERS[format](folder / name, experiment, (run.whole() for run in histories.of(id)))
        archive = shutil.make_archive(str(folder / "archive"), "zip", folder, name)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return FileResponse(
        archive,
        media_type="application/zip",
        filename=f"{name}.zip",
        background=BackgroundTask(shutil.rmtree, folder),
    )
