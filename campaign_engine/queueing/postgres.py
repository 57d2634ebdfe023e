"""Background jobs over PostgreSQL: any process puts them, any worker does them, and a dead one's are done by another.

procrastinate keeps the queue. What a killed worker was doing stays "doing" there: `_watch` finds it by the worker's
heartbeat and has it done again. The library is told to retry nothing but what TryAgain says.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import procrastinate
import psycopg
import psycopg_pool
from procrastinate import exceptions, jobs, retry
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.ports.jobs import Job, TryAgain, Work

log = logging.getLogger(__name__)

TASK = "job"
AT_ONCE = 4
"""Jobs of different keys that one process does."""

PATIENCE = 10.0
"""Seconds that what runs gets at a stop; what takes longer is given back and done by another process."""

_CONNECT_SECONDS = 5.0
_AWAY = (exceptions.ConnectorException, psycopg.Error)


class _AsSaid(retry.BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision:  # noqa: ARG002 - signature of procrastinate
        """At once where a stop cut it short."""
        seconds = exception.seconds if isinstance(exception, TryAgain) else 0
        return retry.RetryDecision(retry_in={"seconds": round(seconds)})


class PostgresJobs:
    """Implements ports.jobs.JobQueue. A worker that is silent for `takeover` seconds has lost its jobs."""

    def __init__(self, url: str, takeover: float) -> None:
        self._takeover = takeover
        # A process that freezes in the middle of a transaction keeps its locks no longer than its jobs.
        frozen = {"options": f"-c idle_in_transaction_session_timeout={round(takeover * 2000 / 3)}"}
        self._pool = psycopg_pool.AsyncConnectionPool(
            url, kwargs=frozen, min_size=0, max_size=AT_ONCE + 2, open=False, timeout=_CONNECT_SECONDS,
            check=psycopg_pool.AsyncConnectionPool.check_connection,
        )  # fmt: skip
        self._app = procrastinate.App(connector=procrastinate.PsycopgConnector())
        self._work: Work | None = None
        self._turns: dict[str, int] = {}
        self._doing: set[int] = set()
        self._workers: set[int | None] = set()
        self._unended: frozenset[int | None] = frozenset()
        self._task = self._app.task(name=TASK, pass_context=True, retry=_AsSaid())(self._do)
        self._opening = asyncio.Lock()

    async def put(self, job: Job) -> None:
        """See the port."""
        if job.turn and self._turns.get(job.key) == job.turn:
            return
        async with self._at_database():
            manager = self._app.job_manager
            if any(known.status in ("todo", "doing") for known in await manager.list_jobs_async(lock=job.key)):
                return
            said = self._task.configure(lock=job.key, task_kwargs={"name": job.name, "about": job.about})
            if not job.turn:
                await said.defer_async()
                return
            once = said.job.evolve(task_kwargs={**said.job.task_kwargs, "timestamp": job.turn})
            await manager.defer_periodic_job(job=once, periodic_id=job.key, defer_timestamp=job.turn)
            self._turns[job.key] = job.turn

    async def run(self, stop: asyncio.Event, work: Work) -> None:
        """See the port."""
        self._work = work
        self._doing.clear()
        over = asyncio.Event()
        async with self._at_database():
            worker = self._worker()
            working = asyncio.create_task(worker.run())  # type: ignore[no-untyped-call] # as procrastinate has it
            watching = asyncio.create_task(self._watch(over))
            stopping = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait((working, watching, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                # Said too, because Python's wait_for under psycopg's pool may swallow a cancellation.
                over.set()
                worker.stop()  # type: ignore[no-untyped-call]
                for task in (stopping, watching, working):
                    task.cancel()
                ended = await asyncio.gather(working, watching, return_exceptions=True)
            for error in ended:
                if isinstance(error, Exception):
                    raise error

    async def close(self) -> None:
        """See the port."""
        await self._pool.close()

    def _worker(self) -> Worker:
        """Stopped or cancelled, it finishes what it does or gives it back."""
        return Worker(
            self._app,
            concurrency=AT_ONCE,
            install_signal_handlers=False,
            fetch_job_polling_interval=min(2.0, self._takeover / 10),
            shutdown_graceful_timeout=PATIENCE,
            delete_jobs=DeleteJobCondition.SUCCESSFUL,
            update_heartbeat_interval=self._takeover / 6,
            stalled_worker_timeout=self._takeover * 10,
        )

    async def _do(self, context: procrastinate.JobContext, /, name: str, about: int, **_: object) -> None:
        number = context.job.id
        work = self._work
        if work is None or number is None:
            raise TryAgain(0)
        self._doing.add(number)
        self._workers.add(context.job.worker_id)
        try:
            await work(Job(name, about))
        finally:
            self._doing.discard(number)

    async def _watch(self, over: asyncio.Event) -> None:
        """Take over what is called "doing" and nobody does."""
        while not over.is_set():
            for job in await self._stranded():
                log.warning("the job %s is taken over from a process that does not answer", job.lock)
                try:
                    await self._app.job_manager.retry_job(job)
                except exceptions.ConnectorException:
                    continue  # another process was quicker
            with suppress(TimeoutError):
                async with asyncio.timeout(self._takeover / 10):
                    await over.wait()

    async def _stranded(self) -> Iterable[jobs.Job]:
        """Jobs of workers without a heartbeat, and own ones whose end could not be recorded."""
        manager = self._app.job_manager
        dead = await manager.get_stalled_jobs(seconds_since_heartbeat=self._takeover * 2 / 3)
        doing = await manager.list_jobs_async(status="doing")
        ours = {job.id: job for job in doing if job.worker_id in self._workers and job.id not in self._doing}
        left = [job for number, job in ours.items() if number in self._unended]
        self._unended = frozenset(ours) - {job.id for job in left}
        return (*dead, *left)

    @asynccontextmanager
    async def _at_database(self) -> AsyncIterator[None]:
        try:
            async with self._opening:
                if self._pool.closed:
                    await self._pool.open()
                    await self._app.connector.open_async(self._pool)
            yield
        except _AWAY as error:
            raise StoreUnavailable(
                "The queue of background jobs cannot be used right now.", "Check that PostgreSQL runs."
            ) from error
