"""The work that nobody asks for: the clock that finds what is due, jobs in the background, the lanes that send."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from campaign_engine.bootstrap import Engine
from campaign_engine.channels.web_push import WebPush
from campaign_engine.city_desk import open_feeds
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.jobs import Job
from campaign_engine.ports.processes import ANSWERS
from campaign_engine.queueing.ticker import AT_NIGHT, Ticker
from campaign_engine.services.jobs import Handler, Jobs
from campaign_engine.services.pace_sharing import PaceSharing
from campaign_engine.services.presence import EVERY_SECONDS, Presence
from campaign_engine.services.pushing import Pushing

log = logging.getLogger(__name__)

Run = Callable[[asyncio.Event], Awaitable[None]]

TICK_SECONDS = 1.0

OFTEN = {"own": 600, "editions": 600, "nudge": 60, "sundays": 120, "push": 20}
"""Seconds from one turn to the next: for whom a lesson or a word about their area is due, who is to be told that
something waits, which reach cards are due, and whether a new week needs its edition.
"""

AWAY_SECONDS = 2.0
"""Until the database is asked for jobs again."""

TURNS_SECONDS = 20.0
"""How often it is looked whether a new turn has begun, so that a turn is a little late where the database was away."""

RETENTION = "retention"
AUDIENCE = "audience"
CITY = "city"


class ProcessRole(StrEnum):
    """What a process is there for; on SQLite one process has all of them."""

    WEB = "web"
    BOTS = ANSWERS
    SCHEDULER = "scheduler"
    SENDER = "sender"


ALL_ROLES = tuple(ProcessRole)


async def send_own(engine: Engine) -> int:
    """Queue what the program writes by itself, from figures of this week; how many."""
    await engine.editions.areas.tick()
    return sum([await one.tick() for one in engine.own])


async def do_the_week(engine: Engine) -> int:
    """For who has no clock of jobs: `send_own`, and the editions of campaigns."""
    await engine.editions.campaigns.tick()
    return await send_own(engine)


def parts(engine: Engine, roles: Collection[ProcessRole] = ALL_ROLES) -> Mapping[str, Run]:
    """What runs until its event is set, by name: "clock"; "jobs", and a lane for each channel; "upkeep" everywhere."""
    wakes = {name: asyncio.Event() for name in engine.lanes} if ProcessRole.SENDER in roles else {}
    found: dict[str, Run] = {"upkeep": partial(_keep_up, engine, roles, wakes.values())}
    if ProcessRole.SCHEDULER in roles:
        found["clock"] = partial(_tell_the_time, engine, wakes.values())
    if ProcessRole.SENDER in roles:
        found["jobs"] = partial(_do_jobs, engine, wakes.values())
        found |= {f"lane {name}": partial(lane.run, wake=wakes[name]) for name, lane in engine.lanes.items()}
    return found


async def _keep_up(
    engine: Engine, roles: Collection[ProcessRole], wakes: Collection[asyncio.Event], stop: asyncio.Event
) -> None:
    """In every process: be seen, keep this machine's list of who has left (safety A1), share the platforms' limits."""
    ticker = Ticker()
    presence = Presence(engine.store, engine.time.clock, socket.gethostname(), ",".join(roles))
    ticker.add_often("presence", presence.tick, EVERY_SECONDS)
    ticker.add_daily("leavers", engine.store.keep_leavers)
    async with asyncio.TaskGroup() as group:
        if not engine.database.is_sqlite:
            with suppress(StoreUnavailable):  # then it is seen a little later, and sends as much later
                await presence.tick()
            accounts = {name: (engine.paces[name], lane) for name, lane in engine.lanes.items()}
            sharing = PaceSharing(engine.store, engine.time.clock, accounts, presence.process)
            ticker.add_often("paces", sharing.tick, TICK_SECONDS)
            group.create_task(sharing.run(stop, partial(_told, engine, wakes)))
        await _until(stop, ticker)
    with suppress(StoreUnavailable):  # then it is seen for a minute longer
        await presence.leave()


async def _told(engine: Engine, wakes: Collection[asyncio.Event]) -> AsyncGenerator[None]:
    """As the store tells; lanes of this process look at once, because something may go on."""
    async with aclosing(engine.store.lanes_told()) as words:
        async for _ in words:
            _wake(wakes)
            yield


async def _tell_the_time(engine: Engine, wakes: Collection[asyncio.Event], stop: asyncio.Event) -> None:
    """Only what is cheap and must be on time happens here; all else is put as a job."""
    clock, put = engine.time.clock, engine.jobs.put
    city = open_feeds(engine).week if engine.settings.open_data_sync else None

    async def tick() -> None:
        ticked = await engine.posting.tick(lambda occurrence: put(Job(AUDIENCE, occurrence)))
        if ticked.released or ticked.resumed:
            _wake(wakes)

    async def turns() -> None:
        now = clock()
        for name, seconds in OFTEN.items():
            await put(Job(name, turn=int(now.timestamp()) // seconds))
        await put(Job(RETENTION, turn=_night_of(now)))
        if city is not None:
            await put(Job(CITY, turn=city.night(now)))

    ticker = Ticker()
    ticker.add_often("tick", tick, TICK_SECONDS)
    ticker.add_often("turns", turns, TURNS_SECONDS)
    await _until(stop, ticker)


def _wake(lanes: Collection[asyncio.Event]) -> None:
    for wake in lanes:
        wake.set()


async def _until(stop: asyncio.Event, ticker: Ticker) -> None:
    ticker.start()
    try:
        await stop.wait()
    finally:
        await ticker.stop()


def _night_of(now: datetime) -> int:
    """Number of the day that begins with the nightly clean-up."""
    return (to_wall(now) - timedelta(hours=AT_NIGHT.hour, minutes=AT_NIGHT.minute)).toordinal()


async def _do_jobs(engine: Engine, wakes: Collection[asyncio.Event], stop: asyncio.Event) -> None:
    """What failed when the last process ended is put again, so that it is done or still seen to fail."""
    jobs = Jobs(engine.store, engine.time.clock, handlers(engine, wakes, stop))
    while not stop.is_set():
        try:
            async with engine.store.read() as work:
                failing = await work.jobs.failing()
            for job in failing:
                await engine.jobs.put(Job(job.name, job.about))
            await engine.jobs.run(stop, jobs.do)
        except StoreUnavailable:
            log.warning("jobs: the database is away, trying again")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AWAY_SECONDS)


def open_pushing(engine: Engine) -> Pushing:
    """Over the browsers' own services, by the key that follows from this installation's."""
    service = WebPush(engine.database.cipher.secret("web push"), engine.settings.site_url)
    return Pushing(engine.store, engine.time.clock, service)


def handlers(engine: Engine, wakes: Collection[asyncio.Event], stop: asyncio.Event) -> Mapping[str, Handler]:
    """Every job by name; those that queue messages wake the lanes of this process, the long one ends at `stop`."""

    def waking(handler: Handler) -> Handler:
        async def do(about: int) -> None:
            if await handler(about):
                _wake(wakes)

        return do

    pushing, city = open_pushing(engine), open_feeds(engine)
    return {
        AUDIENCE: waking(engine.posting.freeze),
        "own": waking(lambda _: send_own(engine)),
        "editions": lambda _: engine.editions.campaigns.tick(),
        "nudge": lambda _: engine.nudging.tick(),
        "push": lambda _: pushing.tick(),
        "sundays": lambda _: engine.sundays.tick(),
        CITY: lambda _: city.run(stop),
        RETENTION: lambda _: engine.retention.run(engine.time.clock()),
    }
