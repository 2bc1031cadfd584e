"""Figures over HTTP, each with the options that it has.

What draws is imported with the first figure: Plotly takes memory that a service which only
trains and predicts need not spend.
"""

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from fitserve_core.errors import ConflictError, NotFoundError
from fitserve_core.records import RunRecord
from fitserve_core.store.histories import History
from fitserve_service.access.scopes import READ
from fitserve_service.dependencies import Parts, Services
from fitserve_service.figures.options import Quantity, Scale
from fitserve_service.labels import config_label, run_label

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_BESIDE = 9

Id = Annotated[str, Path(description="The experiment's id.")]
Run = Annotated[
    str | None, Query(description="A run's id; without one the kept model's run, or the first.")
]
PLOTLY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A figure for Plotly: `plotly.io.from_json`, or `Plotly.newPlot`.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}

router = APIRouter(prefix="/experiments/{id}/figures", tags=["figures"], dependencies=[READ])


@router.get("/learning-curves", operation_id="learning_curves", responses=PLOTLY)
def curves(
    id: Id,  # noqa: A002 - the path's word
    parts: Parts,
    quantity: Annotated[Quantity, Query(description="What is drawn.")] = "loss",
    scale: Annotated[Scale, Query(description="Of the quantity's axis.")] = "linear",
    runs: Annotated[  # noqa: FBT002 - a query is given by name
        bool, Query(description="Every run instead of mean ± standard deviation.")
    ] = False,
    beside: Annotated[
        list[str], Query(max_length=MOST_BESIDE, description="Other experiments to lay over it.")
    ] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Return a quantity over the epochs: mean ± standard deviation of each cell, or every run."""
    from fitserve_service.figures.curves import learning_curves

    shown = [
        (parts.store.experiments.get(each).name or each, parts.store.histories.of(each))
        for each in dict.fromkeys([id, *beside])
    ]
    return _answer(learning_curves(shown, quantity, scale=scale, runs=runs))


@router.get("/gradient-norms", operation_id="gradient_norms", responses=PLOTLY)
def gradients(id: Id, parts: Parts, run: Run = None) -> Response:  # noqa: A002
    """Return the norm of each layer's gradient over a run's epochs, on a logarithmic axis."""
    from fitserve_service.figures.gradients import gradient_norms

    return _answer(gradient_norms(_history(parts, id, run).whole()))


@router.get("/weight-histograms", operation_id="weight_histograms", responses=PLOTLY)
def histograms(id: Id, parts: Parts, run: Run = None) -> Response:  # noqa: A002
    """Return the distributions of a run's weights and biases, before and after training."""
    from fitserve_service.figures.weights import weight_histograms

    return _answer(weight_histograms(_record(parts, id, run)))


@router.get("/first-layer", operation_id="first_layer", responses=PLOTLY)
def images(id: Id, parts: Parts, run: Run = None) -> Response:  # noqa: A002
    """Return the weights of 16 neurons of the first layer as images, before and after."""
    from fitserve_service.figures.weights import first_layer_images

    return _answer(first_layer_images(_record(parts, id, run)))


@router.get("/confusion", operation_id="confusion", responses=PLOTLY)
def matrix(id: Id, parts: Parts, run: Run = None) -> Response:  # noqa: A002
    """Return how often a label was taken for a class; digits alone."""
    from fitserve_service.figures.digits import confusion

    return _answer(confusion(_record(parts, id, run)))


@router.get("/most-wrong", operation_id="most_wrong", responses=PLOTLY)
def wrong(id: Id, parts: Parts, run: Run = None) -> Response:  # noqa: A002
    """Return the test digits with the most confident wrong answers."""
    from fitserve_service.figures.digits import most_wrong

    return _answer(most_wrong(_record(parts, id, run)))


@router.get("/fit", operation_id="fit", responses=PLOTLY)
def fit(
    id: Id,  # noqa: A002
    parts: Parts,
    cell: Annotated[
        int | None, Query(ge=0, description="Whose runs; without one the kept model's cell.")
    ] = None,
) -> Response:
    """Return each repetition's fit of Eckerle4 beside the data and NIST's certified curve."""
    from fitserve_service.figures.fit import fitted_curves

    runs = [history.run for history in parts.store.histories.of(id)]
    if not runs or parts.store.experiments.get(id).spec.dataset != "eckerle4":
        raise NotFoundError(f"experiment {id} learns no curve: it is not on eckerle4", received=id)
    summary = parts.store.runs.summary(id)
    chosen = cell
    if chosen is None:
        chosen = summary.kept_model.cell if summary.kept_model else runs[0].cell
    ended = [run for run in runs if run.cell == chosen and run.status == "succeeded"]
    if not ended:
        raise ConflictError(f"no run of cell {chosen} of experiment {id} has succeeded yet")
    named = [(run_label(run), _record(parts, id, run.run_id).curve) for run in ended]
    curves = [(name, curve) for name, curve in named if curve is not None]
    return _answer(fitted_curves(curves, config_label(ended[0].config)))


def _history(parts: Services, experiment_id: str, asked: str | None) -> History:
    """Return the run that is asked for, or the kept one, or the first."""
    wanted = asked or _kept(parts, experiment_id)
    first = None
    for history in parts.store.histories.of(experiment_id):
        if history.run.run_id == wanted or (wanted is None and history.run.status == "succeeded"):
            return history
        first = first or history
    if wanted is None and first is not None:
        return first
    raise NotFoundError(
        f"experiment {experiment_id} has no run {wanted}", param="run", received=wanted
    )


def _kept(parts: Services, experiment_id: str) -> str | None:
    kept = parts.store.experiments.get(experiment_id).kept_model
    return kept.run_id if kept else None


def _record(parts: Services, experiment_id: str, run_id: str | None) -> RunRecord:
    if run_id is None:
        run_id = _history(parts, experiment_id, None).run.run_id
    file = parts.store.runs.file(experiment_id, run_id, "record")
    content = parts.artefacts.verified(file.path, file.sha256).read_bytes()
    return RunRecord.model_validate_json(content)


def _answer(drawn: "go.Figure") -> Response:
    return Response(drawn.to_json(), media_type="application/json")
