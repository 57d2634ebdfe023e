"""`groundswell db`: the database itself."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.files import check_new, new_file
from campaign_engine.cli.opening import explained, place, settings_of
from campaign_engine.cli.terminal import command, progress, say
from campaign_engine.domain.errors import ConfigurationError, InvalidInput, StoreUnavailable

if TYPE_CHECKING:
    from campaign_engine.store.database import Database

app = typer.Typer(help="Upgrade, check and back up the database.", no_args_is_help=True)

_PAGES = 1000


@app.command("upgrade")
@command
async def upgrade(context: typer.Context) -> None:
    """Bring the database to this version of the program: all steps or none."""
    from campaign_engine.store import migrate

    before, after = await _on_database(context, migrate.upgrade)
    if before is None:
        say(f"Made the tables, version {after}.")
    elif before == after:
        say(f"The database is at version {after}, the newest.")
    else:
        say(f"Upgraded from version {before} to {after}.")


@app.command("status")
@command
async def status(context: typer.Context) -> None:
    """Say which version the database is at."""
    from campaign_engine.store import migrate

    found, _ = await _on_database(context, migrate.current)
    say(f"Database {place(settings_of(context))}")
    if found is None:
        say("It is empty: run `groundswell init`.")
    elif found == migrate.newest():
        say(f"Version {found}, the newest.")
    else:
        say(f"Version {found}; this program needs {migrate.newest()}. `groundswell db upgrade` tells more.")


@app.command("url")
@command
def url(context: typer.Context) -> None:
    """Print which database is used, without its password."""
    import sqlalchemy as sa

    # A password may stand among the options too.
    say(sa.make_url(settings_of(context).database).set(query={}).render_as_string(hide_password=True))


@app.command("backup")
@command
async def backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="A new file, outside the data folder.")]
) -> None:
    """Copy a SQLite database while the program runs, and check the copy; the key is not in it."""
    from campaign_engine.bootstrap import check_exists, sqlite_file

    settings = settings_of(context)
    source = sqlite_file(settings)
    if source is None:
        raise InvalidInput("A PostgreSQL database has its own backups.", "Use pg_dump -Fc; see docs/operators.md.")
    check_exists(settings)
    check_new(file)
    with new_file(file) as beside, progress("Copying") as bar:
        await asyncio.to_thread(copy_database, source, beside, bar)
    say(f"Wrote {file}. Keep it 30 days at most, apart from the key file and its recovery sheet.")


def copy_database(source: Path, target: Path, bar: Callable[[int, int], None]) -> None:
    """Online: writers go on meanwhile. The copy is one file, without a write-ahead log beside it.

    Raises StoreUnavailable, and ConfigurationError when the source is damaged.
    """
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=_PAGES, progress=lambda _status, left, total: bar(total - left, total))
            copy.execute("PRAGMA journal_mode=DELETE")
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreUnavailable("The copy could not be made.", "Check that there is room, then try again.") from error
    if found != "ok":
        raise ConfigurationError("It is damaged, so no copy was kept.", "Go back to an older backup.")


async def _on_database(
    context: typer.Context, work: "Callable[[Database], Awaitable[str | None]]"
) -> tuple[str | None, str | None]:
    """The version before, and what `work` gives. Raises ConfigurationError for another key file's database."""
    from campaign_engine.bootstrap import check_exists
    from campaign_engine.store import migrate, ownership
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.database import Database

    settings = settings_of(context)
    check_exists(settings)
    with explained(settings):
        database = Database(settings.database, load_cipher(settings.key_file))
        try:
            before = await migrate.current(database)
            if before is not None:
                await ownership.claim(database)
            return before, await work(database)
        finally:
            await database.close()
