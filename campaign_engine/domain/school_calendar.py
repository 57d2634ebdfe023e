"""Which days are school days: what a calendar file says, and the stricter guess where it says nothing (safety S4)."""

from dataclasses import dataclass
from datetime import date

from campaign_engine.domain.errors import InvalidInput

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Days:
    """From `first` to `last`, both included; `source` is where it was read, `verified` when a person held it against.

    Raises InvalidInput when it ends before it begins.
    """

    name: str
    first: date
    last: date
    source: str = ""
    verified: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInput(f"{self.name}: the last day is before the first.", "Exchange them.", "bad_calendar")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """Terms in order and days off; a Monday to Friday that is in neither is a school day.

    The summer between two terms that are both given is off; beyond the last one nothing is known. Raises InvalidInput
    when terms overlap.
    """

    terms: tuple[Days, ...] = ()
    days_off: tuple[Days, ...] = ()

    def __post_init__(self) -> None:
        for one, next_one in zip(self.terms, self.terms[1:], strict=False):
            if next_one.first <= one.last:
                raise InvalidInput(
                    f"The terms {one.name} and {next_one.name} overlap or are not in order.",
                    "Give each term days of its own, oldest first.",
                    "bad_calendar",
                )

    def is_school_day(self, day: date) -> bool:
        """True wherever the calendar does not say otherwise: the narrower hours are the safer mistake."""
        if day.weekday() >= _SATURDAY or any(day in off for off in self.days_off):
            return False
        begun = [term for term in self.terms if term.first <= day]
        ahead = [term for term in self.terms if term.first > day]
        return not (begun and ahead and day > begun[-1].last)

    @property
    def unverified(self) -> int:
        """How many entries nobody has held against the City's own calendar."""
        return sum(not entry.verified for entry in (*self.terms, *self.days_off))

    @property
    def last_day(self) -> date | None:
        """Until when it says something."""
        return max((term.last for term in self.terms), default=None)
