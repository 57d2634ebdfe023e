"""`groundswell site poster`: what a site hangs up and what it hands out."""

from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli.files import check_new, new_file
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import LARGEST_NUMBER, command, say
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.languages import LANGUAGE_NAMES, from_tag
from campaign_engine.posters.paper import Paper


@command
async def poster(
    context: typer.Context,
    site: Annotated[int, typer.Argument(max=LARGEST_NUMBER, help="The site's number in the list.")],
    out: Annotated[Path, typer.Option(help="The new PDF file.")],
    language: Annotated[str, typer.Option(help=f"One of {', '.join(LANGUAGE_NAMES)}.")] = "en",
    paper: Annotated[Paper, typer.Option(help="A poster on Letter or A4; eight cards on a sheet.")] = Paper.LETTER,
) -> None:
    """Write a site's poster or take-home cards as a PDF to print."""
    from campaign_engine.posters import sheet

    code = from_tag(language)
    if not code:
        raise InvalidInput(f"There is no poster in {language!r}.", f"Choose one of {', '.join(LANGUAGE_NAMES)}.")
    check_new(out)
    async with engine_of(context) as engine:
        async with engine.store.read() as work:
            found = await work.sites.get(site)
        made = sheet(engine.renderer.reply, found, engine.settings.site_url, code)
    with new_file(out) as beside:
        beside.write_bytes(made.pdf(paper))
    say(
        f"{out.name}: {found.name}, {LANGUAGE_NAMES[code]}. Look at it, and try its code with a phone, before it hangs."
    )
    if made.left_out:
        say("The site's name has letters that our fonts do not have. The sheet leaves it out: write it on by hand.")
