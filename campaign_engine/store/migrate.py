"""Bring a database to the schema of this program: all steps or none, with nothing but the installed package."""

import functools
import re
from importlib.resources import as_file, files

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.store import fact_triggers, facts
from campaign_engine.store.compounds import COMPOUNDS
from campaign_engine.store.database import Database

_LOCK = 0x6D696772  # "migr": any number that nothing else locks
_MIGRATIONS = "campaign_engine.store.migrations"
AT = sa.table("alembic_version", sa.column("version_num"))
COPYING = "copying "
"""Before the version of a copy that is not finished, so that nothing takes it for a whole one."""
_STEP = re.compile(r'^(down_)?revision\b[^=]*= "(\w+)"', re.MULTILINE)


async def upgrade(database: Database) -> str:
    """The revision it ends at; nothing is done when it is there already.

    Two processes at once take turns. Raises ConfigurationError when a newer program made the database.
    """
    async with database.write(durable=True) as connection:
        return await upgrade_on(connection)


async def upgrade_on(connection: AsyncConnection) -> str:
    """The same within somebody's transaction."""
    if connection.dialect.name == "sqlite":
        return await connection.run_sync(_upgrade_sqlite)
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    return await connection.run_sync(_upgrade)


async def current(database: Database) -> str | None:
    """The revision a database is at, None for an empty one. Raises ConfigurationError for an unfinished copy."""
    async with database.read() as connection:
        return await connection.run_sync(_current)


@functools.cache
def newest() -> str:
    """The revision this program needs: the one that no other step follows.

    Read from the steps' text: a command that only asks whether all is well starts a tenth faster without Alembic.
    """
    steps = [step.read_text(encoding="utf-8") for step in (files(_MIGRATIONS) / "versions").iterdir() if step.is_file()]
    found = [line for step in steps for line in _STEP.finditer(step)]
    (last,) = {line[2] for line in found if not line[1]} - {line[2] for line in found if line[1]}
    return str(last)


def version_on(connection: sa.Connection) -> str | None:
    """What stands in the database, a copy that is not finished (store.copying) among it."""
    there = sa.inspect(connection).has_table(AT.name)
    return str(connection.scalars(sa.select(AT.c.version_num)).one()) if there else None


def _current(connection: sa.Connection) -> str | None:
    found = version_on(connection)
    if found is not None and found.startswith(COPYING):
        raise ConfigurationError(
            "This database is a copy that is not finished.",
            "Run the same `groundswell db copy` again: it goes on where it stopped.",
            "unfinished_copy",
        )
    return found


def _upgrade_sqlite(connection: sa.Connection) -> str:
    """SQLite alters no table that a trigger names, so this connection's go until it is done."""
    for compound in COMPOUNDS:
        connection.exec_driver_sql(compound.removal)
    revision = _upgrade(connection)
    for compound in COMPOUNDS:
        for statement in compound.setup:
            connection.exec_driver_sql(statement)
    return revision


def _upgrade(connection: sa.Connection) -> str:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    with as_file(files(_MIGRATIONS)) as folder:
        config = Config()
        # Alembic reads "%" in an option as the start of a reference.
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        before, kept = _current(connection), fact_triggers.installed(connection)
        if before != newest():
            fact_triggers.drop(connection)
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise ConfigurationError(
                "This database was made by a newer version of the program.",
                "Install that version, or restore the backup made before it.",
                "newer_database",
            ) from error
    if not fact_triggers.installed(connection):
        fact_triggers.install(connection)
    if before is not None and not kept:
        facts.rebuild_on(connection)
    return str(_current(connection))
