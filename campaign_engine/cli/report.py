"""`groundswell report`: reach and recruitment of a campaign as files, with small numbers hidden."""

import shutil
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, progress, say
from campaign_engine.domain.errors import InvalidInput


class View(StrEnum):
    """Whom it is for; the public sees numbers from 10 people up, organizers from 5 (safety K1)."""

    PUBLIC = "public"
    ORGANIZER = "organizer"


class Format(StrEnum):
    """What it is made as."""

    HTML = "html"
    CSV = "csv"
    JSON = "json"


@command
async def report(
    context: typer.Context,
    campaign: Annotated[int, typer.Argument(help="The campaign's number in `groundswell campaign list`.")],
    view: Annotated[View, typer.Option(help="Whom it is for.")] = View.PUBLIC,
    formats: Annotated[
        list[Format] | None, typer.Option("--format", help="May be given several times; all when left out.")
    ] = None,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files; older reports in it are replaced.")] = (
        Path("report")
    ),
) -> None:
    """Write the report of a campaign: a page in English and Spanish, tables, and figures for programs."""
    from analytics.process import FILES, ReportDesk

    wanted = [name for name in FILES if Path(name).suffix[1:] in (formats or [*Format])]
    async with engine_of(context) as engine:
        desk = ReportDesk(
            engine.settings.database, engine.settings.data_dir / "reports", engine.time.clock, engine.store
        )
        with tempfile.TemporaryDirectory() as made, progress("Counting") as bar:
            await desk.make(campaign, view, Path(made), bar)
            _hand_over(Path(made), folder, wanted)
    for name in wanted:
        say(str(folder / name))


@command
async def report_correct(
    context: typer.Context,
    campaign: Annotated[int, typer.Argument(help="The campaign's number in `groundswell campaign list`.")],
    reason: Annotated[str, typer.Option(help="What was counted wrongly; readers see it on both editions.")],
) -> None:
    """Count the newest weekly edition anew and put it in its place; the old one stays and says so."""
    async with engine_of(context) as engine:
        made = await engine.editions.campaigns.correct(campaign, reason)
    say(f"Edition {made.number} stands in place of edition {made.corrects}.")


def _hand_over(made: Path, folder: Path, names: list[str]) -> None:
    """Each file arrives whole. Raises InvalidInput when the folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".arriving-", dir=folder) as arriving:
            for name in names:
                shutil.copy(made / name, arriving)
            for name in names:
                (Path(arriving) / name).replace(folder / name)
    except OSError as error:
        raise InvalidInput("The report cannot be written there.", "Choose another folder with --out.") from error
