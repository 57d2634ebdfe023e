"""`groundswell pause --all` and `groundswell resume --all`: the kill switch of whoever runs the server (safety S3)."""

from typing import Annotated

import typer

from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import command, say
from campaign_engine.domain.errors import InvalidInput

_ALL = typer.Option("--all", help="Every message to everybody, on every channel.")


@command
async def pause(context: typer.Context, everything: Annotated[bool, _ALL] = False) -> None:
    """Stop every message that nobody asked for, at once; answers go on."""
    _check(everything, "pause")
    await _press(context, on=True)


@command
async def resume(context: typer.Context, everything: Annotated[bool, _ALL] = False) -> None:
    """Let everything go on; what is too late by now is not sent."""
    _check(everything, "resume")
    await _press(context, on=False)


def _check(everything: bool, verb: str) -> None:
    if not everything:
        raise InvalidInput(
            f"Say what to {verb}.", f"`groundswell {verb} --all`, or `groundswell campaign {verb} NUMBER` for one."
        )


async def _press(context: typer.Context, *, on: bool) -> None:
    from campaign_engine.services.kill_switch import KillSwitch

    async with engine_of(context) as engine:
        switch = KillSwitch(engine.time.clock)
        async with engine.store.write(durable=True) as work:
            reply = await (switch.press(work) if on else switch.lift(work))
        say(engine.renderer.reply(reply, "en").text)
