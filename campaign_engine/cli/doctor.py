"""`groundswell doctor`: is everything there, does it fit, and what to do about what is not."""

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from campaign_engine.cli.opening import settings_of
from campaign_engine.cli.terminal import command, out
from campaign_engine.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from campaign_engine.cli.finding import Finding

_MARKS = {"green": "[green]ok  [/]", "yellow": "[yellow]look[/]", "red": "[bold red]bad [/]"}


@command
async def doctor(
    context: typer.Context,
    online: Annotated[
        bool, typer.Option("--online", help="Also ask the platforms whether they know the tokens.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check settings, key, database, data, bots, lanes, deliveries and staff; exit code 1 when something is bad."""
    findings = await examine(context, online=online)
    sick = any(finding.level == "red" for finding in findings)
    if as_json:
        entries = [dataclasses.asdict(finding) for finding in findings]
        out.print_json(json.dumps({"ok": not sick, "findings": entries}))
    else:
        for finding in findings:
            _print(finding)
    if sick:
        raise typer.Exit(1)


async def examine(context: typer.Context, *, online: bool) -> "list[Finding]":
    """Every check that can be made; without settings there is only one finding."""
    from campaign_engine.cli.checks import of_database, of_settings
    from campaign_engine.cli.finding import failed

    try:
        settings = settings_of(context)
    except ConfigurationError as error:
        return [failed("settings", error)]
    findings = [*of_settings(settings), *await of_database(settings)]
    if online:
        from campaign_engine.cli.online import of_platforms

        findings.extend([finding async for finding in of_platforms(settings)])
    return findings


def _print(finding: "Finding") -> None:
    out.print(f"{_MARKS[finding.level]} {escape(finding.check):<16} {escape(finding.says)}", soft_wrap=True)
    if finding.todo:
        out.print(f"{'':21} -> {escape(finding.todo)}", soft_wrap=True)
