"""The real APScheduler in the event loop: it only asks what is due, so that any number of them may tick."""

import asyncio
import logging
from datetime import time, timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.schedule import to_wall
from campaign_engine.queueing.scheduling import Work
from campaign_engine.queueing.ticker import Ticker
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.sending import Stage


def ticker_of(tick: Work, seconds: float) -> Ticker:
    ticker = Ticker()
    ticker.add_often("tick", tick, seconds)
    return ticker


class Ticks:
    """Counts its calls and what runs at once; `errors` are raised one after the other."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.count = 0
        self.running = 0
        self.most_running = 0
        self.gate: asyncio.Event | None = None
        self._more = asyncio.Event()

    async def __call__(self) -> None:
        self.count += 1
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self._more.set()
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.errors:
                raise self.errors.pop(0)
        finally:
            self.running -= 1

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60):
            while self.count < count:
                self._more.clear()
                await self._more.wait()


async def test_it_ticks_again_and_again_until_it_is_stopped() -> None:
    ticks = Ticks()
    ticker = ticker_of(ticks, 0.02)
    ticker.start()
    await ticks.until(5)
    await ticker.stop()
    count = ticks.count
    await asyncio.sleep(0.1)
    assert ticks.count == count
    await ticker.stop()


async def test_A2_a_failed_tick_is_named_by_its_type_and_is_not_the_last(caplog: pytest.LogCaptureFixture) -> None:
    ticks = Ticks(StoreUnavailable("away"), ValueError("somebody's address"))
    ticker = ticker_of(ticks, 0.02)
    ticker.start()
    await ticks.until(4)
    await ticker.stop()
    assert "tick failed (store_unavailable)" in caplog.text
    assert "tick failed (ValueError)" in caplog.text
    assert "address" not in caplog.text


async def test_a_slow_tick_is_alone_and_a_stop_waits_for_its_end() -> None:
    ticks = Ticks()
    ticks.gate = asyncio.Event()
    ticker = ticker_of(ticks, 0.01)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every tick that was left out
    ticker.start()
    await ticks.until(1)
    await asyncio.sleep(0.1)
    stopping = asyncio.create_task(ticker.stop())
    await asyncio.sleep(0.02)
    assert not stopping.done()
    ticks.gate.set()
    await stopping
    assert (ticks.count, ticks.most_running, ticks.running) == (1, 1, 0)


async def test_daily_work_is_done_at_the_start_too() -> None:
    ticks, nightly = Ticks(), Ticks()
    ticker = ticker_of(ticks, 0.02)
    ticker.add_daily("housekeeping", nightly, time(4, 30))
    ticker.start()
    await nightly.until(1)
    await ticks.until(3)
    await ticker.stop()
    assert nightly.count == 1


async def test_two_clocks_over_one_database_open_each_occurrence_once(store: SqlStore, clock: FakeClock) -> None:
    stage = Stage(store, clock)
    await stage.campaign(approved_before=timedelta(minutes=5))
    await stage.people("1", "2")
    await stage.room("-100")
    ticks = [Ticks(), Ticks()]

    def ticker(number: int) -> Ticker:
        posting = Posting(store, clock)

        async def tick() -> None:
            await posting.tick()
            await ticks[number]()

        return ticker_of(tick, 0.2)

    tickers = [ticker(0), ticker(1)]
    for one in tickers:
        one.start()
    for counted in ticks:
        await counted.until(8)
    for one in tickers:
        await one.stop()
    async with store.database.read() as connection:
        walls = (await connection.execute(sa.select(tables.occurrences.c.wall_time))).scalars().all()
    assert walls == [to_wall(clock())]
    assert await stage.counts() == {"queued": 3}
