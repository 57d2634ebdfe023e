"""`groundswell db restore`: a backup takes the database's place without bringing back who has left (safety A1)."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.db import copy_database
from campaign_engine.cli.opening import check_stopped, engine_of, explained, settings_of
from campaign_engine.cli.terminal import command, progress, say
from campaign_engine.domain.errors import ConfigurationError, InvalidInput, StoreUnavailable
from campaign_engine.domain.handle import OPERATOR

if TYPE_CHECKING:
    from campaign_engine.settings import Settings
    from campaign_engine.store.leavers import Leaver

_LOGS = ("-wal", "-shm")


@command
async def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `groundswell db backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the database's place; who deleted or stopped since stays away. The old one is set aside."""
    from campaign_engine.bootstrap import sqlite_file

    settings = settings_of(context)
    live = sqlite_file(settings)
    if live is None:
        raise InvalidInput("A PostgreSQL database has its own backups.", "Use pg_restore; see docs/operators.md.")
    aside = live.with_name(f"{live.name}.before-restore")
    is_there = _check(file, live, aside)
    if not yes and not typer.confirm("Put this backup in the database's place?"):
        say("Nothing was changed.")
        return
    left = await _leavers(settings, is_there=is_there)
    with tempfile.TemporaryDirectory(dir=live.parent, prefix=".restoring-") as folder, progress("Copying") as bar:
        ready = Path(folder) / live.name
        removed = await _ready(settings, file, ready, left, bar)
        _swap(live, aside, ready)
    say(f"Restored. People who had left since and were removed again: {removed}.")
    if aside.exists():
        say(f"The database before it is {aside}: remove that file when all is well.")


def _check(file: Path, live: Path, aside: Path) -> bool:
    """Whether there is a database to be replaced."""
    if not file.is_file():
        raise InvalidInput(f"{file.name} cannot be opened.", "Check the name and that you may read it.")
    if not live.parent.is_dir():
        raise InvalidInput("There is no data folder.", "Check GROUNDSWELL_DATA_DIR, or run `groundswell init`.")
    if aside.exists():
        raise InvalidInput(f"{aside.name} is left from an earlier restore.", "Remove it when all is well.")
    return live.exists()


@command
async def replay_leavers(context: typer.Context) -> None:
    """After PostgreSQL's own restore: remove or stop again everybody on the list of leavers."""
    from campaign_engine.ports.planning import AuditEntry
    from campaign_engine.store.leavers import replay

    settings = settings_of(context)
    async with engine_of(context) as engine:
        left = _listed(settings)
        removed = await replay(engine.database, left)
        async with engine.store.write() as work:
            await work.audit.append(AuditEntry(OPERATOR, "restore", "leavers"), engine.time.clock())
    say(f"On the list: {len({leaver.address_hash for leaver in left})}. Removed again: {removed}.")


async def _leavers(settings: "Settings", *, is_there: bool) -> "tuple[Leaver, ...]":
    """From the list outside the database, and from the database that is there, where it can be read."""
    listed = _listed(settings)
    if not listed and not settings.leavers.exists():
        say(f"There is no list of leavers at {settings.leavers}.")
    if not is_there:
        say(f"There is no database any more; the list of leavers has {len(listed)} entries.")
        return listed
    try:
        return (*listed, *await _away(settings))
    except StoreUnavailable:
        say(f"The database cannot be read any more; the list of leavers has {len(listed)} entries.")
        return listed


def _listed(settings: "Settings") -> "tuple[Leaver, ...]":
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.leavers_file import LeaversFile

    return LeaversFile(settings.leavers, load_cipher(settings.key_file).fingerprint()).read()


async def _away(settings: "Settings") -> "tuple[Leaver, ...]":
    """From the database that is there, whatever its version. Raises Conflict while a process works with it."""
    from campaign_engine.store import ownership
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.database import Database
    from campaign_engine.store.leavers import leavers

    database = Database(settings.database, load_cipher(settings.key_file))
    try:
        await ownership.claim(database)
        await check_stopped(database)
        return await leavers(database)
    finally:
        await database.close()


async def _ready(
    settings: "Settings", file: Path, ready: Path, left: "tuple[Leaver, ...]", bar: Callable[[int, int], None]
) -> int:
    """A checked copy of the backup at this program's version, without those who left; how many were removed."""
    from campaign_engine.ports.clock import system_clock
    from campaign_engine.ports.planning import AuditEntry
    from campaign_engine.store import migrate, ownership
    from campaign_engine.store.cipher import load_cipher
    from campaign_engine.store.database import Database
    from campaign_engine.store.leavers import replay
    from campaign_engine.store.unit_of_work import SqlStore

    await asyncio.to_thread(copy_database, file, ready, bar)
    database = Database(f"sqlite:///{ready}", load_cipher(settings.key_file))
    try:
        with explained(settings):
            if await migrate.current(database) is None:
                raise ConfigurationError(f"{file.name} is no backup of Groundswell.", "Give another file.")
            await ownership.claim(database)
            await migrate.upgrade(database)
            removed = await replay(database, left)
            async with SqlStore(database).write() as work:
                await work.audit.append(AuditEntry(OPERATOR, "restore", "database"), system_clock())
    finally:
        await database.close()
    return removed


def _swap(live: Path, aside: Path, ready: Path) -> None:
    """The log of changes beside the old database goes with it, or the new one would be read through it."""
    try:
        for name in ("", *_LOGS):
            old = live.with_name(live.name + name)
            if old.exists():
                old.rename(aside.with_name(aside.name + name))
        ready.rename(live)
    except OSError as error:
        raise StoreUnavailable(
            "The backup could not be put in place.", f"The database before it is {live.name} or {aside.name}."
        ) from error
