"""Pictures of a reproduction: what the sheet printed on the band that our own spread allows."""

from collections.abc import Callable, Sequence
from io import StringIO

import matplotlib as mpl
from matplotlib.figure import Figure

from fitserve.reproduction.comparison import ComparedFigure, ComparedRow

BAND, DRAW, OURS, INSIDE, OUTSIDE = "#dbe4ee", "#8fa3b8", "#1f5fa8", "#1a7f4b", "#c62f2f"
LINE_INCHES, WIDTH_INCHES = 0.27, 8.6
LEAST_ERROR = 1e-4

mpl.rcParams |= {
    "svg.fonttype": "none",
    "svg.hashsalt": "fitserve",
    "font.family": "sans-serif",
    "font.size": 8.5,
}


def test_figure(rows: Sequence[ComparedRow]) -> str | None:
    """Return an SVG of each row's test figure on a logarithmic axis, or None without figures.

    Accuracies are drawn as errors, 1 − accuracy, so that small differences near 1 are seen.
    """
    lines = [(_label(row, figure), figure) for row in rows for figure in _shown(row)]
    if not lines:
        return None
    height = LINE_INCHES * len(lines) + 0.9
    picture = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    axes = picture.subplots()
    for place, (_, figure) in enumerate(lines):
        _draw(axes, -place, figure)
    is_mse = lines[0][1].name.endswith("mse")
    axes.set_xscale("log")
    axes.set_xlabel("test MSE on the [0, 1] scale" if is_mse else "test error, 1 − accuracy")
    axes.set_yticks([-place for place in range(len(lines))], [label for label, _ in lines])
    axes.set_ylim(-len(lines) + 0.4, 0.6)
    axes.grid(axis="x", color="#e8e8e8", which="both", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return _svg(picture)


def _shown(row: ComparedRow) -> list[ComparedFigure]:
    return [figure for figure in row.figures if figure.name.startswith("test")]


def _label(row: ComparedRow, figure: ComparedFigure) -> str:
    name = row.id.removeprefix("mnist-").removeprefix("eckerle4-").removeprefix("depth-")
    return name if figure.repetition is None else f"{name} · {figure.repetition}"


def _draw(axes: mpl.axes.Axes, height: float, figure: ComparedFigure) -> None:
    at = _error if figure.name.endswith("accuracy") else float
    if figure.low is not None and figure.high is not None:
        ends = sorted((at(figure.low), at(figure.high)))
        axes.barh(height, ends[1] - ends[0], left=ends[0], height=0.62, color=BAND)
    drawn = [at(draw) for draw in figure.draws]
    axes.plot(drawn, [height] * len(drawn), "|", color=DRAW, markersize=8)
    if figure.ours is not None:
        axes.plot(at(figure.ours), height, "o", color=OURS, markersize=4.5)
    colour = OUTSIDE if figure.inside is False else INSIDE
    axes.plot(at(figure.published), height, "D", color=colour, markersize=4.5)


_error: Callable[[float], float] = lambda accuracy: max(1 - accuracy, LEAST_ERROR)  # noqa: E731


def _svg(picture: Figure) -> str:
    text = StringIO()
    picture.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue().partition("<svg")[1] + text.getvalue().partition("<svg")[2]
