"""When an installation asks the City for news by itself: once a week, in a night and at a minute of its own."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from campaign_engine.domain.schedule import to_utc, to_wall

BEGINS = timedelta(hours=3, minutes=30)
"""New York wall-clock time; both DST changes leave it and the two hours after it alone."""

MINUTES = 120
"""Over which installations are spread, so that they do not all ask at once."""

WEEK = 7


@dataclass(frozen=True, slots=True)
class CityWeek:
    """`weekday` 0 is Monday, `minute` counts from BEGINS."""

    weekday: int
    minute: int

    @classmethod
    def of(cls, secret: bytes) -> "CityWeek":
        """The same in every process of an installation; at least 4 bytes."""
        number = int.from_bytes(secret[:4], "big")
        return cls(number % WEEK, number // WEEK % MINUTES)

    def night(self, now: datetime) -> int:
        """Number of the day that begins at the minute; what failed is tried again every night."""
        return self._day(now).toordinal()

    def began(self, now: datetime) -> datetime:
        """UTC, from when on something is news of this week."""
        day = self._day(now)
        first = day - timedelta(days=(day.weekday() - self.weekday) % WEEK)
        return to_utc(datetime.combine(first, time()) + self._at)

    @property
    def _at(self) -> timedelta:
        return BEGINS + timedelta(minutes=self.minute)

    def _day(self, now: datetime) -> date:
        return (to_wall(now) - self._at).date()
