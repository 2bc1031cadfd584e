"""Experiments over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Query
from starlette.responses import FileResponse, Response, StreamingResponse

from fitserve_core.catalogue.preset import PostedSpec
from fitserve_core.records import RunRecord
from fitserve_core.results import Experiment, Forecast, Metrics, Page, Status, Summary
from fitserve_core.spec import DatasetName
from fitserve_core.spec.changes import Description, changed
from fitserve_core.spec.experiment import Tag
from fitserve_core.spec.extension import Extension
from fitserve_service.access.scopes import READ, TRAIN
from fitserve_service.dependencies import Parts, Services
from fitserve_service.experiments.examples import SPECS
from fitserve_service.experiments.metrics import metrics_csv, metrics_json
from fitserve_service.json_route import JsonRoute

router = APIRouter(prefix="/experiments", tags=["experiments"], route_class=JsonRoute)

Id = Annotated[str, Path(description="The experiment's id.", examples=["exp_0199c1d8a4f03b7e"])]
Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Makes a repeated post harmless: the same key and body, the same experiment.",
    ),
]
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}


@router.post(
    "",
    status_code=201,
    operation_id="create_experiment",
    dependencies=[TRAIN],
    responses={200: {"model": Forecast, "description": "With dry_run: what would be trained."}},
)
def create(
    parts: Parts,
    spec: Annotated[PostedSpec, Body(openapi_examples=SPECS)],
    response: Response,
    idempotency_key: Key = None,
    dry_run: Annotated[  # noqa: FBT002 - a query is given by name
        bool, Query(description="Accept nothing; answer what would be trained.")
    ] = False,
) -> Experiment | Forecast:
    """Accept an experiment; its runs begin as soon as a worker is free."""
    parts.settings.limits.check(spec)
    if dry_run:
        response.status_code = 200
        forecast = parts.store.forecasts.forecast(spec, parts.settings.slots)
        return parts.workers.foretold(forecast, spec.device)
    experiment = parts.store.experiments.create(spec, idempotency_key)
    return _accepted(parts, experiment, response)


@router.get("", operation_id="list_experiments", dependencies=[READ])
def page(
    parts: Parts,
    limit: Annotated[int, Query(ge=1, le=100, description="At most so many.")] = 20,
    after: Annotated[str | None, Query(description="Id of the last one already seen.")] = None,
    status: Annotated[Status | None, Query(description="Only those with this status.")] = None,
    dataset: Annotated[DatasetName | None, Query(description="Only those on this.")] = None,
    tag: Annotated[Tag | None, Query(description="Only those with this tag.")] = None,
) -> Page[Experiment]:
    """Return experiments, newest first."""
    found, has_more = parts.store.experiments.page(
        limit=limit, after=after, status=status, dataset=dataset, tag=tag
    )
    return Page(data=[parts.workers.told(each) for each in found], has_more=has_more)


@router.get("/{id}", operation_id="get_experiment", dependencies=[READ])
def get(id: Id, parts: Parts) -> Experiment:  # noqa: A002 - the path's word
    """Return an experiment: spec, status, progress, run counts, what it waits for."""
    return parts.workers.told(parts.store.experiments.get(id))


@router.get(
    "/{id}/metrics",
    operation_id="experiment_metrics",
    dependencies=[READ],
    response_model=Metrics,
    responses=CSV,
)
def metrics(
    id: Id,  # noqa: A002
    parts: Parts,
    format: Annotated[  # noqa: A002
        Literal["json", "csv"], Query(description="csv: one line for each run and epoch.")
    ] = "json",
) -> Response:
    """Return every run with the figures of every epoch and of the end.

    The answer is sent as it is read, however long it is; it breaks off if the experiment is deleted
    meanwhile.
    """
    histories = parts.store.histories
    if format == "csv":
        return StreamingResponse(metrics_csv(id, histories), media_type="text/csv")
    return StreamingResponse(metrics_json(id, histories.of(id)), media_type="application/json")


@router.get("/{id}/summary", operation_id="experiment_summary", dependencies=[READ])
def summary(id: Id, parts: Parts) -> Summary:  # noqa: A002
    """Return mean ± standard deviation of every cell, the best cell and the kept model."""
    return parts.store.runs.summary(id)


@router.get(
    "/{id}/runs/{run_id}/record",
    operation_id="run_record",
    dependencies=[READ],
    responses={200: {"model": RunRecord}},
)
def record(
    id: Id,  # noqa: A002
    run_id: Annotated[str, Path(description="The run's id.")],
    parts: Parts,
) -> Response:
    """Return what a finished run shows beyond its figures: weights, pictures, layers."""
    file = parts.store.runs.file(id, run_id, "record")
    path = parts.artefacts.verified(file.path, file.sha256)
    return FileResponse(path, media_type="application/json", headers={"ETag": f'"{file.sha256}"'})


@router.patch("/{id}", operation_id="describe_experiment", dependencies=[TRAIN])
def describe(id: Id, description: Description, parts: Parts) -> Experiment:  # noqa: A002
    """Change what an experiment says for people: its name, tags, notes."""
    changes = description.model_dump(exclude_unset=True)
    return parts.workers.told(parts.store.experiments.describe(id, changes))


@router.post("/{id}/extend", operation_id="extend_experiment", dependencies=[TRAIN])
def extend(id: Id, extension: Extension, parts: Parts) -> Experiment:  # noqa: A002
    """Add repetitions, or values of what is crossed, to an experiment that has ended.

    Runs that are there stay as they are; the same extension again adds nothing.
    """
    parts.store.extensions.extend(id, extension, parts.settings.limits)
    parts.dispatcher.wake()
    return parts.workers.told(parts.store.experiments.get(id))


@router.post("/{id}/clone", status_code=201, operation_id="clone_experiment", dependencies=[TRAIN])
def clone(
    id: Id,  # noqa: A002
    parts: Parts,
    changes: Annotated[
        dict[str, Any],
        Body(
            description="Fields of a spec that differ; those of network and training one by one.",
            examples=[{"training": {"epochs": 40}, "repetitions": 8}],
        ),
    ],
    response: Response,
    idempotency_key: Key = None,
) -> Experiment:
    """Post the spec of an experiment again, with changes."""
    spec = changed(parts.store.experiments.get(id).spec, changes)
    parts.settings.limits.check(spec)
    experiment = parts.store.experiments.create(spec, idempotency_key)
    return _accepted(parts, experiment, response)


@router.post("/{id}/cancel", operation_id="cancel_experiment", dependencies=[TRAIN])
def cancel(id: Id, parts: Parts) -> Experiment:  # noqa: A002
    """End an experiment now; one that has ended stays as it is."""
    return parts.store.experiments.cancel(id)


@router.delete("/{id}", status_code=204, operation_id="delete_experiment", dependencies=[TRAIN])
def delete(id: Id, parts: Parts) -> None:  # noqa: A002
    """Remove an experiment that has ended, with its files."""
    parts.store.experiments.delete(id)
    parts.artefacts.remove_experiment(id)


def _accepted(parts: Services, experiment: Experiment, response: Response) -> Experiment:
    parts.dispatcher.wake()
    response.headers["Location"] = f"/experiments/{experiment.id}"
    return parts.workers.told(experiment)
