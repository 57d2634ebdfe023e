"""Fires often and asks the database what is due; never the truth about it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.schedule import NEW_YORK

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]

AT_NIGHT = time(3, 30)
"""New York wall-clock time that both DST changes leave alone."""


class Ticker:
    """APScheduler inside the event loop; any number of processes may tick, occurrences are unique in the database."""

    def __init__(self, tick: Work, seconds: float = 1.0) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._running: set[asyncio.Task[None]] = set()
        self._add("tick", tick, IntervalTrigger(seconds=seconds, timezone=UTC))

    def add_often(self, name: str, work: Work, seconds: float) -> None:
        """Beside the tick, and less often."""
        self._add(name, work, IntervalTrigger(seconds=seconds, timezone=UTC))

    def add_daily(self, name: str, work: Work, at: time = AT_NIGHT) -> None:
        """Once at the start, because nobody knows how long the program was off, and then every day (New York)."""
        self._add(name, work, CronTrigger(hour=at.hour, minute=at.minute, timezone=NEW_YORK))

    def start(self) -> None:
        """Needs a running event loop."""
        self._scheduler.start()

    async def stop(self) -> None:
        """What runs is finished; nothing starts any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        while self._running:
            await asyncio.wait(self._running)

    def _add(self, name: str, work: Work, trigger: IntervalTrigger | CronTrigger) -> None:
        async def run() -> None:
            task = asyncio.create_task(_contained(name, work))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            # APScheduler cancels its jobs when it shuts down; `stop` waits for the work instead.
            await asyncio.shield(task)

        self._scheduler.add_job(run, trigger, id=name, next_run_time=datetime.now(UTC))


async def _contained(name: str, work: Work) -> None:
    try:
        await work()
    except GroundswellError as error:
        log.warning("%s failed (%s), trying again", name, error.code)
    except Exception as error:  # noqa: BLE001 - one failed tick must not be the last one
        log.error("%s failed (%s), trying again", name, type(error).__name__)  # noqa: TRY400 - texts may hold addresses
