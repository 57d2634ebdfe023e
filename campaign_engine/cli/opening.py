"""Settings and an engine for one command."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import typer

from campaign_engine.cli.loading import loading
from campaign_engine.domain.errors import ConfigurationError, Conflict, StoreUnavailable

if TYPE_CHECKING:
    from campaign_engine.bootstrap import Engine
    from campaign_engine.settings import Settings
    from campaign_engine.store.database import Database

_ALIVE = timedelta(minutes=1)
_NOT_OURS = ("SQLITE_NOTADB", "SQLITE_CORRUPT")


def settings_of(context: typer.Context) -> "Settings":
    """From --config and the environment. Raises ConfigurationError."""
    from campaign_engine.settings import load_settings

    return load_settings(context.obj)


@asynccontextmanager
async def engine_of(context: typer.Context) -> AsyncIterator["Engine"]:
    """Over the prepared database. Raises ConfigurationError, and StoreUnavailable that says which database it is."""
    with loading():
        from campaign_engine.bootstrap import open_engine

        settings = settings_of(context)
    with explained(settings):
        async with open_engine(settings) as engine:
            yield engine


@contextmanager
def explained(settings: "Settings") -> Iterator[None]:
    """Errors of the database in an operator's words, naming it without account and password."""
    try:
        yield
    except StoreUnavailable as error:
        if isinstance(error.__cause__, StoreUnavailable):
            raise  # it names another database already
        if getattr(getattr(error.__cause__, "orig", None), "sqlite_errorname", "") in _NOT_OURS:
            raise ConfigurationError(
                f"{place(settings)} is damaged or is no database.", "Restore it from a backup.", "broken_database"
            ) from error
        hint = f"Check that {place(settings)} is there, has room and can be opened with what DATABASE_URL says."
        raise StoreUnavailable(error.message, hint) from error


async def check_stopped(database: "Database") -> None:
    """Raise Conflict while a process works with it. An older version's may be asked too."""
    from campaign_engine.ports.clock import system_clock
    from campaign_engine.store import migrate
    from campaign_engine.store.unit_of_work import SqlStore

    now, knows_processes = system_clock(), await migrate.current(database) == migrate.newest()
    async with SqlStore(database).read() as work:
        states = await work.lanes.states()
        seen = await work.processes.seen(now - _ALIVE) if knows_processes else ()
    if seen or any(state.owner and state.heartbeat_at and now - state.heartbeat_at < _ALIVE for state in states):
        raise Conflict(
            "`groundswell up` or `worker` is running.", "Stop every process first, and wait a minute if one was killed."
        )


def place(settings: "Settings") -> str:
    """Which database it is: a file, or host and name; never account or password (safety A2)."""
    import sqlalchemy as sa

    url = sa.make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database or ''}"
