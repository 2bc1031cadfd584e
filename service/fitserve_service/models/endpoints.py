"""Models over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import FileResponse

from fitserve_core.errors import NotFoundError
from fitserve_core.kept_models import Model, ModelVersion, VersionChoice
from fitserve_core.predictions import example_instances
from fitserve_core.results import Artefact, Page
from fitserve_core.store.models import ServedModel
from fitserve_core.store.rows import moment
from fitserve_core.store.versions import LABEL, Version
from fitserve_service.access.scopes import ADMIN, READ
from fitserve_service.dependencies import Parts
from fitserve_service.json_route import JsonRoute

router = APIRouter(prefix="/models", tags=["models"], route_class=JsonRoute)

Name = Annotated[
    str,
    Path(
        description="A model's name (the data set, and the target if any: `mnist`, `mnist-is-3`; "
        "its best kept model), with a version or a label if any (`mnist@2`, `mnist@stable`), an "
        "experiment's id or a run's id."
    ),
]
Label = Annotated[
    str,
    Path(
        description="Such as `stable` or `canary`.",
        # Told, not checked: the store says better what is wrong.
        json_schema_extra={"pattern": f"^{LABEL.pattern}$"},
    ),
]


@router.get("", operation_id="list_models", dependencies=[READ])
def kept(parts: Parts) -> Page[Model]:
    """Return the models that answer by a name."""
    found = parts.store.models.kept().items()
    return Page(data=[_to_model(name, model) for name, model in found], has_more=False)


@router.get("/{name}", operation_id="get_model", dependencies=[READ])
def get(name: Name, parts: Parts) -> Model:
    """Return a model with an example of how to ask it."""
    return _to_model(name, parts.store.models.resolve(name))


@router.get("/{name}/versions", operation_id="list_versions", dependencies=[READ])
def versions(name: Name, parts: Parts) -> Page[ModelVersion]:
    """Return the versions of a model's name, newest first, with their labels."""
    found = parts.store.versions.of(name)
    return Page(data=[_to_version(name, version) for version in found], has_more=False)


@router.put("/{name}/labels/{label}", operation_id="set_label", dependencies=[ADMIN])
def set_label(name: Name, label: Label, choice: VersionChoice, parts: Parts) -> ModelVersion:
    """Let a label stand for a version from now on.

    A bare name answers with the version labelled `stable`, if there is one, else with the best
    kept model. `latest` is the newest version until it is set. Requests go on being answered
    throughout: by the old version before, by the new one within a second.
    """
    return _to_version(name, parts.store.versions.label(name, label, choice.version))


@router.delete(
    "/{name}/labels/{label}", operation_id="remove_label", dependencies=[ADMIN], status_code=204
)
def remove_label(name: Name, label: Label, parts: Parts) -> None:
    """Take a label away; one that is not there is no error."""
    parts.store.versions.unlabel(name, label)


@router.get(
    "/{name}/file", operation_id="download_model", dependencies=[READ], response_class=FileResponse
)
def download(
    name: Name,
    parts: Parts,
    format: Annotated[  # noqa: A002 - the query's word
        Literal["onnx", "keras", "weights"], Query(description="Which file.")
    ] = "onnx",
) -> FileResponse:
    """Return a model's file.

    The ONNX model takes the data's own units; the `.keras` file holds the bare network.
    """
    model = parts.store.models.resolve(name)
    file = model.files.get(format)
    if file is None:
        raise NotFoundError(f"run {model.run_id} has no {format} file", received=format)
    path = parts.artefacts.verified(file.path, file.sha256)
    return FileResponse(
        path, filename=f"{model.run_id}{path.suffix}", headers={"ETag": f'"{file.sha256}"'}
    )


def _to_version(name: str, version: Version) -> ModelVersion:
    created_at = moment(version.created_at)
    assert created_at is not None
    return ModelVersion(
        name=name,
        version=version.number,
        experiment_id=version.experiment_id,
        run_id=version.run_id,
        figure=version.figure,
        value=version.value,
        created_at=created_at,
        labels=version.labels,
    )


def _to_model(name: str, model: ServedModel) -> Model:
    created_at = moment(model.created_at)
    assert created_at is not None
    return Model(
        name=name,
        run_id=model.run_id,
        experiment_id=model.experiment_id,
        dataset=model.dataset,
        target=model.target,
        task=model.info.task,
        figure=model.figure,
        value=model.value,
        created_at=created_at,
        version=model.version,
        files=[Artefact.model_validate(vars(file)) for file in model.files.values()],
        example={"model": name, "instances": example_instances(model.dataset)},
    )
