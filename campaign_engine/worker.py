"""The work that nobody asks for: the clock that finds what is due, the lanes that send, the nightly tidying."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.schedule import to_wall
from campaign_engine.queueing.ticker import Ticker

Run = Callable[[asyncio.Event], Awaitable[None]]

KEEP_INBOX = timedelta(days=30)
"""How long a post waits on the page (safety A5)."""


NUDGE_SECONDS = 60
"""How often the worker looks for somebody to be told that something waits."""

KEEP_LOOKS = timedelta(days=2)
"""Looks at sizes are counted by the day (safety K3)."""


def parts(engine: Engine) -> Mapping[str, Run]:
    """What runs until its event is set, by name: "clock", and a lane for each channel."""
    wakes = {name: asyncio.Event() for name in engine.lanes}

    async def tick() -> None:
        ticked = await engine.posting.tick()
        if ticked.frozen_people or ticked.frozen_rooms or ticked.released:
            for wake in wakes.values():
                wake.set()

    async def clock(stop: asyncio.Event) -> None:
        ticker = Ticker(tick)
        ticker.add_often("nudge", engine.nudging.tick, NUDGE_SECONDS)
        ticker.add_daily("tidy", lambda: tidy(engine))
        ticker.add_daily("leavers", engine.store.keep_leavers)
        ticker.start()
        try:
            await stop.wait()
        finally:
            await ticker.stop()

    lanes = {f"lane {name}": partial(lane.run, wake=wakes[name]) for name, lane in engine.lanes.items()}
    return {"clock": clock, **lanes}


async def tidy(engine: Engine) -> int:
    """Remove what has been kept long enough (safety A5); how many rows."""
    now = engine.time.clock()
    async with engine.store.write() as work:
        posts = await work.inbox.forget_old(now - KEEP_INBOX)
        looks = await work.audiences.forget_looks(to_wall(now - KEEP_LOOKS).date())
    return posts + looks + await engine.conversation.forget_old(now)
