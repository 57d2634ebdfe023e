"""When a sign-up on the open web counts (threats T10, ADR 19).

Inside a window that a host opened it counts at once, up to the headcount. Elsewhere it counts by itself an hour later
unless it came in a burst; what came in one counts when its person acts again.
"""

from datetime import datetime, timedelta

SETTLES_AFTER = timedelta(hours=1)
"""A sign-up waits so long to see whether it was part of a burst; acting again counts from here on, too."""

CROWD = 40
"""Sign-ups with one site's code (or none) within one clock hour: up to a class and a few more is no burst."""

MOST_OF_A_SOURCE = 100
"""Sign-ups and returns of one source that count on one day outside windows: a school's hallway, all behind one NAT."""

LONGEST_WINDOW = timedelta(minutes=60)
LEAST_HEADCOUNT = 10
"""Whoever expects fewer needs no window; and a window that is full then never tells of fewer than k (safety K1)."""

MOST_HEADCOUNT = 5000


def clock_hour(moment: datetime) -> datetime:
    """The hour that a sign-up is compared with others in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def may_settle(hour: datetime, now: datetime) -> bool:
    """Everybody of that clock hour has waited long enough."""
    return now >= hour + timedelta(hours=1) + SETTLES_AFTER


def acts_again(joined_at: datetime | None, now: datetime) -> bool:
    """A later act than those of the sign-up itself."""
    return joined_at is not None and now - joined_at >= SETTLES_AFTER
