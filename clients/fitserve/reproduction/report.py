"""The report of a reproduction: one HTML page that needs nothing else, and the same as JSON."""

from itertools import groupby
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fitserve.catalogue_tables import TITLES
from fitserve.figures import number
from fitserve.reproduction.comparison import ComparedRow
from fitserve.reproduction.figures import test_figure
from fitserve.reproduction.result import Reproduction


def write_report(result: Reproduction, folder: Path) -> Path:
    """Write `report.html` and `report.json` into `folder`; return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(result.model_dump_json(indent=1) + "\n")
    page = folder / "report.html"
    page.write_text(_page(result))
    return page


def _page(result: Reproduction) -> str:
    environment = Environment(
        loader=PackageLoader("fitserve.reproduction", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = _number
    parts = [
        (TITLES[group], list(rows)) for group, rows in groupby(result.rows, lambda row: row.group)
    ]
    return environment.get_template("report.html.j2").render(
        result=result, parts=[(title, rows, _picture(rows)) for title, rows in parts]
    )


def _picture(rows: list[ComparedRow]) -> Markup | None:
    svg = test_figure(rows)
    # matplotlib's own output; its labels are ids of the catalogue.
    return None if svg is None else Markup(svg)  # noqa: S704


def _number(value: float | None) -> str:
    return "—" if value is None else number(value)
