"""One process at a time has a lane; no death, stop or failing database loses or doubles a message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.services.delivering import DEAD_AFTER
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.deliveries import SqlDeliveriesRepository
from campaign_engine.store.unit_of_work import SqlStore, SqlUnitOfWork
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.sending import FailingStore, Stage, lane_of, opened
from tests.support.waiting import eventually

WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


async def test_one_process_at_a_time_has_the_lane(stage: Stage, channel: RecordingChannel) -> None:
    first, second = lane_of(stage, channel), lane_of(stage, channel)
    assert await first.take()
    assert not await second.take()
    assert await second.drain() == 0
    await first.release()
    assert await second.take()
    assert not await first.take()


async def test_what_a_dead_process_left_is_unconfirmed_and_its_late_results_change_nothing(
    stage: Stage, channel: RecordingChannel, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.people("1", "2")
    await stage.fire()
    channel.gate = asyncio.Event()
    frozen, other = await opened(stage, channel), RecordingChannel()
    draining = asyncio.create_task(frozen.drain())
    await channel.until_under_way(2)
    stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
    taker = await opened(stage, other)
    assert await stage.counts() == {"unconfirmed": 2}
    assert await taker.drain() == 0
    channel.gate.set()
    await draining
    assert await stage.counts() == {"unconfirmed": 2}
    assert "2 results came after the lane was taken over" in caplog.text
    assert not await frozen.take()


async def test_results_that_could_not_be_recorded_are_recorded_when_the_database_is_back(
    stage: Stage, channel: RecordingChannel
) -> None:
    await stage.people("1")
    await stage.fire()
    failing = FailingStore(stage.store)
    lane = lane_of(stage, channel, failing)
    assert await lane.take()
    failing.fails = ["", "before"]
    with pytest.raises(StoreUnavailable):
        await lane.drain()
    assert await stage.counts() == {"sending": 1}
    assert await lane.take()
    assert await stage.counts() == {"sent": 1}
    assert len(channel.calls) == 1


async def test_a_claim_whose_commit_was_lost_is_never_left_in_sending(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    await stage.fire()
    failing = FailingStore(stage.store)
    lane = lane_of(stage, channel, failing)
    assert await lane.take()
    failing.fails = ["after"]
    with pytest.raises(StoreUnavailable):
        await lane.drain()
    assert await lane.take()
    assert await stage.counts() == {"retrying": 1}, "it never left, because nobody heard of it"
    assert channel.calls == []
    assert await lane.drain() == 1
    assert await stage.counts() == {"sent": 1}
    assert {row.attempts for row in await stage.rows()} == {1}


@pytest.mark.parametrize("how", ["cancelled", "stopped"])
async def test_a_clean_stop_leaves_nothing_in_sending(stage: Stage, channel: RecordingChannel, how: str) -> None:
    await stage.people(*map(str, range(20)))
    await stage.fire()
    channel.gate, stop = asyncio.Event(), asyncio.Event()
    lane = lane_of(stage, channel)
    running = asyncio.create_task(lane.run(stop, asyncio.Event()))
    await channel.until_under_way(8)
    running.cancel() if how == "cancelled" else stop.set()
    await asyncio.sleep(0)
    channel.gate.set()
    await asyncio.wait([running])
    assert running.cancelled() is (how == "cancelled")
    assert await stage.counts() == {"sent": 8, "queued": 12}
    assert await lane_of(stage, channel).take()


async def test_a_running_lane_wakes_up_and_outlives_a_failing_database(stage: Stage, channel: RecordingChannel) -> None:
    await stage.people("1")
    failing, stop, wake = FailingStore(stage.store, ["before", "before"]), asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(lane_of(stage, channel, failing).run(stop, wake))
    await stage.fire()
    async with asyncio.timeout(60):
        while await stage.counts() != {"sent": 1}:
            wake.set()
            await asyncio.sleep(0.01)
    stop.set()
    await running


async def test_a_sign_of_life_of_a_lane_that_is_lost_meanwhile_brings_nothing_back(
    stage: Stage, channel: RecordingChannel
) -> None:
    class LosesIt(FailingStore):
        @asynccontextmanager
        async def write(self, **kind: bool) -> AsyncIterator[SqlUnitOfWork]:
            async with super().write(**kind) as work:
                yield work
            if beating:
                lane._lease.lose()

    beating = False
    lane = lane_of(stage, channel, LosesIt(stage.store))
    assert await lane.take()
    beating = True
    assert not await lane._lease.beat()
    beating = False
    assert await lane.take()
    assert lane.is_ours


@pytest.mark.postgres
async def test_one_who_thaws_and_one_who_takes_over_never_wait_for_each_other(
    postgres_url: str, cipher: AddressCipher, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgres_url, cipher)
    stage, channel = Stage(SqlStore(database), clock), RecordingChannel(gate=asyncio.Event())
    await stage.campaign()
    await stage.people("1", "2")
    await stage.fire()
    frozen, recorded, record = await opened(stage, channel), asyncio.Event(), SqlDeliveriesRepository.record

    async def record_slowly(repository: SqlDeliveriesRepository, *what: Any) -> int:
        number = await record(repository, *what)
        recorded.set()
        async with database.engine.connect() as watching:
            await watching.execution_options(isolation_level="AUTOCOMMIT")  # a transaction sees what it saw at first
            await eventually(lambda: watching.scalar(WAITING))
        return number

    draining = asyncio.create_task(frozen.drain())
    await channel.until_under_way(2)
    monkeypatch.setattr(SqlDeliveriesRepository, "record", record_slowly)
    stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
    assert channel.gate is not None
    channel.gate.set()
    await recorded.wait()
    monkeypatch.undo()
    assert await lane_of(stage, RecordingChannel()).take()
    await draining
    assert await stage.counts() == {"sent": 2}
    await database.close()
