"""`groundswell site`: schools, community centers and other places where people sign up."""

import io
from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli.files import check_new, new_file
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.poster import poster
from campaign_engine.cli.terminal import add_row, command, out, say, table
from campaign_engine.domain.action import Site, SiteKind
from campaign_engine.domain.handle import OPERATOR

app = typer.Typer(help="Schools, centers and other places where people sign up.", no_args_is_help=True)
app.command("poster")(poster)

_MOST_SITES = 5000
_Qr = Annotated[Path | None, typer.Option(help="Also write the QR code to this new SVG file.")]
_Number = Annotated[int, typer.Argument(help="The site's number in the list.")]


@app.command("add")
@command
async def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As people know it.")],
    precinct: Annotated[int, typer.Option(help="Police precinct that it lies in.")],
    kind: Annotated[SiteKind, typer.Option(help="What it is.")] = SiteKind.SCHOOL,
    qr: _Qr = None,
) -> None:
    """Add a site and show its sign-up link, word and QR code."""
    if qr is not None:
        check_new(qr)
    async with engine_of(context) as engine, engine.store.write() as work:
        site = await engine.sites.add(work, OPERATOR, name, kind, precinct)
        _show(site, engine.settings.site_url, qr)


@app.command("list")
@command
async def list_sites(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Part of a name; all when left out.")] = "",
) -> None:
    """List sites with their words."""
    async with engine_of(context) as engine, engine.store.read() as work:
        found = await work.sites.search(text, _MOST_SITES)
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
async def rotate(context: typer.Context, site: _Number, qr: _Qr = None) -> None:
    """Give a site new codes; posters with the old ones stop working at once."""
    if qr is not None:
        check_new(qr)
    async with engine_of(context) as engine, engine.store.write() as work:
        changed = await engine.sites.rotate(work, OPERATOR, site)
        _show(changed, engine.settings.site_url, qr)


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
