"""When a sign-up on the open web counts (threats T10, ADR 19).

Inside a window that a host opened it counts up to the headcount. Elsewhere it counts too, until it turns out to be part
of a burst: then none of that burst counts before its person acts again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

CROWD = 40
"""Sign-ups with one site's code (or none) within one clock hour: up to a class and a few more is no burst. So many of
those who were in one begin to count within an hour.
"""

MOST_OF_A_SOURCE = 60
"""Sign-ups and returns of one network that count on one day outside windows."""

RETURNS_AFTER = timedelta(hours=1)
"""An act so long after the sign-up is no longer part of it."""

WINDOW_MINUTES = (15, 30, 45, 60)
"""How long a window may be open."""

LEAST_HEADCOUNT = 10
"""Whoever expects fewer needs no window; and a window that is full then never tells of fewer than k (safety K1)."""

MOST_HEADCOUNT = 5000


def clock_hour(moment: datetime) -> datetime:
    """The hour that a sign-up is compared with others in."""
    return moment.replace(minute=0, second=0, microsecond=0)


def acts_again(joined_at: datetime | None, now: datetime) -> bool:
    """A later act than those of the sign-up itself."""
    return joined_at is not None and now - joined_at >= RETURNS_AFTER


@dataclass(frozen=True, slots=True)
class SiteWindow:
    """A host's window for sign-ups at one site; `is_full`: later ones count when their person acts again."""

    closes_at: datetime
    headcount: int
    is_full: bool


def is_headcount(number: int) -> bool:
    """As many as a window may be opened for."""
    return LEAST_HEADCOUNT <= number <= MOST_HEADCOUNT
