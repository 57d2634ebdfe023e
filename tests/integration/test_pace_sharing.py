"""Processes that write through one account know of each other's waits and leave each other room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from datetime import timedelta

import pytest

from campaign_engine import worker
from campaign_engine.bootstrap import Engine
from campaign_engine.domain.pacing import LIMITS
from campaign_engine.ports.clock import SYSTEM_TIME
from campaign_engine.ports.processes import ProcessSeen
from campaign_engine.services import pace_sharing
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.pace_sharing import PaceSharing
from campaign_engine.services.presence import EVERY_SECONDS, SILENT, Presence
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support.channels import RecordingChannel
from tests.support.cli import Cli
from tests.support.sending import Stage, lane_of, pace_of
from tests.support.waiting import eventually


class Process:
    """Writes to people as much as it may; on the stage's clock, from now on."""

    def __init__(self, stage: Stage, channel: RecordingChannel, roles: str) -> None:
        self.stage = stage
        self.began = stage.clock().timestamp()
        self.presence = Presence(stage.store, stage.clock, "maple", roles)
        self.pace = pace_of(stage)
        self.lane = lane_of(stage, channel, pace=self.pace)
        self.sharing = PaceSharing(
            stage.store, stage.clock, {"telegram": (self.pace, self.lane)}, self.presence.process
        )
        self.sent: list[float] = []

    async def tick(self, seconds: int) -> None:
        """What happens in its so manieth second."""
        if seconds % EVERY_SECONDS == 0:
            await self.presence.tick()
        await self.sharing.tick()

    def send(self) -> None:
        """Replies and broadcasts to everybody, until it must wait."""
        now = self.stage.clock().timestamp()
        for priority in (True, False):
            while self.pace._pacer.reserve(now, str(len(self.sent)), priority=priority) <= 0:
                self.sent.append(now)


async def live(processes: list[Process], seconds: int) -> None:
    """Each ticks once a second, at its own moment of it."""
    for second in range(seconds):
        for part in range(20):
            for number, process in enumerate(processes):
                if part == 7 * number % 20:
                    await process.tick(second)
            for process in processes:
                process.send()
            processes[0].stage.clock.advance(timedelta(seconds=0.05))


def most_in_a_second(*processes: Process) -> int:
    moments = sorted(moment for process in processes for moment in process.sent)
    return max(sum(first <= moment < first + 0.999 for moment in moments) for first in moments)


def rate(process: Process, seconds: int) -> float:
    """A second, in the last ones."""
    since = process.stage.clock().timestamp() - seconds
    return sum(moment >= since for moment in process.sent) / seconds


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_S7_processes_that_come_and_go_never_send_more_together_than_one_may(
    stage: Stage, channel: RecordingChannel
) -> None:
    whole = LIMITS["telegram"].overall
    assert whole is not None
    full = Process(stage, channel, "web,bots,scheduler,sender")
    assert await full.lane.take()
    await live([full], 4)
    assert rate(full, 3) >= 22, "alone it has everything at once"

    bots, web = Process(stage, channel, "bots"), Process(stage, channel, "web")
    await live([full, bots], 6)
    await live([full, bots, web], 10)
    assert [rate(process, 6) for process in (full, bots, web)] == pytest.approx([22, 2, 1], rel=0.2)
    assert most_in_a_second(full, bots, web) <= whole.count

    await full.lane.release()
    await full.presence.leave()
    next_one = Process(stage, channel, "bots,sender")
    assert await next_one.lane.take()
    await live([bots, web, next_one], 12)
    assert [rate(process, 6) for process in (bots, web, next_one)] == pytest.approx([2, 1, 22], rel=0.2)
    await live([bots, next_one], 10)  # one died, which the others take for sure after a minute
    before = rate(next_one, 6)
    stage.clock.advance(SILENT)
    await live([bots, next_one], 10)
    assert rate(next_one, 6) > before
    everybody = (full, bots, web, next_one)
    assert most_in_a_second(*everybody) <= whole.count


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_S7_who_is_not_seen_by_the_others_sends_nothing(stage: Stage, channel: RecordingChannel) -> None:
    hidden = Process(stage, channel, "bots")
    await hidden.sharing.tick()
    hidden.send()
    assert not hidden.sent
    assert await hidden.pace.until_free(0.3) > 0
    await hidden.presence.tick()
    await hidden.sharing.tick()
    assert await hidden.pace.until_free(0.3) == 0
    stage.clock.advance(SILENT + timedelta(seconds=1))  # it stood still
    await hidden.sharing.tick()
    hidden.send()
    assert not hidden.sent


async def test_S7_a_hold_of_one_process_holds_the_others(stage: Stage, channel: RecordingChannel) -> None:
    ours, theirs = Process(stage, channel, "bots"), Process(stage, channel, "bots")
    here, there = ours.pace, theirs.pace
    there.hold(90)
    await theirs.tick(0)
    await ours.tick(0)
    assert 89 <= here.held_for <= 90
    with_hold = await stage.held_until("telegram")
    await ours.tick(0)
    assert await stage.held_until("telegram") == with_hold
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


ME = ProcessSeen("me", "maple", "bots", SYSTEM_TIME.clock(), SYSTEM_TIME.clock())


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
            sharing = PaceSharing(store, time.clock, {"telegram": (pace, Idle())}, ME)
            group.create_task(sharing.run(stop, store.lanes_told))
        paces[0].hold(100)
        await eventually(lambda: 90 < paces[1].held_for <= 100)
        held = asyncio.create_task(paces[1].slot("1", priority=True))
        paces[1].hold(200)
        await eventually(lambda: 190 < paces[0].held_for <= 200)

        async with processes[0].database.write() as connection:
            listening = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN lanes'"
            listening += " AND datname = current_database()"
            assert len((await connection.exec_driver_sql(listening)).all()) == 2
        async with processes[0].write() as work:
            await work.lanes.hold("telegram", time.clock() + timedelta(seconds=300))
        await eventually(lambda: min(pace.held_for for pace in paces) > 290)
        assert not held.done(), "a reply that waited goes on waiting"
        held.cancel()
        stop.set()


@pytest.mark.postgres
async def test_S3_other_processes_hear_at_once_that_something_goes_on(processes: tuple[SqlStore, SqlStore]) -> None:
    now = SYSTEM_TIME.clock()
    async with aclosing(processes[0].lanes_told()) as words:
        await anext(words)
        async with processes[1].write() as work:
            await work.kill_switch.press(None, now)
            await work.kill_switch.lift(now)
        async with processes[1].write() as work:
            await work.kill_switch.settle(now)
        async with asyncio.timeout(30):
            await anext(words)


@pytest.mark.postgres
def test_S7_every_process_hears_of_holds_whatever_its_roles(postgres_cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "TICK_SECONDS", 3600.0)

    async def hear(engine: Engine) -> None:
        stop, wake, more = asyncio.Event(), asyncio.Event(), 60
        async with aclosing(worker._told(engine, [wake])) as words:
            await anext(words)
        assert wake.is_set(), "lanes look whether something goes on"
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
