"""Which queue fits a database."""

import sqlalchemy as sa

from campaign_engine.ports.jobs import JobQueue
from campaign_engine.queueing.local import LocalJobs


def open_jobs(url: str, takeover: float) -> JobQueue:
    """Nothing is connected yet. `takeover` is how many seconds a process may be silent."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return LocalJobs()
    from campaign_engine.queueing.postgres import PostgresJobs

    return PostgresJobs(parsed.set(drivername="postgresql").render_as_string(hide_password=False), takeover)
