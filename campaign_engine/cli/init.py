"""`groundswell init`: everything that must be there before the first start."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.files import check_new, new_file
from campaign_engine.cli.opening import explained, place, settings_of
from campaign_engine.cli.terminal import command, say
from campaign_engine.domain.errors import ConfigurationError, InvalidInput

if TYPE_CHECKING:
    from campaign_engine.settings import Settings

_NEXT = """
Next:
  1. groundswell init --sheet FILE        a recovery sheet for the key: print it, keep it apart from backups
  2. groundswell invite organizer         and groundswell invite approver: two different people (see docs/operators.md)
  3. set GROUNDSWELL_TELEGRAM_TOKEN and GROUNDSWELL_DISCORD_TOKEN for the bots you want; the page needs none
  4. groundswell doctor                   checks all of it
  5. groundswell up"""


@command
async def init(
    context: typer.Context,
    sheet: Annotated[Path | None, typer.Option(help="Write the key's recovery sheet to this new file.")] = None,
    restore: Annotated[Path | None, typer.Option(help="Make the key file from the rows of a recovery sheet.")] = None,
) -> None:
    """Make the data folder, the key file and the database with the shipped precincts; what is there stays."""
    settings = settings_of(context)
    if sheet is not None:
        check_apart(settings, sheet)
    if restore is not None:
        _restore(settings, restore)
    with explained(settings):
        await _prepare(settings)
    if sheet is not None:
        _write_sheet(settings, sheet)
    else:
        say(_NEXT)


async def _prepare(settings: "Settings") -> None:
    from campaign_engine.bootstrap import prepare

    had_folder = settings.data_dir.is_dir()
    before = await _revision(settings)
    new_key = await prepare(settings)
    say(f"Data folder  {_made(not had_folder)}  {settings.data_dir}")
    say(f"Key file     {_made(new_key)}  {settings.key_file}")
    say(f"Database     {_made(before is None)}  {place(settings)}")


async def _revision(settings: "Settings") -> str | None:
    """None where there is nothing yet. Raises ConfigurationError for a database that needs `db upgrade` first."""
    from campaign_engine.bootstrap import sqlite_file
    from campaign_engine.store import migrate
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.database import Database

    file = sqlite_file(settings)
    if not settings.key_file.exists() or (file is not None and not file.exists()):
        return None
    database = Database(settings.database, load_cipher(settings.key_file))
    try:
        found = await migrate.current(database)
    finally:
        await database.close()
    if found not in (None, migrate.newest()):
        raise ConfigurationError(
            "The database was made by another version of the program.",
            "Make a backup, then run `groundswell db upgrade`.",
            "old_database",
        )
    return found


def _made(new: bool) -> str:
    return "made         " if new else "there already"


def check_apart(settings: "Settings", sheet: Path) -> None:
    """Raise InvalidInput: beside the database the sheet would open it for whoever takes the folder (safety A1)."""
    check_new(sheet)
    if sheet.resolve().is_relative_to(settings.data_dir.resolve()):
        raise InvalidInput(
            "The sheet would lie inside the data folder.", "Write it anywhere else, print it, delete it."
        )


def _write_sheet(settings: "Settings", path: Path) -> None:
    from campaign_engine.cli.recovery import sheet
    from campaign_engine.store.cipher import read_keys

    with new_file(path) as beside:
        beside.write_text(sheet(read_keys(settings.key_file)), encoding="utf-8")
    say(f"\nWrote {path}. Print it, keep the paper apart from backups and computer, then delete the file.")


def _restore(settings: "Settings", path: Path) -> None:
    from campaign_engine.cli.recovery import read_sheet
    from campaign_engine.store.cipher import create_key_file

    if settings.key_file.exists():
        raise InvalidInput("There is a key file already.", "Move it away first if it is the wrong one.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name} cannot be read.", "Give a text file with the rows of the sheet.") from error
    create_key_file(settings.key_file, read_sheet(text))
