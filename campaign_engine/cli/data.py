"""`groundswell data`: the City's files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.data_facts import rebuild_facts
from campaign_engine.cli.data_sync import say_changes, sync
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import add_row, command, day_and_time, out, progress, say, table
from campaign_engine.domain.errors import BrokenFile
from campaign_engine.domain.precinct import Ranking

if TYPE_CHECKING:
    from campaign_engine.bootstrap import Engine

app = typer.Typer(help="Load the City's data.", no_args_is_help=True)
app.command("sync")(sync)
app.command("rebuild-facts")(rebuild_facts)

BEGINNING = 65_536
"""Bytes that tell what a file is."""
_MAP_MARKS = (b'"FeatureCollection"', b'"features"')


@app.command("import")
@command
async def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Shootings (CSV or JSON) or precinct boundaries (GeoJSON).")],
) -> None:
    """Load a file of the City's, all of it or nothing; what it holds is told from its content."""
    is_map = _is_map(file)
    async with engine_of(context) as engine:
        before = await engine.targeting.rank()
        await (_import_map if is_map else _import_shootings)(engine, file)
        _say_changes(before, await engine.targeting.rank())


@app.command("status")
@command
async def status(context: typer.Context) -> None:
    """Say what is loaded and how far it goes."""
    async with engine_of(context) as engine:
        found = await engine.targeting.status()
    whose = "figures that ship with the program" if found.shipped else "shootings that were loaded"
    say(f"Data through {found.data_through:%B %-d, %Y}, from the {whose}.")
    if not found.datasets:
        say("Nothing is loaded. `groundswell data sync` loads the City's data, `data import FILE` a file of it.")
        return
    shown = table("data", "rows", "through", "loaded", "edition")
    for each in found.datasets:
        add_row(shown, each.name, each.rows, each.data_through or "", day_and_time(each.loaded_at), each.edition[:24])
    out.print(shown)
    for each in found.datasets:
        if each.name == "shootings" and each.changes is not None:
            say_changes(each.changes)


async def _import_shootings(engine: "Engine", file: Path) -> None:
    with progress(f"Reading {file.name}") as bar:
        done = await engine.targeting.import_shootings(file, bar)
    found = await engine.targeting.status()
    say(f"{done.rows:,} shootings: {done.added:,} new, {done.removed:,} gone since the last edition.")
    say(f"Data through {found.data_through:%B %-d, %Y}.")


async def _import_map(engine: "Engine", file: Path) -> None:
    with progress(f"Reading {file.name}"):
        outlines = await engine.targeting.import_boundaries(file)
    say(f"Boundaries of {outlines} precincts.")


def _is_map(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            beginning = opened.read(BEGINNING)
    except OSError as error:
        raise BrokenFile(f"{file.name} cannot be opened.", "Check the name and that you may read it.") from error
    return beginning.lstrip()[:1] == b"{" and any(mark in beginning for mark in _MAP_MARKS)


def _say_changes(before: Ranking, after: Ranking) -> None:
    """Campaigns that were approved keep the precincts they were approved for."""
    entered = sorted({*after.top}.difference(before.top))
    left = sorted({*before.top}.difference(after.top))
    if entered or left:
        say(f"Into the top {after.rule.top} for new campaigns: {_listed(entered)}. Out of it: {_listed(left)}.")
    else:
        say(f"The top {after.rule.top} for new campaigns stay the same.")


def _listed(precincts: list[int]) -> str:
    return ", ".join(str(number) for number in precincts) or "none"
