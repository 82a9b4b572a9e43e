"""``hotline doctor``: is everything there that running needs? One row a check, and an exit code."""

import typer
from rich.console import Console
from rich.table import Table

from connectors.cli.doctor_checks import CHECKS, Check, Finding, Verdict
from foundation.settings import Settings, load_settings

_STYLES = {Verdict.GOOD: "green", Verdict.NOTICE: "yellow", Verdict.FAULT: "bold red"}


def doctor() -> None:
    """Look at everything and say what to do about what is wrong; exit code 1 for a fault."""
    settings = load_settings()
    table = Table("项目", "结果", "说明")
    findings = [(title, _look(check, settings)) for title, check in CHECKS.items()]
    for title, finding in findings:
        style = _STYLES[finding.verdict]
        table.add_row(title, f"[{style}]{finding.verdict}[/]", finding.text)
    Console().print(table)
    if any(finding.verdict is Verdict.FAULT for _, finding in findings):
        raise typer.Exit(1)


def _look(check: Check, settings: Settings) -> Finding:
    try:
        return check(settings)
    except Exception as error:  # noqa: BLE001 -- one broken part must not hide the other rows
        return Finding(Verdict.FAULT, f"检查未能完成：{type(error).__name__}: {error}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor", help="检查运行环境，逐项说明；有故障时退出码为 1。")(doctor)
