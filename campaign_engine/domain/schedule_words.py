"""Schedules as organizers say them: "Tuesdays and Thursdays at 4 pm until December 18"."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from campaign_engine.domain.clock_words import plain, time_in
from campaign_engine.domain.day_words import MONTH, refuse_unplanned, spelled
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import Schedule

_DAYS = ("mon lun", "tue mar", "wed mie", "thu jue", "fri vie", "sat sab", "sun dom")
_MONTHS = ("jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep", "oct", "nov", "dec dic")
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORD = re.compile(r"[a-z]+")
_ISO_DAY = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/\d{2,4})?\b")
_MONTH_DAY = re.compile(
    rf"\b({MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)(?: (20\d\d)\b(?!:))?"
    rf"|\b(\d{{1,2}}) (?:de )?({MONTH})\b(?: (?:del? )?(20\d\d)\b(?!:))?"
)
_UNTIL = re.compile(r"\b(?:until|till|through|thru|to|hasta)\b(?: el)?")
_SCHOOL = re.compile(r"\bschool ?days?\b|\bdias? (?:escolar(?:es)?|de (?:clases?|escuela))\b")
EVERY_WEEKDAY = (0, 1, 2, 3, 4)
_SETS = (
    (re.compile(r"\bweekdays?\b|\bentre semana\b"), EVERY_WEEKDAY),
    (re.compile(r"\bweekends?\b|\bfin(?:es)? de semana\b"), (5, 6)),
)
_DAILY = re.compile(r"\bevery day\b|\beach day\b|\bdaily\b|\b(?:cada|todos los) dias?\b|\ba? ?diario\b")
_AGAIN = re.compile(r"\b(?:every|each|cada|todos|todas|los)\b|days\b|\b(?:sabados|domingos)\b")
_COUNTS = {"a": 1, "one": 1, "un": 1, "una": 1, "two": 2, "dos": 2, "three": 3, "tres": 3, "four": 4, "cuatro": 4}
_WEEKS = re.compile(rf"\b(?:for|por|durante) (\d{{1,2}}|{'|'.join(_COUNTS)}) (?:weeks?|semanas?)\b")
_IN_DAYS = re.compile(rf"\b(?:in|en) (\d{{1,2}}|{'|'.join(_COUNTS)}) (?:days?|dias?)\b")
_AHEAD = (
    (re.compile(r"\bday after tomorrow\b|\bpasado manana\b"), 2),
    (re.compile(r"\btomorrow\b|\bmanana\b"), 1),
    (re.compile(r"\btoday\b|\btonight\b|\bhoy\b"), 0),
)
_AND = re.compile(r"\d(?:st|nd|rd|th)? (?:and|&|y)(?: the| el)? \d")
_EXAMPLE = 'Say it like "December 1 at 4 pm" or "Tuesdays and Thursdays at 4 pm until December 18".'
_JUST_PASSED = timedelta(days=60)


def parse_schedule(text: str, today: date, is_school_day: Callable[[date], bool] | None = None) -> Schedule:
    """English or Spanish words or ISO dates; a day without a year is the one nearest to `today`.

    "Every school day" leaves out what `is_school_day` says no to. Raises InvalidInput saying what is missing, or that
    it cannot be planned.
    """
    words = spelled(plain(text))
    undated = _without_dates(words)
    at = time_in(undated)
    if at is None:
        raise InvalidInput("The time of day is missing.", _EXAMPLE, "no_time")
    refuse_unplanned(undated)
    head, *tail = _UNTIL.split(words, maxsplit=1)
    until = _last_day(tail[0] if tail else "", words, today)
    weekdays, first = _weekdays_in(head), _day_in(head, today)
    if first is not None and ((until is None and _says_several(head)) or (tail and not weekdays)):
        raise InvalidInput("That is more than one day.", _EXAMPLE, "several_days")
    if weekdays and first is not None and until is None:
        _check_is(first, weekdays)
        return Schedule(datetime.combine(first, at))
    if len(weekdays) == 1 and until is None and not tail and not _AGAIN.search(head):
        return Schedule(datetime.combine(_first_day(weekdays, today), at))
    if weekdays:
        if until is None:
            raise InvalidInput("The last day is missing.", 'Add, for example, "until December 18".', "no_last_day")
        begins = datetime.combine(first or _first_day(weekdays, today), at)
        skips = _closed(begins.date(), until, is_school_day) if _SCHOOL.search(head) else ()
        return Schedule(begins, weekdays, until, skips)
    if first is None:
        raise InvalidInput("The day is missing.", _EXAMPLE, "no_day")
    return Schedule(datetime.combine(first, at))


def _weekdays_in(text: str) -> tuple[int, ...]:
    if _SCHOOL.search(text):
        return EVERY_WEEKDAY
    days = {number for number, names in enumerate(_DAYS) if _names_day(text, names)}
    days.update(day for said, some in _SETS if said.search(text) for day in some)
    return tuple(sorted(days)) or (tuple(range(7)) if _DAILY.search(text) else ())


def _names_day(text: str, names: str) -> bool:
    """A word that begins like the day; "mar" alone is March, Tuesday in Spanish is "martes"."""
    days = [word for word in _WORD.findall(text) if word not in _NO_DAYS and not word.startswith(_MONTHS_LIKE_DAYS)]
    return any(word[:3] in names.split() for word in days)


_NO_DAYS = ("mar", "month", "months", "monthly")
_MONTHS_LIKE_DAYS = ("marc", "mars", "marz")


def _last_day(tail: str, words: str, today: date) -> date | None:
    """The day behind "until", a day of the week or a date; or so many weeks."""
    weeks = _WEEKS.search(words)
    if weeks:
        return today + timedelta(weeks=_count(weeks[1]))
    if not tail:
        return None
    weekdays = _weekdays_in(tail)
    return _day_in(tail, today) or (_first_day(weekdays, today) if len(weekdays) == 1 else None)


def _closed(first: date, last: date, is_school_day: Callable[[date], bool] | None) -> tuple[date, ...]:
    if is_school_day is None:
        return ()
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return tuple(day for day in days if day.weekday() in EVERY_WEEKDAY and not is_school_day(day))


def _check_is(day: date, weekdays: tuple[int, ...]) -> None:
    if day.weekday() not in weekdays:
        raise InvalidInput(
            f"That day is a {_NAMES[day.weekday()]}.", "Give the day or the date.", "not_that_day", {"day": day}
        )


def _day_in(text: str, today: date) -> date | None:
    if (ahead := _days_ahead(text)) is not None:
        return today + timedelta(days=ahead)
    if iso := _ISO_DAY.search(text):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if slashed := _SLASHED.search(text):
        return _next(int(slashed[1]), int(slashed[2]), today)
    for month, number, year in _dates_in(text):
        return _date(int(year), month, number) if year else _next(month, number, today)
    return None


def _dates_in(text: str) -> Iterator[tuple[int, int, str | None]]:
    """Month, day and, where it is said, year of each."""
    for found in _MONTH_DAY.finditer(text):
        name, number, year = found.group(1, 2, 3) if found[1] else found.group(5, 4, 6)
        month = next((index for index, names in enumerate(_MONTHS, 1) if name[:3] in names.split()), None)
        if month is not None:
            yield month, int(number), year


def _without_dates(text: str) -> str:
    """Their numbers are no times of day."""
    return _MONTH_DAY.sub(" ", _SLASHED.sub(" ", _ISO_DAY.sub(" ", text)))


def _says_several(text: str) -> bool:
    """Dates that are not all the same one; two ways of saying one are one."""
    slashed = {(int(found[1]), int(found[2])) for found in _SLASHED.finditer(text)}
    written = {(month, number) for month, number, _ in _dates_in(text)}
    return len(slashed | written) + len(set(_ISO_DAY.findall(text))) > 1 or _AND.search(text) is not None


def _days_ahead(text: str) -> int | None:
    named = (days for said, days in _AHEAD if said.search(text))
    counted = _IN_DAYS.search(text)
    return next(named, None if counted is None else _count(counted[1]))


def _next(month: int, number: int, today: date) -> date:
    """One that has just passed stays what it is: taken as next year's it would go out a year late, unnoticed."""
    day = _date(today.year, month, number)
    return day if day > today - _JUST_PASSED else _date(today.year + 1, month, number)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidInput("There is no such day.", _EXAMPLE, "no_such_day") from None


def _first_day(weekdays: tuple[int, ...], today: date) -> date:
    """The first of them from tomorrow on, so that there is time for approval."""
    tomorrow = today + timedelta(days=1)
    return next(day for step in range(7) if (day := tomorrow + timedelta(days=step)).weekday() in weekdays)


def _count(said: str) -> int:
    return _COUNTS.get(said) or int(said)
