"""The work that nobody asks for: the clock that finds what is due, the lanes that send, the nightly clean-up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from campaign_engine.bootstrap import Engine
from campaign_engine.queueing.ticker import Ticker

OWN_SECONDS = 600
"""How often the worker looks for whom a lesson or a word about their area is due."""

Run = Callable[[asyncio.Event], Awaitable[None]]

NUDGE_SECONDS = 60
"""How often the worker looks for somebody to be told that something waits."""

SUNDAY_SECONDS = 120
"""How often the worker looks for reach cards that are due; outside of an hour and a half a week it asks nothing."""


async def send_own(engine: Engine) -> int:
    """Queue what the program writes by itself, from figures of this week; how many."""
    await engine.area_editions.tick()
    return sum([await one.tick() for one in engine.own])


def parts(engine: Engine) -> Mapping[str, Run]:
    """What runs until its event is set, by name: "clock", and a lane for each channel."""
    wakes = {name: asyncio.Event() for name in engine.lanes}

    async def tick() -> None:
        ticked = await engine.posting.tick()
        if ticked.frozen_people or ticked.frozen_rooms or ticked.released:
            for wake in wakes.values():
                wake.set()

    async def own() -> None:
        if await send_own(engine):
            for wake in wakes.values():
                wake.set()

    async def clock(stop: asyncio.Event) -> None:
        ticker = Ticker(tick)
        ticker.add_often("nudge", engine.nudging.tick, NUDGE_SECONDS)
        ticker.add_often("own", own, OWN_SECONDS)
        ticker.add_often("sundays", engine.sundays.tick, SUNDAY_SECONDS)
        ticker.add_daily("retention", lambda: engine.retention.run(engine.time.clock()))
        ticker.add_daily("leavers", engine.store.keep_leavers)
        ticker.start()
        try:
            await stop.wait()
        finally:
            await ticker.stop()

    lanes = {f"lane {name}": partial(lane.run, wake=wakes[name]) for name, lane in engine.lanes.items()}
    return {"clock": clock, **lanes}
