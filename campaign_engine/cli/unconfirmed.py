"""`groundswell campaign unconfirmed`: messages that may or may not have arrived, decided on by post (ADR 3)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import LARGEST_NUMBER, OPERATOR, add_row, command, day_and_time, out, say, table
from campaign_engine.domain.delivery import Decision
from campaign_engine.domain.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from campaign_engine.bootstrap import Engine
    from campaign_engine.ports.unconfirmed import Unsure

_Undo = Annotated[bool, typer.Option("--undo", help="With --resend or --leave: take that decision back.")]


@command
async def unconfirmed(  # noqa: PLR0913 - one option each
    context: typer.Context,
    campaign: Annotated[
        int | None, typer.Argument(max=LARGEST_NUMBER, help="The campaign's number; all of them without it.")
    ] = None,
    post: Annotated[
        int | None, typer.Option("--post", max=LARGEST_NUMBER, help="Only this post, by its number in the list.")
    ] = None,
    resend: Annotated[bool, typer.Option("--resend", help="Send them again; some people may get it twice.")] = False,
    leave: Annotated[bool, typer.Option("--leave", help="Leave them; some people may never get it.")] = False,
    undo: _Undo = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Count messages that may or may not have arrived, by post; they are never sent again by themselves."""
    decision = _decision(resend=resend, leave=leave, undo=undo, campaign=campaign)
    async with engine_of(context) as engine:
        if decision is not None and undo and campaign is not None:
            await _undo(engine, campaign, post, decision)
            return
        async with engine.store.read() as work:
            if campaign is not None:
                await work.campaigns.get(campaign)
            found = [
                one for one in await work.unconfirmed.groups(engine.time.clock(), campaign) if _is_meant(one, post)
            ]
        _show(found)
        if decision is not None and campaign is not None:
            await _decide(engine, campaign, found, decision, yes=yes)


def _decision(*, resend: bool, leave: bool, undo: bool, campaign: int | None) -> Decision | None:
    if resend and leave:
        raise InvalidInput("Choose --resend or --leave, not both.")
    if undo and not (resend or leave):
        raise InvalidInput("Say what to take back: --resend --undo, or --leave --undo.")
    if not resend and not leave:
        return None
    if campaign is None:
        raise InvalidInput("Name one campaign to decide about.", "The list without a number shows which have some.")
    return Decision.RESEND if resend else Decision.LEAVE


async def _decide(engine: "Engine", campaign: int, found: "Sequence[Unsure]", decision: Decision, *, yes: bool) -> None:
    meant = [one for one in found if decision is Decision.LEAVE or one.until is not None]
    total = sum(one.messages for one in meant)
    if found and not meant:
        say("All of them are too late to send again. `--leave` closes the question.")
    if not meant:
        return
    from campaign_engine.services.unconfirmed import Unconfirmed

    if not yes and not typer.confirm(f"{'Send' if decision is Decision.RESEND else 'Leave'} {total} of them?"):
        say("Nothing was changed.")
        return
    decider, decided, leaves = Unconfirmed(engine.time.clock), 0, None
    async with engine.store.write() as work:
        for post in sorted({one.post_id for one in meant}):
            some, leaves = await decider.decide(work, OPERATOR, campaign, post, decision)
            decided += some
    again = f" They leave from {day_and_time(leaves)} on." if leaves and decision is Decision.RESEND else ""
    said = "to be sent again" if decision is Decision.RESEND else "left"
    say(f"{decided} are {said}.{again} To take it back: the same with --undo.")


async def _undo(engine: "Engine", campaign: int, post: int | None, decision: Decision) -> None:
    from campaign_engine.services.unconfirmed import Unconfirmed

    async with engine.store.write() as work:
        numbers = [one.id for one in (await work.campaigns.get(campaign)).posts if post in (None, one.id)]
        undone = 0
        for number in numbers:
            undone += await Unconfirmed(engine.time.clock).undo(work, OPERATOR, campaign, number, decision)
    if not undone:
        raise NotFound("There is nothing to take back.", "What was sent again and has left stays as it is.")
    say(f"{undone} wait for a decision again.")


def _is_meant(one: "Unsure", post: int | None) -> bool:
    return post is None or one.post_id == post


def _show(found: "Sequence[Unsure]") -> None:
    if not found:
        say("Nothing is unconfirmed.")
        return
    shown = table("campaign", "post", "channel", "to", "unconfirmed", "may be sent again")
    for one in found:
        until = f"until {day_and_time(one.until)}" if one.until is not None else "no, too late"
        add_row(
            shown, *(one.campaign_id, one.post_id, one.lane), "rooms" if one.is_room else "people", one.messages, until
        )
    out.print(shown)
