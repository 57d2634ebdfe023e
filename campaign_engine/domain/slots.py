"""The next moment at which a post that missed its time could go out."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from campaign_engine.domain.schedule import Schedule, to_utc, to_wall
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours

TIME_TO_READ = timedelta(hours=1)
"""What somebody needs to read it anew before it goes out."""

_QUARTER = 15
DAYS_AHEAD = 60


def has_passed(schedule: Schedule, now: datetime) -> bool:
    """Whether none of its firings is still to come."""
    return all(to_utc(wall) <= now for wall in schedule.walls())


def next_free_slot(
    schedule: Schedule, taken: Collection[date], now: datetime, hours: SendingHours = DEFAULT_HOURS
) -> datetime | None:
    """New York wall-clock time in the window of the next day that is not taken; at its old time of day where it can be.

    None when every day of the next two months is taken.
    """
    earliest = _quarter(to_wall(now + TIME_TO_READ))
    for ahead in range(DAYS_AHEAD):
        day = to_wall(now).date() + timedelta(days=ahead)
        if day in taken:
            continue
        first, last = hours.window_for(day)
        wanted = schedule.at if first <= schedule.at < last else first
        slot = max(datetime.combine(day, wanted), earliest)
        if slot.date() == day and slot.time() < last:
            return slot
    return None


def busy_days(schedules: Collection[Schedule], now: datetime) -> frozenset[date]:
    """Days, from today on, on which one of these fires."""
    today = to_wall(now).date()
    return frozenset(wall.date() for schedule in schedules for wall in schedule.walls() if wall.date() >= today)


def _quarter(wall: datetime) -> datetime:
    """The same moment or the next quarter of an hour."""
    whole = wall.replace(second=0, microsecond=0)
    late = (wall - datetime.combine(wall.date(), time(wall.hour, wall.minute // _QUARTER * _QUARTER))) > timedelta()
    return whole - timedelta(minutes=whole.minute % _QUARTER) + timedelta(minutes=_QUARTER if late else 0)
