"""At which hours of the day anything proactive may leave (safety S4)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.domain.school_calendar import SchoolCalendar

Window = tuple[time, time]
"""First and last moment of New York wall-clock time: the first is in, the last is not."""

SCHOOL_DAY: Window = (time(15, 0), time(19, 30))
OTHER_DAY: Window = (time(11, 0), time(19, 30))
NIGHT_ENDS = time(6, 0)
"""Between midnight and this nothing proactive leaves, whatever the settings and the role."""


def is_night(moment: datetime) -> bool:
    """Whether nobody is written to first, staff neither (safety S4)."""
    return to_wall(moment).time() < NIGHT_ENDS


@dataclass(frozen=True, slots=True)
class SendingHours:
    """The windows of an installation; narrower than the defaults, never wider. Raises InvalidInput for wider ones."""

    calendar: SchoolCalendar = field(default_factory=SchoolCalendar)
    school_day: Window = SCHOOL_DAY
    other_day: Window = OTHER_DAY
    _known: dict[datetime, bool] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for (first, last), (earliest, latest) in ((self.school_day, SCHOOL_DAY), (self.other_day, OTHER_DAY)):
            if not earliest <= first < last <= latest:
                raise InvalidInput(
                    f"Messages leave between {earliest:%H:%M} and {latest:%H:%M} at most.",
                    "Choose hours within these; they can be made fewer, not more.",
                    "bad_window",
                )

    def window_for(self, day: date) -> Window:
        """First and last moment of a day in New York wall-clock time (safety S4)."""
        return self.school_day if self.calendar.is_school_day(day) else self.other_day

    def is_allowed(self, moment: datetime) -> bool:
        """Whether an aware moment lies in the window of its New York day: the start is in, the end is not.

        What was found for the last moment is remembered: it is asked for each message of a group.
        """
        known = self._known.get(moment)
        if known is None:
            self._known.clear()
            known = self._known[moment] = self._allows(moment)
        return known

    def _allows(self, moment: datetime) -> bool:
        wall = to_wall(moment)
        first, last = self.window_for(wall.date())
        return max(first, NIGHT_ENDS) <= wall.time() < last

    def closes(self, moment: datetime) -> datetime:
        """When the window of its New York day ends (UTC)."""
        day = to_wall(moment).date()
        return to_utc(datetime.combine(day, self.window_for(day)[1]))

    def opens(self, moment: datetime) -> datetime:
        """The moment itself when it is allowed, else when the next window opens (UTC)."""
        if self.is_allowed(moment):
            return moment
        day = to_wall(moment).date()
        while True:
            opening = to_utc(datetime.combine(day, self.window_for(day)[0]))
            if opening >= moment:
                return opening
            day += timedelta(days=1)


DEFAULT_HOURS = SendingHours()
"""Without a calendar every Monday to Friday is a school day."""
