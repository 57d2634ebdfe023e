"""At which hours of the day anything proactive may leave (safety S4)."""

from datetime import date, datetime, time

from campaign_engine.domain.schedule import to_wall

_SCHOOL_DAY = (time(15, 0), time(19, 30))
_OTHER_DAY = (time(11, 0), time(19, 30))


def window_for(day: date) -> tuple[time, time]:
    """First and last moment in New York wall-clock time; Monday to Friday count as school days (safety S4)."""
    return _SCHOOL_DAY if day.weekday() < 5 else _OTHER_DAY


def is_allowed(moment: datetime) -> bool:
    """Whether an aware moment lies in the window of its New York day: the start is in, the end is not."""
    wall = to_wall(moment)
    first, last = window_for(wall.date())
    return first <= wall.time() < last
