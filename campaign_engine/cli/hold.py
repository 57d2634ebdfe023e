"""`groundswell hold` and `groundswell release`: stop what is planned for a precinct, and let go again (safety I1)."""

from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, say
from campaign_engine.domain.contact import Person, Role, RoleGrant
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.handle import OPERATOR

if TYPE_CHECKING:
    from campaign_engine.bootstrap import Engine
    from campaign_engine.ports.unit_of_work import UnitOfWork
    from campaign_engine.services.turn import Answer

_READER = Person(contact_id=0, handle=OPERATOR, grants=(RoleGrant(Role.SAFETY_LEAD),))
"""Reads timelines of every precinct; holds none, because a person stands behind each hold."""

_Precincts = Annotated[list[int] | None, typer.Argument(help="Precinct numbers, such as 73 75.")]
_As = Annotated[str, typer.Option("--as", help="Work handle of whoever does it.")]


@command
async def hold(
    context: typer.Context,
    precincts: _Precincts = None,
    handle: _As = "",
    timeline: Annotated[bool, typer.Option("--timeline", help="Show what was held and why instead.")] = False,
) -> None:
    """Hold precincts at once, or show what was held there."""
    numbers = tuple(dict.fromkeys(precincts or ()))
    async with engine_of(context) as engine:
        if timeline:
            await _show_timeline(engine, numbers)
            return
        _check(numbers, handle)
        async with engine.store.write() as work:
            done = await engine.incidents.hold(work, await _person(work, handle), numbers)
            await _log(engine, work, f"hold as {handle.lower()}", numbers)
        _print(engine, done)
        _say_who()


@command
async def release(context: typer.Context, precincts: _Precincts = None, handle: _As = "") -> None:
    """Ask for an early release, or agree to what somebody else asked; it takes two people."""
    numbers = tuple(dict.fromkeys(precincts or ()))
    _check(numbers, handle)
    async with engine_of(context) as engine:
        async with engine.store.write() as work:
            done = await engine.incidents.release(work, await _person(work, handle), numbers)
            await _log(engine, work, f"release as {handle.lower()}", numbers)
        _print(engine, done)
        _say_who()


def _check(precincts: tuple[int, ...], handle: str) -> None:
    if not precincts or not handle:
        raise InvalidInput(
            "Say which precincts, and who does it.",
            "For example: `groundswell hold 73 75 --as river7`, and the same with `release`.",
        )


async def _person(work: "UnitOfWork", handle: str) -> Person:
    contact_id = await work.holds.watcher(handle)
    if contact_id is None:
        raise NotFound("Nobody has this work handle.", "Use the handle that the person chose with their invite.")
    return Person(contact_id=contact_id, handle=handle.lower(), grants=await work.staff.grants(contact_id))


async def _log(engine: "Engine", work: "UnitOfWork", action: str, precincts: tuple[int, ...]) -> None:
    """Nobody proves here that they are who --as says, so the log tells that it was done from the server (safety R3)."""
    from campaign_engine.ports.planning import AuditEntry

    for precinct in precincts:
        await work.audit.append(AuditEntry(_READER.handle, action, f"precinct:{precinct}"), engine.time.clock())


def _say_who() -> None:
    say("The log says that the operator did this in their name: nobody proves here who --as is.")


async def _show_timeline(engine: "Engine", precincts: tuple[int, ...]) -> None:
    async with engine.store.read() as work:
        for precinct in precincts or (None,):
            _print(engine, await engine.incidents.timeline(work, _READER, precinct))


def _print(engine: "Engine", done: "Answer") -> None:
    for reply in done.replies:
        say(engine.renderer.reply(reply, "en").text)
