"""Coarse work in the background, on both databases: once, again after a failure, and by another when a process dies."""

import asyncio
import hashlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from procrastinate.schema import SchemaManager

from campaign_engine.domain.errors import GroundswellError, StoreUnavailable
from campaign_engine.ports.jobs import Job, JobQueue, TryAgain
from campaign_engine.queueing.opening import open_jobs
from campaign_engine.queueing.postgres import PostgresJobs
from campaign_engine.services.jobs import FIRST_PAUSE, LONGEST_PAUSE, Jobs, pause_after
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.sending import FailingStore
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]

TAKEOVER = 3

KNOWN_SCHEMA = "c70ec4b400a60ad9"
"""Of the procrastinate that migration 0022 was written for: another one needs a migration of ours first."""

HANGS = """
import asyncio, sys
from campaign_engine.queueing.opening import open_jobs
async def hang(job):
    print(job.key, flush=True)
    await asyncio.Event().wait()
async def main():
    await open_jobs(sys.argv[1], 3).run(asyncio.Event(), hang)
asyncio.run(main())
"""


@dataclass
class Worker:
    """Does jobs and remembers them; the first `fails` of them fail, and while `gate` is shut they take their time."""

    queue: JobQueue
    fails: int = 0
    done: list[Job] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, job: Job) -> None:
        self.began.append(asyncio.get_running_loop().time())
        await self.gate.wait()
        if len(self.began) <= self.fails:
            raise TryAgain(1)
        self.done.append(job)

    async def until(self, count: int) -> None:
        await eventually(lambda: len(self.done) >= count)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.queue.run(stop, self.work))
        try:
            yield
        finally:
            stop.set()
            await task


@pytest.fixture
async def worker(database_url: str) -> AsyncIterator[Worker]:
    queue = open_jobs(database_url, TAKEOVER)
    made = Worker(queue)
    made.gate.set()
    yield made
    await queue.close()


async def test_a_job_is_done_once_however_often_it_is_put_and_each_turn_has_one(worker: Worker) -> None:
    for _ in range(3):
        await worker.queue.put(Job("audience", 5))
        await worker.queue.put(Job("nudge", turn=7))
    worker.gate.clear()
    async with worker.running():
        await eventually(lambda: len(worker.began) == 2)
        await worker.queue.put(Job("audience", 5))
        worker.gate.set()
        await worker.until(2)
        await worker.queue.put(Job("nudge", turn=7))
        await worker.queue.put(Job("audience", 6))
        await worker.until(3)
        await worker.queue.put(Job("nudge", turn=8))
        await worker.until(4)
    keys = sorted(job.key for job in worker.done)
    assert keys == ["audience:5", "audience:6", "nudge", "nudge"]


async def test_a_failed_job_is_done_again_after_its_pause_and_not_before(worker: Worker) -> None:
    worker.fails = 2
    async with worker.running():
        await worker.queue.put(Job("own"))
        await worker.until(1)
    first, second, third = worker.began
    assert second - first >= 0.9
    assert third - second >= 0.9


async def test_a_stop_waits_for_what_runs_and_begins_nothing_more(worker: Worker) -> None:
    worker.gate.clear()
    stop = asyncio.Event()
    running = asyncio.create_task(worker.queue.run(stop, worker.work))
    await worker.queue.put(Job("own"))
    await eventually(lambda: bool(worker.began))
    stop.set()
    await asyncio.sleep(0.1)
    assert not running.done()
    worker.gate.set()
    await running
    assert worker.done == [Job("own")]
    await worker.queue.put(Job("late"))
    assert worker.done == [Job("own")]


async def test_what_was_put_before_anybody_works_waits(worker: Worker) -> None:
    await worker.queue.put(Job("audience", 9))
    await asyncio.sleep(0)
    assert worker.done == []
    async with worker.running():
        await worker.until(1)


@pytest.mark.postgres
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_the_job_of_a_dead_or_frozen_process_is_done_by_another(postgres_url: str, how: signal.Signals) -> None:
    gone = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGS, postgres_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert gone.stdout is not None
    queues = [open_jobs(postgres_url, TAKEOVER) for _ in range(2)]
    await queues[0].put(Job("retention"))
    assert await asyncio.wait_for(gone.stdout.readline(), 60) == b"retention\n"
    gone.send_signal(how)
    died = asyncio.get_running_loop().time()
    taker, other = (Worker(queue) for queue in queues)
    taker.gate.set()
    other.gate.set()
    async with taker.running(), other.running():
        await eventually(lambda: bool(taker.done or other.done))
        assert asyncio.get_running_loop().time() - died < TAKEOVER * 2
        if how is signal.SIGSTOP:
            gone.send_signal(signal.SIGCONT)
            await asyncio.sleep(TAKEOVER / 2)
            gone.kill()
        await gone.wait()
    assert taker.done + other.done == [Job("retention")]
    for queue in queues:
        await queue.close()


