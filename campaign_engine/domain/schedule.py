"""When posts fire: New York wall-clock time and a rule, right over both DST changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaign_engine.domain.errors import InvalidInput

NEW_YORK = ZoneInfo("America/New_York")


def to_utc(wall: datetime, zone: ZoneInfo = NEW_YORK) -> datetime:
    """UTC of a New York wall-clock time, whatever the zone of the machine.

    A time that the spring change skips moves on by the gap (02:30 becomes 03:30); one that the autumn change repeats is
    taken the first time (PEP 495, fold 0).
    """
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def to_wall(moment: datetime, zone: ZoneInfo = NEW_YORK) -> datetime:
    """New York wall-clock time, without zone, of an aware moment."""
    return moment.astimezone(zone).replace(tzinfo=None)


FARTHEST_BEFORE, FARTHEST_AFTER = 30, 14
"""Days around an event on which a series may write about it."""


@dataclass(frozen=True, slots=True)
class Around:
    """Days before (negative) and after the event of a campaign, which is at `wall` in New York.

    Raises InvalidInput for days that no series has.
    """

    campaign_id: int
    wall: datetime
    days: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.days or not set(self.days) <= set(range(-FARTHEST_BEFORE, FARTHEST_AFTER + 1)):
            raise InvalidInput(
                "A series writes up to 30 days before an event and 14 after it.",
                'Say it like "3 days before, on the day and the day after at 4 pm".',
                "no_series_day",
            )

    def walls(self, at: time) -> tuple[tuple[int, datetime], ...]:
        """Day and wall-clock time of each firing, in order; on the day itself none once the event has begun."""
        each = ((day, datetime.combine(self.wall.date() + timedelta(days=day), at)) for day in sorted(set(self.days)))
        return tuple((day, wall) for day, wall in each if day or wall < self.wall)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Once at `first`; weekly on `weekdays` (Monday is 0) at the time of `first` until the end of `until`; or on days
    `around` an event at the time of `first`, which is the first of them.

    `skips` are days of a weekly rule that are left out: schools are closed then. `first` is New York wall-clock time
    without zone. Raises InvalidInput when the rule can never fire.
    """

    first: datetime
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    skips: tuple[date, ...] = ()
    around: Around | None = None

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

    @classmethod
    def of_event(cls, around: Around, at: time) -> "Schedule":
        """Raises InvalidInput when all of it comes after the event began."""
        walls = around.walls(at)
        if len(walls) < len(set(around.days)):
            raise InvalidInput(
                "On the day itself it has to come before the event begins.",
                "Choose an earlier time of day, or leave that day out.",
                "after_event",
                {"wall": around.wall},
            )
        return cls(walls[0][1], around=around)

    def moved(self, wall: datetime, now: datetime, fits: Callable[[datetime], bool], later: time) -> "Schedule | None":
        """Of a series what has not fired at `now`, around the event at its new time; None when nothing of it is left.

        At another time of day, `later`, where one of its own would lie outside the hours (`fits` tells).
        """
        if self.around is None:
            return None
        ahead = tuple(day for day, old in self.around.walls(self.at) if to_utc(old) > now)
        if not ahead:
            return None
        around = Around(self.around.campaign_id, wall, ahead)
        at = self.at if all(fits(new) for _, new in around.walls(self.at)) else later
        left = tuple(day for day, new in around.walls(at) if to_utc(new) > now)
        return Schedule.of_event(Around(around.campaign_id, wall, left), at) if left else None

    @property
    def at(self) -> time:
        """Wall-clock time of day."""
        return self.first.time()

    def walls(self) -> Iterator[datetime]:
        """All wall-clock times at which it fires, in order."""
        if self.around is not None:
            yield from (wall for _, wall in self.around.walls(self.at))
            return
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
            **({"around": _around_json(self.around)} if self.around else {}),
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> "Schedule":
        """Inverse of as_json."""
        return cls(
            first=datetime.fromisoformat(raw["first"]),
            weekdays=tuple(raw["weekdays"]),
            until=date.fromisoformat(raw["until"]) if raw["until"] else None,
            skips=tuple(date.fromisoformat(day) for day in raw.get("skips", ())),
            around=_read_around(raw["around"]) if raw.get("around") else None,
        )


def _around_json(around: Around) -> dict[str, Any]:
    wall = around.wall.isoformat(timespec="minutes")
    return {"campaign": around.campaign_id, "wall": wall, "days": sorted(set(around.days))}


def _read_around(raw: dict[str, Any]) -> Around:
    return Around(int(raw["campaign"]), datetime.fromisoformat(raw["wall"]), tuple(int(day) for day in raw["days"]))


NEVER = Schedule(datetime(2026, 1, 1, 15, 0))  # noqa: DTZ001 - wall-clock time
"""In the past: of posts that the program sends when they are due to each person, and no clock fires."""
