"""`groundswell site`: schools, community centers and other places where people sign up."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli.files import check_new, new_file
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.poster import poster
from campaign_engine.cli.terminal import LARGEST_NUMBER, add_row, command, day_and_time, out, progress, say, table
from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.errors import BrokenFile, InvalidInput
from campaign_engine.domain.handle import OPERATOR
from campaign_engine.domain.listed_site import BadRow
from campaign_engine.domain.message import Message, Reply
from campaign_engine.domain.tally import MOST_BYTES, TallySheet, as_text
from campaign_engine.ports.tallies import TallyBatch

app = typer.Typer(help="Schools, centers and other places where people sign up.", no_args_is_help=True)
app.command("poster")(poster)

_MOST_SITES = 5000
_MOST_FOUND = 30
_MOST_BAD = 20
_Qr = Annotated[Path | None, typer.Option(help="Also write the QR code to this new SVG file.")]
_Number = Annotated[int, typer.Argument(max=LARGEST_NUMBER, help="The site's number in the list.")]


@app.command("add")
@command
async def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As people know it.")],
    precinct: Annotated[int | None, typer.Option(help="Police precinct that it lies in.")] = None,
    at: Annotated[str, typer.Option(help="Or its place, as LAT,LON; the outlines must be loaded.")] = "",
    kind: Annotated[SiteKind, typer.Option(help="What it is.")] = SiteKind.SCHOOL,
    qr: _Qr = None,
) -> None:
    """Add a site and show its sign-up link, word and QR code."""
    if qr is not None:
        check_new(qr)
    if (precinct is None) == (not at):
        raise InvalidInput("Say where it is, in one way.", "Give --precinct 75, or --at 40.6681,-73.8791.")
    async with engine_of(context) as engine:
        number = precinct if precinct is not None else await engine.site_desk.lists.precinct_at(*_degrees(at))
        async with engine.store.write() as work:
            site = await engine.sites.add(work, OPERATOR, name, kind, number)
            _show(site, engine.settings.site_url, qr)


@app.command("load")
@command
async def load(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The City's list of schools or of community facilities (CSV).")],
    skip: Annotated[bool, typer.Option("--skip", help="Leave rows out that cannot be used.")] = False,
) -> None:
    """Load a list of the City's: all of it or nothing. Again it changes only what the City changed; codes stay."""
    async with engine_of(context) as engine:
        with progress(f"Reading {file.name}") as bar:
            found = await engine.site_desk.lists.read(file, bar)
        _say_bad(found.bad)
        if found.bad and not skip:
            raise BrokenFile(
                f"{len(found.bad)} of the rows cannot be used. Nothing was changed.",
                "Repair them, or leave them out: groundswell site load FILE --skip",
            )
        if not found.sites:
            raise BrokenFile("No row of this list is a place for young people.", "Nothing was changed.")
        with progress("Loading") as bar:
            async with engine.store.write() as work:
                done = await engine.sites.load(work, OPERATOR, found)
            bar(1, 1)
    say(f"{done.added:,} sites are new, {done.changed:,} changed, {done.unchanged:,} stay as they were.")
    if found.bad:
        say(f"{len(found.bad)} rows were left out.")
    if found.passed_over:
        say(f"{found.passed_over:,} rows are no places for young people (vacant, offices, child care, seniors).")
    if done.missing:
        say(f"{done.missing:,} sites of an earlier list are not on this one; they stay.")


@app.command("list")
@command
async def list_sites(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A name, however it is spelled; all when left out.")] = "",
) -> None:
    """List sites with their words."""
    async with engine_of(context) as engine:
        if text.strip():
            found = tuple(one.site for one in await engine.site_desk.finding.find(text, _MOST_FOUND))
        else:
            async with engine.store.read() as work:
                found = await work.sites.search("", _MOST_SITES)
    if not found:
        say("There is no such site. `groundswell site add NAME --precinct N` adds one.")
        return
    shown = table("site", "name", "kind", "precinct", "word")
    for site in found:
        add_row(shown, site.id, site.name, site.kind, site.precinct, site.word_code)
    out.print(shown)


@app.command("show")
@command
async def show(context: typer.Context, site: _Number, qr: _Qr = None) -> None:
    """Show a site's sign-up link, word and QR code again."""
    async with engine_of(context) as engine, engine.store.read() as work:
        _show(await work.sites.get(site), engine.settings.site_url, qr)


