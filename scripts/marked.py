"""Parts of a document that are drawn from data, between a pair of comments of their name."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

PARTS = re.compile(r"<!-- (?P<name>[a-z-]+) -->\n.*?<!-- /(?P=name) -->", re.DOTALL)


def redraw(document: Path, draw: Callable[[str], str], how: str) -> int:
    """Draw the parts anew by name; with `--check` say whether they differ, and change nothing.

    Returns 1 where `--check` found a difference, which the command `how` mends.
    """
    written = document.read_text()
    drawn = PARTS.sub(lambda part: _between(part["name"], draw(part["name"])), written)
    if "--check" not in sys.argv:
        document.write_text(drawn)
        return 0
    if drawn == written:
        return 0
    print(f"{document.name} does not say what its data say: {how}")
    return 1


def _between(name: str, content: str) -> str:
    return f"<!-- {name} -->\n{content}\n<!-- /{name} -->"
