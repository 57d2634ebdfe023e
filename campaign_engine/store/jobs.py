"""Background jobs that failed and did not succeed since."""

import sqlalchemy as sa

from campaign_engine.ports.jobs import FailingJob, Job
from campaign_engine.store.tables import failing_jobs
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert


class SqlJobsRepository(Transaction):
    """Implements ports.jobs.JobsRepository."""

    async def attempts(self, job: Job) -> int:
        """One statement."""
        return await self._connection.scalar(sa.select(failing_jobs.c.attempts).where(_of(job))) or 0

    async def note(self, failing: FailingJob) -> None:
        """One upsert."""
        changed = ("attempts", "code", "failed_at", "next_at")
        noted = upsert(self._connection, failing_jobs, change=changed).values(
            name=failing.name,
            about=failing.about,
            attempts=failing.attempts,
            code=failing.code[:64],
            failed_at=failing.failed_at,
            next_at=failing.next_at,
        )
        await self._connection.execute(noted)

    async def clear(self, job: Job) -> None:
        """One statement."""
        await self._connection.execute(failing_jobs.delete().where(_of(job)))

    async def failing(self) -> tuple[FailingJob, ...]:
        """One statement."""
        rows = await self._connection.execute(sa.select(failing_jobs).order_by(failing_jobs.c.attempts.desc()))
        return tuple(FailingJob(*row) for row in rows)


def _of(job: Job) -> sa.ColumnElement[bool]:
    return sa.and_(failing_jobs.c.name == job.name, failing_jobs.c.about == job.about)
