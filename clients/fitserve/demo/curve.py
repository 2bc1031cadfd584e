"""A fitted curve beside NIST's certified one: figures and a small drawing."""

from collections.abc import Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from fitserve.terminal import shows

HEIGHT = 9
TOP = 0.4


def comparison(
    wavelengths: Sequence[float], certified: Sequence[float], fitted: Sequence[float]
) -> Table:
    """Return a few transmittances of both curves side by side; wavelengths in nanometres."""
    table = Table(box=None, padding=(0, 1))
    for heading in ("nm", "NIST", "network"):
        table.add_column(heading, justify="right")
    for row in zip(wavelengths, certified, fitted, strict=True):
        nanometres, theirs, ours = row
        table.add_row(f"{nanometres:.1f}", f"{theirs:.4f}", f"{ours:.4f}")
    return table


def drawing(
    wavelengths: Sequence[float],
    certified: Sequence[float],
    fitted: Sequence[float],
    console: Console,
) -> RenderableType:
    """Return both curves drawn over one column a wavelength, transmittances from 0 to 0.4."""
    ours, theirs = ("●", "·") if shows(console, "●·") else ("*", ".")
    marks = {(_line(value), x): theirs for x, value in enumerate(certified)}
    marks |= {(_line(value), x): ours for x, value in enumerate(fitted)}
    picture = Text()
    for line in reversed(range(HEIGHT)):
        picture.append(f"{_scale(line):>5} ", style="dim")
        for x in range(len(wavelengths)):
            mark = marks.get((line, x), " ")
            picture.append(mark, style="cyan" if mark == ours else "yellow")
        picture.append("\n")
    first, last = f"{wavelengths[0]:.0f} nm", f"{wavelengths[-1]:.0f} nm"
    picture.append(f"{'':6}{first}{last:>{len(wavelengths) - len(first)}}\n", style="dim")
    picture.append(f"{'':6}{ours} network", style="cyan")
    picture.append(f"   {theirs} NIST's certified fit", style="yellow")
    return picture


def _line(value: float) -> int:
    """Return the line of text, from the bottom, that a transmittance falls on."""
    return min(HEIGHT - 1, max(0, round(value / TOP * (HEIGHT - 1))))


def _scale(line: int) -> str:
    return f"{line / (HEIGHT - 1) * TOP:.2f}" if line % 4 == 0 else ""
