"""`groundswell db copy`: everything into another database, from SQLite to PostgreSQL or back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.files import OWNER_ONLY, cannot_be_written, check_new
from campaign_engine.cli.opening import check_stopped, explained, place, settings_of
from campaign_engine.cli.terminal import command, progress, say

if TYPE_CHECKING:
    from campaign_engine.settings import Settings
    from campaign_engine.store.copying import Bar, Copied
    from campaign_engine.store.database import Database

_TO = typer.Option("--to", metavar="URL", help="An empty PostgreSQL database, or a new SQLite file.")


@command
async def copy(context: typer.Context, to: Annotated[str, _TO]) -> None:
    """Copy everything into an empty database and compare it, table by table.

    Stopped in between, the same command goes on where it was; until it has ended, nothing uses the unfinished copy.
    """
    from campaign_engine.settings import load_settings

    source, target = settings_of(context), load_settings(context.obj, database_url=to)
    with progress("Copying") as bar:
        copied = await _copied(source, target, bar)
    if copied.there_before:
        say(f"Went on where an earlier run stopped: {copied.there_before} rows were there and are unchanged.")
    tables = len(copied.tables)
    say(f"Copied {copied.rows} rows of {tables} tables to {place(target)}; counts and hashes agree in every table.")
    say("Set GROUNDSWELL_DATABASE_URL to it everywhere, keep the key file, and run `groundswell doctor`.")
    say(f"Nothing reads {place(source)} any more then: remove it when all is well, with its backups after 30 days.")


async def _copied(source: "Settings", target: "Settings", bar: "Bar") -> "Copied":
    from campaign_engine.bootstrap import sqlite_file
    from campaign_engine.store.copying import copy, kept_still

    file = sqlite_file(target)
    with explained(source):
        async with _opened(source) as database, kept_still(database) as still:
            await check_stopped(database)
            if file is not None:
                _make_ready(file)
            async with _empty(target) as new:
                copied = await copy(still, new, bar)
                await new.scrub()
    return copied


def _make_ready(file: Path) -> None:
    """A new file that only its owner reads, or the unfinished copy that is there. Raises InvalidInput for another."""
    from campaign_engine.store.copying import may_be_copied_to

    if file.exists() and may_be_copied_to(file):
        return
    check_new(file)
    try:
        file.touch(OWNER_ONLY, exist_ok=False)
    except OSError as error:
        raise cannot_be_written(file) from error


@asynccontextmanager
async def _opened(settings: "Settings") -> "AsyncIterator[Database]":
    """The database that is there. Raises ConfigurationError for another version's or another key file's."""
    from campaign_engine.bootstrap import check, check_exists
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.database import Database

    check_exists(settings)
    database = Database(settings.database, load_cipher(settings.key_file))
    try:
        await check(database)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _empty(settings: "Settings") -> "AsyncIterator[Database]":
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.database import Database

    database = Database(settings.database, load_cipher(settings.key_file))
    try:
        with explained(settings):
            yield database
    finally:
        await database.close()
