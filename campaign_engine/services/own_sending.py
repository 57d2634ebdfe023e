"""What every sender of a text of the program's own stands on: lessons, own-area cards, an area's pledge."""

from datetime import datetime, time, timedelta

from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services.text_approvals import TextApprovals


class OwnSender:
    """Ticks; any number of them over one database."""

    def __init__(self, store: Store, clock: Clock, hours: SendingHours, texts: TextApprovals) -> None:
        self._store = store
        self._clock = clock
        self._hours = hours
        self._texts = texts


async def is_stopped(work: UnitOfWork) -> bool:
    """By the kill switch (safety S3)."""
    switch = await work.kill_switch.state()
    return switch is not None and switch.is_on


def end_of_day(now: datetime) -> datetime:
    """What is left of it in the evening expires, and is due again on another day (UTC)."""
    tomorrow = to_wall(now).date() + timedelta(days=1)
    return to_utc(datetime.combine(tomorrow, time()))
