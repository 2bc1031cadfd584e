"""`fitserve predict`: ask a kept model."""

from pathlib import Path
from typing import Annotated

import typer

from fitserve.cli.connection import client_of
from fitserve.cli.output import AsJson, print_json
from fitserve.figures import number
from fitserve_core.predicted import Prediction


def predict(
    ctx: typer.Context,
    model: Annotated[str, typer.Argument(help="A model's name, an experiment or a run.")],
    values: Annotated[
        list[str], typer.Argument(metavar="VALUE...", help="Wavelengths in nm, or image files.")
    ],
    as_json: AsJson = False,  # noqa: FBT002
) -> None:
    """Predict digits (or a target's yes or no) from images, transmittances from wavelengths."""
    instances = [_instance(value) for value in values]
    with client_of(ctx) as client:
        answer = client.predict(instances, model=model)
    if as_json:
        print_json(answer)
        return
    for value, prediction in zip(values, answer.predictions, strict=True):
        typer.echo(f"{value}: {_told(prediction)}")


def _instance(value: str) -> float | bytes:
    try:
        return float(value)
    except ValueError:
        pass
    try:
        return Path(value).read_bytes()
    except OSError as error:
        raise typer.BadParameter(
            f"{value!r} is neither a number nor a file that can be read ({error.strerror})"
        ) from error


def _told(prediction: Prediction) -> str:
    """Return the answer, and in brackets how probable it is."""
    if prediction.positive is not None and prediction.probability is not None:
        if prediction.positive:
            return f"yes ({prediction.probability:.1%})"
        return f"no ({1 - prediction.probability:.1%})"
    if prediction.label is None:
        return "—" if prediction.value is None else number(prediction.value)
    if prediction.probabilities is None:
        return str(prediction.label)
    return f"{prediction.label} ({max(prediction.probabilities):.1%})"
