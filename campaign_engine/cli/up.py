"""`groundswell up` and `groundswell worker`: pages, bots, the clock and the lanes, in one process or in several."""

import asyncio
import signal
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli import loops
from campaign_engine.cli.loading import loading
from campaign_engine.cli.opening import explained, settings_of
from campaign_engine.cli.terminal import command, say
from campaign_engine.domain.errors import ConfigurationError, InvalidInput, StoreUnavailable
from campaign_engine.ports.clock import SYSTEM_TIME, Time

if TYPE_CHECKING:
    from campaign_engine.bootstrap import Engine, Wiring
    from campaign_engine.settings import Settings
    from campaign_engine.worker import ProcessRole

ROLES = "web,bots,scheduler,sender"
PATIENCE_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.5
_ROLES = typer.Option("--roles", help="What this process does; on PostgreSQL several processes may share the work.")
_PORT = typer.Option("--port", min=0, max=65535, help="In place of WEB_PORT; 0, or no pages, takes a free one.")


@command
def up(
    context: typer.Context,
    roles: Annotated[str, _ROLES] = ROLES,
    port: Annotated[int | None, _PORT] = None,
) -> None:
    """Run pages, bots with tokens, the clock and the lanes until Ctrl-C."""
    loops.run(_serve(context, roles, port))


@command
def worker(context: typer.Context, port: Annotated[int | None, _PORT] = None) -> None:
    """Send and do background jobs until Ctrl-C, beside other processes on the same PostgreSQL; any number of these."""
    loops.run(_serve(context, "sender", port))


async def _serve(context: typer.Context, roles: str, port: int | None) -> None:
    settings = settings_of(context)
    with explained(settings):
        await serve(settings, SYSTEM_TIME, roles, port)


async def serve(settings: "Settings", time: Time = SYSTEM_TIME, roles: str = ROLES, port: int | None = None) -> None:
    """Until SIGINT or SIGTERM; a part that fails is started again and stops nothing else.

    Raises InvalidInput for roles that do not exist, ConfigurationError for some of them on SQLite.
    """
    with loading():
        from bots.guard import Health, HealthBoard, supervise
        from campaign_engine.bootstrap import Wiring
        from campaign_engine.cli import logs, platforms
        from campaign_engine.cli.process import Process
        from campaign_engine.worker import ProcessRole

    chosen = _chosen(settings, roles)
    logs.set_up(settings)
    stop, board = asyncio.Event(), HealthBoard()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    found = platforms.open_platforms(settings)
    async with AsyncExitStack() as stack:
        engine = await _opened(stack, settings, Wiring(time, found.channels), stop)
        platforms.keep_file_ids(engine, found.channels)
        writers = found.accounts(engine, board, heard=False)
        accounts = found.accounts(engine, board, heard=True) if ProcessRole.BOTS in chosen else writers
        for account in accounts.values():
            stack.push_async_callback(account.close)
        for channel in found.channels:
            stack.push_async_callback(channel.close)
        process = Process(engine, board, chosen, port)
        parts = {**process.door(platforms.hooks(settings, accounts)), **process.work()}
        parts |= process.heard(accounts, writers)
        loops.leave_alone()
        async with asyncio.TaskGroup() as tasks:
            for name, run in parts.items():
                tasks.create_task(supervise(name, run, stop, board))
    if board.states[process.door_name] is Health.MISCONFIGURED:
        raise ConfigurationError(
            "The port could not be opened, so nothing was started.", board.notes[process.door_name]
        )
    say("Stopped.")


async def _opened(stack: AsyncExitStack, settings: "Settings", wiring: "Wiring", stop: asyncio.Event) -> "Engine":
    """A database server that is just starting, as after its machine's own start, is waited for a little.

    Raises ConfigurationError, StoreUnavailable.
    """
    from campaign_engine.bootstrap import open_engine, sqlite_file

    loop = asyncio.get_running_loop()
    last, told = loop.time() + PATIENCE_SECONDS, False
    while True:
        try:
            return await stack.enter_async_context(open_engine(settings, wiring))
        except StoreUnavailable:
            if sqlite_file(settings) is not None or stop.is_set() or loop.time() >= last:
                raise
        if not told:
            say(f"The database does not answer yet. Looking again for {PATIENCE_SECONDS:.0f} seconds.")
            told = True
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_AGAIN_SECONDS)


def _chosen(settings: "Settings", roles: str) -> "tuple[ProcessRole, ...]":
    from campaign_engine.bootstrap import sqlite_file
    from campaign_engine.worker import ProcessRole

    asked = {name.strip() for name in roles.split(",") if name.strip()}
    if unknown := asked - set(ProcessRole):
        raise InvalidInput(f"There is no role {', '.join(sorted(unknown))}.", f"The roles are {ROLES}.")
    if not asked:
        raise InvalidInput("No role is named.", f"The roles are {ROLES}.")
    chosen = tuple(role for role in ProcessRole if role in asked)
    if sqlite_file(settings) is not None and len(chosen) < len(ProcessRole):
        raise ConfigurationError(
            "On SQLite one process does everything: several would wait for each other.",
            "Run `groundswell up` without --roles, or move to PostgreSQL: see Several machines in docs/operators.md.",
            "one_process",
        )
    return chosen
