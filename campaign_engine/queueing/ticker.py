"""Fires often and asks the database what is due; never the truth about it."""

import logging
from datetime import UTC, datetime, time

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.schedule import NEW_YORK
from campaign_engine.queueing.scheduling import Scheduler, Work

log = logging.getLogger(__name__)

AT_NIGHT = time(3, 30)
"""New York wall-clock time that both DST changes leave alone."""


class Ticker:
    """Any number of processes may tick: occurrences are unique in the database, and so are the turns of jobs."""

    def __init__(self) -> None:
        self._scheduler = Scheduler()

    def add_often(self, name: str, work: Work, seconds: float) -> None:
        """At the start and then again and again."""
        trigger = IntervalTrigger(seconds=seconds, timezone=UTC)
        self._scheduler.add(name, _contained(name, work), trigger, datetime.now(UTC))

    def add_daily(self, name: str, work: Work, at: time = AT_NIGHT) -> None:
        """Once at the start, because nobody knows how long the program was off, and then every day (New York)."""
        trigger = CronTrigger(hour=at.hour, minute=at.minute, timezone=NEW_YORK)
        self._scheduler.add(name, _contained(name, work), trigger, datetime.now(UTC))

    def start(self) -> None:
        """Needs a running event loop."""
        self._scheduler.start()

    async def stop(self) -> None:
        """What runs is finished; nothing starts any more."""
        await self._scheduler.stop()


def _contained(name: str, work: Work) -> Work:
    async def run() -> None:
        try:
            await work()
        except GroundswellError as error:
            log.warning("%s failed (%s), trying again", name, error.code)
        except Exception as error:  # noqa: BLE001 - one failed tick must not be the last one
            log.error("%s failed (%s), trying again", name, type(error).__name__)  # texts may hold addresses

    return run
