"""`groundswell report`: reach and recruitment of a campaign as files, with small numbers hidden."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli.files import hand_over
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import LARGEST_NUMBER, command, progress, say
from campaign_engine.domain.errors import InvalidInput


class View(StrEnum):
    """Whom it is for; the public sees numbers from 10 people up, organizers from 5 (safety K1)."""

    PUBLIC = "public"
    SITE = "site"
    ORGANIZER = "organizer"


class Format(StrEnum):
    """What it is made as."""

    HTML = "html"
    PDF = "pdf"
    CSV = "csv"
    JSON = "json"


@command
async def report(  # noqa: PLR0913 - one option each
    context: typer.Context,
    campaign: Annotated[
        int, typer.Argument(max=LARGEST_NUMBER, help="The campaign's number in `groundswell campaign list`.")
    ],
    view: Annotated[View, typer.Option(help="Whom it is for.")] = View.PUBLIC,
    formats: Annotated[
        list[Format] | None, typer.Option("--format", help="May be given several times; all when left out.")
    ] = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files; older reports in it are replaced.")] = (
        Path("report")
    ),
    edition: Annotated[
        int | None, typer.Option(min=1, max=LARGEST_NUMBER, help="A frozen weekly edition; the newest when left out.")
    ] = None,
    site: Annotated[
        int | None,
        typer.Option(min=1, max=LARGEST_NUMBER, help="With --view site: its number in `groundswell site list`."),
    ] = None,
    precinct: Annotated[
        int | None,
        typer.Option(
            min=1, max=LARGEST_NUMBER, help="One of the campaign's precincts beside its borough, not the whole."
        ),
    ] = None,
) -> None:
    """Write the report of a campaign: a page and a PDF in English and Spanish, tables, and figures for programs."""
    from analytics.content import LATEST
    from analytics.files import Wanted, report_files
    from analytics.part import Part

    if (view is View.SITE) != (site is not None):
        raise InvalidInput("A site's report is of one site.", "Give --view site together with --site NUMBER.")
    if site is not None and precinct is not None:
        raise InvalidInput("A report is of a site or of a precinct.", "Leave out --site or --precinct.")
    kinds = tuple(one.value for one in formats or [*Format])
    async with engine_of(context) as engine:
        with progress("Writing the report") as bar:
            wanted = Wanted(campaign, view.value, edition or LATEST, Part(precinct, site), kinds)
            made = await report_files(engine.reports, wanted, bar)
            hand_over(made, folder)
    for name in made:
        say(str(folder / name))


@command
async def report_correct(
    context: typer.Context,
    campaign: Annotated[
        int, typer.Argument(max=LARGEST_NUMBER, help="The campaign's number in `groundswell campaign list`.")
    ],
    reason: Annotated[str, typer.Option(help="What was counted wrongly; readers see it on both editions.")],
) -> None:
    """Count the newest weekly edition anew and put it in its place; the old one stays and says so."""
    async with engine_of(context) as engine:
        made = await engine.editions.campaigns.correct(campaign, reason)
    say(f"Edition {made.number} stands in place of edition {made.corrects}.")