@pytest.mark.postgres
async def test_a_job_whose_end_could_not_be_recorded_is_done_again(postgres_url: str, cipher: AddressCipher) -> None:
    """As when PostgreSQL goes away for a moment right then: its worker lives, so that no heartbeat is missing."""
    database = Database(postgres_url, cipher)
    worker = Worker(open_jobs(postgres_url, TAKEOVER))
    worker.gate.set()
    async with worker.running():
        await worker.queue.put(Job("own"))
        await worker.until(1)
        async with database.write() as connection:
            again = "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, worker_id)"
            values = """VALUES ('default', 'job', 'own', '{"name": "own", "about": 0}', 'doing', %s)"""
            number = await connection.scalar(sa.text("SELECT max(id) FROM procrastinate_workers"))
            await connection.exec_driver_sql(f"{again} {values}", (number,))
        await worker.until(2)
    await worker.queue.close()
    await database.close()


@pytest.mark.postgres
@pytest.mark.parametrize("question", ["prune_stalled_workers", "get_stalled_jobs"])
async def test_a_stop_ends_it_though_the_connection_pool_swallowed_a_cancellation(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """As Python 3.11's wait_for does when an answer and a cancellation meet; the processes of `worker` then hung."""
    queue = PostgresJobs(postgres_url, TAKEOVER)
    asked, stop = asyncio.Event(), asyncio.Event()

    async def swallows(*_: object, **__: object) -> list[object]:
        asked.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return []

    monkeypatch.setattr(queue._app.job_manager, question, swallows)
    running = asyncio.create_task(queue.run(stop, Worker(queue).work))
    await asked.wait()
    stop.set()
    async with asyncio.timeout(60):
        await running
    await queue.close()


async def test_without_a_database_a_queue_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaign_engine.queueing.postgres._CONNECT_SECONDS", 0.2)
    queue = open_jobs("postgresql://groundswell@127.0.0.1:1/nowhere", TAKEOVER)
    with pytest.raises(StoreUnavailable, match="background jobs"):
        await queue.put(Job("own"))
    await queue.close()


def test_the_tables_of_the_queue_are_those_that_our_migration_knows() -> None:
    assert hashlib.sha256(SchemaManager.get_schema().encode()).hexdigest().startswith(KNOWN_SCHEMA)


async def test_a_failing_job_is_noted_with_a_growing_pause_until_it_works(store: SqlStore, clock: FakeClock) -> None:
    errors: list[Exception] = [GroundswellError("no", code="away"), ValueError("somebody's address"), OSError()]

    async def handler(about: int) -> None:
        assert about == 3
        if errors:
            raise errors.pop(0)

    jobs, job = Jobs(store, clock, {"audience": handler}), Job("audience", 3)
    for attempts, code in ((1, "away"), (2, "ValueError"), (3, "OSError")):
        with pytest.raises(TryAgain) as again:
            await jobs.do(job)
        assert again.value.seconds == FIRST_PAUSE * 2 ** (attempts - 1)
        async with store.read() as work:
            (failing,) = await work.jobs.failing()
        assert (failing.name, failing.about, failing.attempts, failing.code) == ("audience", 3, attempts, code)
        assert failing.next_at == clock() + timedelta(seconds=again.value.seconds)
    await jobs.do(job)
    async with store.read() as work:
        assert await work.jobs.failing() == ()
    with pytest.raises(TryAgain):
        await jobs.do(Job("from a newer program"))
    assert pause_after(1000) == LONGEST_PAUSE


async def test_a_failure_that_cannot_be_noted_is_tried_again_all_the_same(
    store: SqlStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    async def handler(_about: int) -> None:
        raise StoreUnavailable("away")

    failing = FailingStore(store, ["before"])
    with pytest.raises(TryAgain) as again:
        await Jobs(failing, clock, {"own": handler}).do(Job("own"))
    assert again.value.seconds == FIRST_PAUSE
    assert "a failure is not noted" in caplog.text
