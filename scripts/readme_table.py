"""Draw README's table from the report of the reproduction; `--check`: say whether it differs."""

import json
import sys
from pathlib import Path

from marked import redraw

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs/reproduction/report.json"

PARTS = {
    "eckerle4": "Eckerle4: optimizers, layers, dropout",
    "learning_rates": "MNIST: a network trained on, by learning rate",
    "configurations": "MNIST: configurations A to U",
    "depth": "MNIST: depth, activations, remedies",
    "claims": "what the sheet says in words",
}


def main() -> int:
    """Draw the table, or say whether it is another one."""
    report = json.loads(REPORT.read_text())
    return redraw(ROOT / "README.md", lambda _: table(report), "make readme-table")


def table(report: dict) -> str:
    """Return the report's rows, counted by part of the sheet, as Markdown."""
    lines = ["| part of the sheet | reproduced | not reproduced |", "| --- | --- | --- |"]
    for group, words in PARTS.items():
        rows = [row for row in report["rows"] if row["group"] == group]
        missed = [f"`{row['id']}`" for row in rows if not row["reproduced"]]
        lines.append(
            f"| {words} | {len(rows) - len(missed)} of {len(rows)} | {', '.join(missed) or '–'} |"
        )
    environment, minutes = report["environment"], report["minutes"]
    lines += ["", f"Trained in {minutes:.1f} minutes on {environment['cores']} cores."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
