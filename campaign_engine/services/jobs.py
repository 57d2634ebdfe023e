"""One job at work: what fails is noted for people to see, and done again after a pause that grows."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from campaign_engine.domain.errors import GroundswellError, StoreUnavailable
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.jobs import FailingJob, Job, TryAgain
from campaign_engine.ports.unit_of_work import Store

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0
"""Seconds; doubled at each failure in a row."""

log = logging.getLogger(__name__)

Handler = Callable[[int], Awaitable[object]]
"""Gets the row that the job is about."""


class Jobs:
    """Does them by name. Any number of these over one database."""

    def __init__(self, store: Store, clock: Clock, handlers: Mapping[str, Handler]) -> None:
        self._store = store
        self._clock = clock
        self._handlers = handlers

    async def do(self, job: Job) -> None:
        """Raises TryAgain and nothing else."""
        handler = self._handlers.get(job.name)
        try:
            if handler is None:
                raise GroundswellError("There is no such job.", code="unknown_job")
            await handler(job.about)
            await self._settled(job)
        except GroundswellError as error:
            code = error.code
        except Exception as error:  # noqa: BLE001 - one job must not end the others
            code = type(error).__name__
        else:
            return
        raise TryAgain(await self._failed(job, code))

    async def _settled(self, job: Job) -> None:
        async with self._store.read() as work:
            failed = await work.jobs.attempts(job)
        if failed:
            async with self._store.write() as work:
                await work.jobs.clear(job)

    async def _failed(self, job: Job, code: str) -> float:
        """Seconds until it is done again; the shortest where not even that can be noted."""
        pause = FIRST_PAUSE
        try:
            async with self._store.write() as work:
                attempts = await work.jobs.attempts(job) + 1
                pause = pause_after(attempts)
                now = self._clock()
                next_at = now + timedelta(seconds=pause)
                await work.jobs.note(FailingJob(job.name, job.about, attempts, code, now, next_at))
        except StoreUnavailable:
            log.warning("the database is away, so that a failure is not noted")
        log.error("the job %s failed (%s), again in %.0f s", job.key, code, pause)
        return pause


def pause_after(attempts: int) -> float:
    """Seconds after so many failures in a row."""
    return float(min(FIRST_PAUSE * 2 ** min(attempts - 1, 16), LONGEST_PAUSE))
