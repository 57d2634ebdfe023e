"""A shared tablet at a site that takes pledges without a person (F18, measures: pledges without a person)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from campaign_engine.domain.action import PledgeCode, Site
from campaign_engine.domain.schedule import to_utc, to_wall

CHANNEL = "kiosk"
"""Of its pledges, in place of a channel."""

LINK_LIFE = timedelta(hours=1)
"""The host walks over to the tablet with it; far below the day of safety A4."""

CLOSES = time(18)
LEAST = timedelta(hours=4)
"""An evening at a center: so long at least, and never past midnight."""

LATE = timedelta(hours=48)
"""So long after its end a kiosk that had no network may still hand in what it took before."""

MOST_A_MINUTE = 12
"""Nobody reads two questions and taps twice in less than five seconds (threats T10)."""

MOST_AT_ONCE = 50
SHOWN_FROM = 10
"""Below it a host reads "fewer than 10", however many wait or came (safety K1)."""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One tablet between its opening and its end; times are UTC.

    `waiting` is what it said last of its queue, `taken` what was counted.
    """

    id: int
    site: Site
    opened_at: datetime
    ends_at: datetime
    ended_at: datetime | None = None
    seen_at: datetime | None = None
    waiting: int = 0
    taken: int = 0

    @property
    def over_at(self) -> datetime:
        """By its host's word or by itself."""
        return min(self.ends_at, self.ended_at or self.ends_at)

    def is_open(self, now: datetime) -> bool:
        """Whether it takes anything new."""
        return now < self.over_at

    def room(self, now: datetime) -> int:
        """How many more entries are plausible by now."""
        minutes = (min(now, self.over_at) - self.opened_at).total_seconds() / 60
        return max(0, MOST_A_MINUTE + int(minutes * MOST_A_MINUTE) - self.taken)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person tapped; `pledge` is None for "12 or under", of which only that it happened is counted (C2).

    `key` is made by the tablet, so that what it sends again counts once.
    """

    key: str
    pledge: PledgeCode | None
    made_at: datetime


def ends_at(opened: datetime) -> datetime:
    """The end of the school day; an evening event has four hours, and no kiosk sees midnight."""
    day = to_wall(opened).date()
    midnight = to_utc(datetime.combine(day + timedelta(days=1), time()))
    return min(max(to_utc(datetime.combine(day, CLOSES)), opened + LEAST), midnight)


def shown(count: int) -> int | None:
    """For its host: rounded down to 10; None for 1 to 9, and 0 for none."""
    if 0 < count < SHOWN_FROM:
        return None
    return count - count % 10
