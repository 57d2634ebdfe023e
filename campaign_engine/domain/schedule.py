"""When posts fire: New York wall-clock time and a rule, right over both DST changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign_engine.domain.errors import InvalidInput

NEW_YORK = ZoneInfo("America/New_York")


def to_utc(wall: datetime) -> datetime:
    """UTC of a New York wall-clock time.

    A time that the spring change skips moves on by the gap (02:30 becomes 03:30); one that the autumn change repeats is
    taken the first time (PEP 495, fold 0).
    """
    return wall.replace(tzinfo=NEW_YORK, fold=0).astimezone(UTC)


def to_wall(moment: datetime) -> datetime:
    """New York wall-clock time, without zone, of an aware moment."""
    return moment.astimezone(NEW_YORK).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Once at `first`, or weekly on `weekdays` (Monday is 0) at the time of `first` until the end of `until`.

    `skips` are days of a weekly rule that are left out: schools are closed then. `first` is New York wall-clock time
    without zone. Raises InvalidInput when the rule can never fire.
    """

    first: datetime
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    skips: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if self.first.tzinfo is not None:
            raise InvalidInput("A schedule is New York wall-clock time without a zone.")
        if not set(self.weekdays) <= set(range(7)):
            raise InvalidInput("A weekday is a number from 0 (Monday) to 6 (Sunday).")
        if self.weekdays and self.until is None:
            raise InvalidInput("A weekly schedule needs a last day.", hint='Say, for example, "until December 18".')
        if self.until is not None and self.until < self.first.date():
            raise InvalidInput("The last day is before the first one.", "Choose a later last day.", "never_fires")
        if self.weekdays and next(self.walls(), None) is None:
            raise InvalidInput(
                "None of these weekdays lies between the first and the last day.",
                "Choose a later last day.",
                "never_fires",
            )

    @property
    def at(self) -> time:
        """Wall-clock time of day."""
        return self.first.time()

    def walls(self) -> Iterator[datetime]:
        """All wall-clock times at which it fires, in order."""
        if not self.weekdays:
            yield self.first
            return
        day, last = self.first.date(), self.until or self.first.date()
        while day <= last:
            if day.weekday() in self.weekdays and day not in self.skips:
                yield datetime.combine(day, self.at)
            day += timedelta(days=1)

    def due(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Pairs (wall-clock time, UTC) with after < UTC <= until, both bounds aware."""
        for wall in self.walls():
            moment = to_utc(wall)
            if moment > until:
                return
            if moment > after:
                yield wall, moment

    def as_json(self) -> dict[str, Any]:
        """Plain values for the store and for hashing."""
        return {
            "first": self.first.isoformat(timespec="minutes"),
            "weekdays": list(self.weekdays),
            "until": self.until.isoformat() if self.until else None,
            **({"skips": [day.isoformat() for day in self.skips]} if self.skips else {}),
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Schedule":
        """Inverse of as_json."""
        return cls(
            first=datetime.fromisoformat(raw["first"]),
            weekdays=tuple(raw["weekdays"]),
            until=date.fromisoformat(raw["until"]) if raw["until"] else None,
            skips=tuple(date.fromisoformat(day) for day in raw.get("skips", ())),
        )


NEVER = Schedule(datetime(2026, 1, 1, 15, 0))  # noqa: DTZ001 - wall-clock time
"""In the past: of posts that the program sends when they are due to each person, and no clock fires."""
