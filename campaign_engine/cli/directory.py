"""`groundswell directory`: whom we may send people to, and who looked whether that is right (safety H5)."""

from datetime import datetime
from typing import Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import add_row, command, out, say, table
from campaign_engine.domain.handle import OPERATOR
from campaign_engine.domain.support import Listed

app = typer.Typer(help="The support directory: places and lines that people are sent to.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="As `groundswell directory list` shows it.")]


@app.command("list")
@command
async def list_entries(
    context: typer.Context,
    precinct: Annotated[int | None, typer.Option(help="Only what is for this precinct or the whole city.")] = None,
) -> None:
    """List every entry with how it stands: only fixed and verified ones are shown to people."""
    async with engine_of(context) as engine, engine.store.read() as work:
        listed = await engine.directory.listed(work)
        today = engine.directory.today
    shown = table("name", "how", "precincts", "stands", "until", "by")
    for one in listed:
        if precinct is None or one.is_near(precinct):
            where = " ".join(map(str, one.entry.precincts)) or "all"
            look = (one.look.expires, one.look.verified_by) if one.look is not None else ("", "")
            add_row(shown, one.entry.name, one.how or "?", where, one.standing(today), *look)
    out.print(shown)


@app.command("verify")
@command
async def verify(
    context: typer.Context,
    name: _Name,
    by: Annotated[str, typer.Option(help="Work handle of the person who called or wrote there.")],
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day it is shown; 180 days when left out.")
    ] = None,
    how: Annotated[str, typer.Option(help="Phone number or address that answered, where ours differs.")] = "",
) -> None:
    """Say that a person called there and that it is right; from now on it is shown."""
    async with engine_of(context) as engine, engine.store.write() as work:
        one = await engine.directory.verify(work, name, by, until.date() if until else None, how)
    _say(one)


@app.command("expire")
@command
async def expire(context: typer.Context, name: _Name) -> None:
    """Stop showing an entry at once, until somebody verifies it again."""
    async with engine_of(context) as engine, engine.store.write() as work:
        one = await engine.directory.expire(work, name, OPERATOR)
    say(f"{one.entry.name} is not shown any more. A post that names it can't be handed in.")


def _say(one: Listed) -> None:
    if one.look is not None:
        say(
            f"{one.entry.name} ({one.how}) is shown until {one.look.expires:%B %-d, %Y}; {one.look.verified_by} looked."
        )
