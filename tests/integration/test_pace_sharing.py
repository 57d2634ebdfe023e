"""Processes that write through one account know of each other's waits and leave each other room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from campaign_engine import worker
from campaign_engine.bootstrap import Engine
from campaign_engine.domain.pacing import LIMITS
from campaign_engine.ports.clock import SYSTEM_TIME
from campaign_engine.services import pace_sharing
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.pace_sharing import PaceSharing
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.channels import RecordingChannel
from tests.support.cli import Cli
from tests.support.sending import Stage, lane_of, pace_of
from tests.support.waiting import eventually


async def replies_in_ten_seconds(pace: LanePace, stage: Stage) -> int:
    ends, count = stage.clock().timestamp() + 10, 0
    while True:
        await pace.slot(str(count), priority=True)
        if stage.clock().timestamp() >= ends:
            return count
        count += 1


async def test_S7_a_hold_of_one_process_holds_the_others_and_replies_take_what_broadcasts_leave(
    stage: Stage, channel: RecordingChannel
) -> None:
    lane, idle = lane_of(stage, channel), lane_of(stage, channel)
    here, there = pace_of(stage), pace_of(stage)
    ours = PaceSharing(stage.store, stage.clock, {"telegram": (here, lane)})
    theirs = PaceSharing(stage.store, stage.clock, {"telegram": (there, idle)})
    await theirs.tick()
    assert 240 <= await replies_in_ten_seconds(there, stage) <= 251
    assert await lane.take()
    await ours.tick()
    await theirs.tick()
    assert 240 <= await replies_in_ten_seconds(here, stage) <= 251
    assert 45 <= await replies_in_ten_seconds(there, stage) <= 51

    there.hold(90)
    await theirs.tick()
    await ours.tick()
    assert 89 <= here.held_for <= 90
    with_hold = await stage.held_until("telegram")
    await ours.tick()
    assert await stage.held_until("telegram") == with_hold
    await lane.release()
    await theirs.tick()
    there.hold(0)
    assert there.held_for > 80


@pytest.fixture
async def processes(postgres_url: str, cipher: AddressCipher) -> AsyncIterator[tuple[SqlStore, SqlStore]]:
    async with AsyncExitStack() as stack:
        databases = [Database(postgres_url, cipher) for _ in range(2)]
        for database in databases:
            stack.push_async_callback(database.close)
        yield SqlStore(databases[0]), SqlStore(databases[1])


class Idle:
    is_ours = False


@pytest.mark.postgres
async def test_S7_a_hold_is_heard_in_other_processes_when_it_is_committed_and_not_at_their_next_look(
    processes: tuple[SqlStore, SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody ticks here."""
    monkeypatch.setattr(pace_sharing, "AWAY_SECONDS", 0.01)
    time = SYSTEM_TIME
    paces = [LanePace(LIMITS["telegram"], time.monotonic, time.sleep) for _ in processes]
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for store, pace in zip(processes, paces, strict=True):
            sharing = PaceSharing(store, time.clock, {"telegram": (pace, Idle())})
            group.create_task(sharing.run(stop, store.holds_told))
        paces[0].hold(100)
        await eventually(lambda: 90 < paces[1].held_for <= 100)
        held = asyncio.create_task(paces[1].slot("1", priority=True))
        paces[1].hold(200)
        await eventually(lambda: 190 < paces[0].held_for <= 200)

        async with processes[0].database.write() as connection:
            listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN lane_holds'"
            listening += " AND datname = current_database()"
            assert len((await connection.exec_driver_sql(listening)).all()) == 2
        async with processes[0].write() as work:
            await work.lanes.hold("telegram", time.clock() + timedelta(seconds=300))
        await eventually(lambda: min(pace.held_for for pace in paces) > 290)
        assert not held.done(), "a reply that waited goes on waiting"
        held.cancel()
        stop.set()


@pytest.mark.postgres
def test_S7_every_process_hears_of_holds_whatever_its_roles(postgres_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "TICK_SECONDS", 3600.0)

    async def hear(engine: Engine) -> None:
        stop, more = asyncio.Event(), 60
        running = asyncio.ensure_future(worker.parts(engine, [worker.ProcessRole.WEB])["upkeep"](stop))
        for least in (100, 500):  # the first one may be seen by a look at the start

            async def heard(least: int = least) -> bool:
                """A little longer each time, because it may not listen yet."""
                nonlocal more
                more += 1
                async with engine.store.write() as work:
                    await work.lanes.hold("web", engine.time.clock() + timedelta(seconds=least + more))
                return engine.paces["web"].held_for > least

            await eventually(heard)
        stop.set()
        await running

    postgres_cli.within(hear)