@app.command("rotate")
@command
async def rotate(
    context: typer.Context,
    site: _Number,
    qr: _Qr = None,
    undo: Annotated[bool, typer.Option("--undo", help="Bring the codes of before back, within a day.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give a site new codes; links, QR codes and words with the old ones stop working at once."""
    if qr is not None:
        check_new(qr)
    if not yes:
        say("Posters, cards and links that are out now stop working at once. Who has joined already stays.")
        if not typer.confirm("Go on?"):
            say("Nothing was changed.")
            return
    async with engine_of(context) as engine, engine.store.write() as work:
        change = engine.sites.undo_rotation if undo else engine.sites.rotate
        changed = await change(work, OPERATOR, site)
        _show(changed, engine.settings.site_url, qr)
    if not undo:
        say(f"Changed by mistake? Within a day: groundswell site rotate {site} --undo")


@app.command("tally")
@command
async def tally(
    context: typer.Context,
    site: _Number,
    file: Annotated[Path | None, typer.Argument(help="A CSV with the columns date, pledge, count.")] = None,
    undo: Annotated[str, typer.Option(help="Take back what was added under this name.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Add pledges on paper, all of a file or nothing; without a file list what was added in the last 30 days."""
    async with engine_of(context) as engine:
        hosting = engine.site_desk.hosting
        if undo:
            say(f"Taken back: {await hosting.undo(site, OPERATOR, undo)} pledges on paper.")
        elif file is None:
            _list_batches(await hosting.batches(site))
        else:
            sheet = await hosting.read_file(site, _content(file))
            _say_sheet(sheet, engine.renderer.reply)
            if yes or typer.confirm(f"Add {sheet.total} pledges?"):
                added = await hosting.apply(site, OPERATOR, as_text(sheet.rows))
                say(f"Added: {added} pledges on paper. They are never summed with those of people on their phones.")
            else:
                say("Nothing was added.")


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BrokenFile(f"{file.name} cannot be opened.", "Check the name and that you may read it.") from error


def _say_sheet(sheet: TallySheet, words: Callable[[Reply, str], Message]) -> None:
    """Raises BrokenFile after naming every row that cannot be counted."""
    for one in sheet.problems:
        where = f"Row {one.row}, " if one.row else ""
        column = f"column {one.column}: " if one.column else ""
        say(f"{where}{column}{words(Reply(f'host.tally_{one.reason}', one.values), 'en').text}")
    if sheet.problems:
        raise BrokenFile("Nothing was added.", "Repair these rows, then send the file again.")
    shown = table("date", "pledge", "count")
    for row in sheet.rows:
        add_row(shown, row.day.isoformat(), row.pledge, row.count)
    out.print(shown)


def _list_batches(batches: Sequence[TallyBatch]) -> None:
    if not batches:
        say("Nothing was added on paper in the last 30 days.")
        return
    shown = table("name", "first day", "last day", "pledges", "added")
    for one in batches:
        add_row(shown, one.batch, one.first, one.last, one.count, day_and_time(one.added_at))
    out.print(shown)


def _say_bad(bad: Sequence[BadRow]) -> None:
    for one in bad[:_MOST_BAD]:
        say(f"Row {one.row}, column {one.column}: {one.reason}.")
    if len(bad) > _MOST_BAD:
        say(f"And {len(bad) - _MOST_BAD} more.")


def _degrees(text: str) -> tuple[float, float]:
    latitude, _, longitude = text.partition(",")
    try:
        return float(latitude), float(longitude)
    except ValueError as error:
        raise InvalidInput("This is no place.", "Write latitude and longitude: --at 40.6681,-73.8791") from error


def _show(site: Site, public_url: str, qr: Path | None) -> None:
    """Within the transaction, so that a picture that cannot be written leaves no site behind."""
    import segno

    link = f"{public_url}/s/{site.code}"
    code = segno.make(link, micro=False)
    if qr is not None:
        with new_file(qr) as beside:
            code.save(str(beside), kind="svg", scale=10, title=f"Sign up: {site.name}")
    picture = io.StringIO()
    code.terminal(out=picture, compact=True)
    say(f"Site {site.id}: {site.name} ({site.kind}, precinct {site.precinct})")
    say(f"Sign-up link  {link}")
    say(f"Word          {site.word_code}   (said aloud, or typed to the bot)")
    say(picture.getvalue())
