"""A summary as a table that shows itself wherever it is put."""

import io
from html import escape
from typing import TYPE_CHECKING

from fitserve.significance import Difference, differences
from fitserve_core.results import Summary

if TYPE_CHECKING:
    from rich.console import RenderableType

TERMINAL_WIDTH = 100
LATEX = str.maketrans(
    {"_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "±": r"$\pm$", "★": r"$\star$", "—": "--"}
)


class ResultTable:
    """Mean ± standard deviation of every cell, drawn as the place that shows it can.

    Notebooks show it as HTML, terminals by Rich (`rich.print(table)`) or as text (`print(table)`).

    Args:
        summary: what to show.
    """

    def __init__(self, summary: Summary) -> None:
        self.summary = summary

    def differences(self, figure: str | None = None) -> list[Difference]:
        """Return how the cells differ from each other in a figure, and how surely.

        Args:
            figure: such as `val_accuracy` or `test_mse`; the deciding figure if not given.

        Returns:
            Welch's t-test of each pair of cells that have two runs or more, the p-values
            corrected by Holm for being several; the surest first.

        Raises:
            ConfigurationError: SciPy is not installed.
        """
        return differences(self.summary, figure or self.summary.deciding_figure)

    def to_markdown(self) -> str:
        """Return the table in GitHub's Markdown."""
        header, rows = self._plain()
        lines = [header, ["---"] * len(header), *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def to_latex(self) -> str:
        """Return the table as a LaTeX `tabular` with the rules of `booktabs`."""
        header, rows = self._plain()
        ruled = [
            "\\toprule",
            _latex_row(header),
            "\\midrule",
            *map(_latex_row, rows),
            "\\bottomrule",
        ]
        columns = f"l{'r' * (len(header) - 1)}"
        body = "\n".join(ruled)
        return f"\\begin{{tabular}}{{{columns}}}\n{body}\n\\end{{tabular}}"

    def __rich__(self) -> "RenderableType":
        from fitserve.tables import summary_table  # noqa: PLC0415  rich is loaded to show something

        return summary_table(self.summary)

    def __str__(self) -> str:
        from rich.console import Console  # noqa: PLC0415  as above

        file = io.StringIO()
        Console(file=file, width=TERMINAL_WIDTH).print(self)
        return file.getvalue().rstrip()

    def _plain(self) -> tuple[list[str], list[list[str]]]:
        from fitserve.tables import plain_rows  # noqa: PLC0415  as above

        return plain_rows(self.summary)

    def _repr_html_(self) -> str:
        header, rows = self._plain()
        return (
            "<table><thead>"
            + _html_row("th", header)
            + "</thead><tbody>"
            + "".join(_html_row("td", row) for row in rows)
            + "</tbody></table>"
        )


def _html_row(tag: str, cells: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _latex_row(cells: list[str]) -> str:
    return " & ".join(cell.translate(LATEX) for cell in cells) + r" \\"
