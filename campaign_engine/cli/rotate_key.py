"""`groundswell db rotate-key`: a new key for addresses, while nothing runs (safety A1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.files import new_file
from campaign_engine.cli.init import check_apart
from campaign_engine.cli.opening import check_stopped, explained, settings_of
from campaign_engine.cli.terminal import command, progress, say
from campaign_engine.domain.handle import OPERATOR

if TYPE_CHECKING:
    from campaign_engine.settings import Settings
    from campaign_engine.store.database import Database


@command
async def rotate_key(
    context: typer.Context,
    sheet: Annotated[Path, typer.Option(help="The new recovery sheet: a new file, outside the data folder.")],
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Make no new key: finish a rotation that was stopped.")
    ] = False,
) -> None:
    """Encrypt all addresses with a new key. Older keys stay in the key file: backups need them."""
    from campaign_engine.bootstrap import check_exists
    from campaign_engine.cli.recovery import sheet as sheet_of
    from campaign_engine.store.cipher import add_key, read_keys

    settings = settings_of(context)
    check_exists(settings)
    check_apart(settings, sheet)
    with explained(settings):
        async with _opened(settings) as before:
            await check_stopped(before)
        if not go_on:
            add_key(settings.key_file)
        with new_file(sheet) as beside:
            beside.write_text(sheet_of(read_keys(settings.key_file)), encoding="utf-8")
        say(f"Wrote {sheet}. Print it and delete the file; keep the old paper while you keep backups of before.")
        async with _opened(settings) as database:
            done = await _resealed(database)
    say(f"Addresses under the new key: {done}.")


@asynccontextmanager
async def _opened(settings: "Settings") -> "AsyncIterator[Database]":
    from campaign_engine.store import ownership
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.database import Database

    database = Database(settings.database, load_cipher(settings.key_file))
    try:
        await ownership.claim(database)
        yield database
    finally:
        await database.close()


async def _resealed(database: "Database") -> int:
    from campaign_engine.ports.clock import system_clock
    from campaign_engine.ports.planning import AuditEntry
    from campaign_engine.store.rotation import reseal
    from campaign_engine.store.unit_of_work import SqlStore

    with progress("Encrypting") as bar:
        done = await reseal(database, bar)
    async with SqlStore(database).write() as work:
        await work.audit.append(AuditEntry(OPERATOR, "rotate_key", "addresses"), system_clock())
    return done
