"""`fitserve doctor`: what this machine has, what is wrong, what to do."""

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fitserve.cli.connection import client_of
from fitserve.cli.extras import settings
from fitserve.cli.output import AsJson, print_json
from fitserve.doctor import checks
from fitserve.doctor.findings import Finding
from fitserve_core.errors import ConfigurationError

STYLES = {"ok": "green", "warning": "yellow", "wrong": "red"}


def doctor(ctx: typer.Context, as_json: AsJson = False) -> None:  # noqa: FBT002
    """Look at versions, data, store, broker, devices and service; say what to do."""
    findings = list(checks.installed())
    try:
        findings += checks.here(settings())
    except ConfigurationError as error:
        findings.append(Finding(piece="settings", state="warning", told=error.message))
    with client_of(ctx) as client:
        findings.append(checks.service(client))
    if as_json:
        print_json(findings)
    else:
        Console(highlight=False).print(_table(findings))
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for finding in findings:
        lines = [finding.told, *([f"→ {finding.advice}"] if finding.advice else [])]
        state = Text(finding.state, STYLES[finding.state])
        table.add_row(state, Text(finding.piece), Text("\n".join(lines)))
    return table
