"""Of a bot's updates one process hears at a time; a dead or frozen one is taken over, and a thawed one lets go."""

import asyncio
from datetime import timedelta

import pytest

from bots.guard import Health, HealthBoard
from bots.standby import Standby
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.waiting import eventually

LEASE = timedelta(seconds=0.5)


class Bot:
    """Runs until it is told to stop; `error` ends it at once. Its writer is one more of these."""

    def __init__(self, error: Exception | None = None) -> None:
        self.running = self.closed = 0
        self.error = error

    async def close(self) -> None:
        self.closed += 1

    async def run(self, stop: asyncio.Event) -> None:
        self.running += 1
        try:
            if self.error is not None:
                raise self.error
            await stop.wait()
        finally:
            self.running -= 1


async def test_one_hears_and_another_takes_over(store: SqlStore) -> None:
    bots, boards, stops = [Bot(), Bot()], [HealthBoard(), HealthBoard()], [asyncio.Event(), asyncio.Event()]
    clocks, writers = [FakeClock(), FakeClock()], [Bot(), Bot()]
    first, second = (
        asyncio.create_task(Standby("telegram", bot, writer, board, (store, own, LEASE)).run(stop))
        for bot, writer, board, own, stop in zip(bots, writers, boards, clocks, stops, strict=True)
    )
    await eventually(lambda: bots[0].running + bots[1].running == 1)
    one, other = (0, 1) if bots[0].running else (1, 0)
    await eventually(lambda: boards[other].states.get("telegram") is Health.STANDBY)
    await eventually(lambda: (bots[other].running, writers[other].running, writers[one].running) == (0, 1, 0))

    clocks[other].advance(timedelta(hours=1))  # what the one writes from now on lies an hour back
    await eventually(lambda: bots[other].running == 1)
    await eventually(lambda: bots[one].running == 0 and writers[one].running == 1)
    await eventually(lambda: (bots[one].closed, writers[other].running) == (1, 0))

    clocks[one].advance(timedelta(hours=1))
    stops[other].set()
    await eventually(lambda: bots[one].running == 1)
    stops[one].set()
    await asyncio.gather(first, second)
    assert bots[0].running == bots[1].running == 0
    async with store.read() as work:
        assert [state.owner for state in await work.lanes.states()] == [""]


async def test_a_bot_that_cannot_run_leaves_its_place_to_another(store: SqlStore, clock: FakeClock) -> None:
    refused = Bot(ConfigurationError("Telegram does not know this token."))
    with pytest.raises(ConfigurationError):
        await Standby("telegram", refused, Bot(), HealthBoard(), (store, clock, LEASE)).run(asyncio.Event())
    stop, bot = asyncio.Event(), Bot()
    standby = Standby("telegram", bot, Bot(), HealthBoard(), (store, clock, LEASE))
    running = asyncio.create_task(standby.run(stop))
    await eventually(lambda: bot.running == 1)
    stop.set()
    await running
