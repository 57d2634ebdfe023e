"""Background jobs of the one process on SQLite; what a process leaves undone at its death the next one's clock puts."""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.triggers.date import DateTrigger

from campaign_engine.ports.jobs import Job, TryAgain, Work
from campaign_engine.queueing.scheduling import Scheduler


class LocalJobs:
    """Implements ports.jobs.JobQueue. What is put before `run` begins waits for it."""

    def __init__(self) -> None:
        self._scheduler = Scheduler()
        self._turns: dict[str, int] = {}
        self._waiting: dict[str, Job] = {}
        self._work: Work | None = None

    async def put(self, job: Job) -> None:
        """See the port; turns are remembered in this process only."""
        if job.turn and self._turns.get(job.key) == job.turn:
            return
        if job.key not in self._waiting and not self._scheduler.has(job.key):
            self._turns[job.key] = job.turn
            self._begin(job)

    async def run(self, stop: asyncio.Event, work: Work) -> None:
        """See the port."""
        self._work = work
        self._scheduler.start()
        for job in self._waiting.values():
            self._begin(job)
        self._waiting.clear()
        try:
            await stop.wait()
        finally:
            self._work = None
            await self._scheduler.stop()
            self._scheduler = Scheduler()

    async def close(self) -> None:
        """Nothing was opened."""

    def _begin(self, job: Job, seconds: float = 0) -> None:
        work = self._work
        if work is None:
            self._waiting[job.key] = job
            return

        async def do() -> None:
            try:
                await work(job)
            except TryAgain as again:
                self._begin(job, again.seconds)

        self._scheduler.add(job.key, do, DateTrigger(datetime.now(UTC) + timedelta(seconds=seconds)))
