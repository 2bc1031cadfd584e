"""Draw README's table from the report of the reproduction; `--check`: say whether it differs."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
REPORT = ROOT / "docs/reproduction/report.json"
MARKS = ("<!-- reproduction -->", "<!-- /reproduction -->")

PARTS = {
    "eckerle4": "Eckerle4: optimizers, layers, dropout",
    "learning_rates": "MNIST: a network trained on, by learning rate",
    "configurations": "MNIST: configurations A to U",
    "depth": "MNIST: depth, activations, remedies",
    "claims": "what the sheet says in words",
}


def main() -> int:
    """Write the table into README, or with `--check` return 1 where it is another one."""
    readme = README.read_text()
    before, rest = readme.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    drawn = f"{before}{MARKS[0]}\n{table(json.loads(REPORT.read_text()))}\n{MARKS[1]}{after}"
    if "--check" not in sys.argv:
        README.write_text(drawn)
        return 0
    if drawn == readme:
        return 0
    print(f"README.md's table is not that of {REPORT.relative_to(ROOT)}: make readme-table")
    return 1


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
