"""Schedules as organizers say them: "Tuesdays and Thursdays at 4 pm until December 18"."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.schedule import Schedule

_DAYS = ("mon lun", "tue mar", "wed mie", "thu jue", "fri vie", "sat sab", "sun dom")
_MONTHS = ("jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep", "oct", "nov", "dec dic")
_WORD = re.compile(r"[a-z]+")
_ISO_DAY = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_MONTH_DAY = re.compile(r"\b([a-z]{3,})\.? (\d{1,2})\b|\b(\d{1,2}) (?:de )?([a-z]{3,})\b")
_TIME = re.compile(r"\b(\d{1,2})(?::(\d{2}))? ?([ap])\.? ?m\b|\b(\d{1,2}):(\d{2})\b")
_UNTIL = re.compile(r"\b(?:until|till|through|to|hasta)\b(?: el)?")
_EXAMPLE = 'Say it like "December 1 at 4 pm" or "Tuesdays and Thursdays at 4 pm until December 18".'


def parse_schedule(text: str, today: date) -> Schedule:
    """English or Spanish words or ISO dates; a day without a year is the next one from `today`.

    Raises InvalidInput saying what is missing.
    """
    words = _plain(text)
    head, *tail = _UNTIL.split(words, maxsplit=1)
    at = _time_in(words)
    if at is None:
        raise InvalidInput("The time of day is missing.", _EXAMPLE, "no_time")
    weekdays = tuple(number for number, names in enumerate(_DAYS) if _names_day(head, names))
    first = _day_in(head, today)
    if weekdays and first is None:
        until = _day_in(tail[0], today) if tail else None
        if until is None:
            raise InvalidInput("The last day is missing.", 'Add, for example, "until December 18".', "no_last_day")
        return Schedule(datetime.combine(_first_day(weekdays, today), at), weekdays, until)
    if first is None:
        raise InvalidInput("The day is missing.", _EXAMPLE, "no_day")
    return Schedule(datetime.combine(first, at))


def _plain(text: str) -> str:
    marks = unicodedata.normalize("NFKD", text.lower())
    return " ".join("".join(mark for mark in marks if not unicodedata.combining(mark)).replace(",", " ").split())


def _names_day(text: str, names: str) -> bool:
    """A word that begins like the day; "mar" alone is March, Tuesday in Spanish is "martes"."""
    days = [word for word in _WORD.findall(text) if word != "mar" and not word.startswith(("marc", "mars"))]
    return any(word[:3] in names.split() for word in days)


def _time_in(text: str) -> time | None:
    found = _TIME.search(text)
    if found is None:
        return None
    if found[3]:
        hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0)
        return _clock(hour, int(found[2] or 0), int(found[1]) in range(1, 13))
    return _clock(int(found[4]), int(found[5]), True)


def _clock(hour: int, minute: int, possible: bool) -> time:
    if not possible or hour > 23 or minute > 59:
        raise InvalidInput("There is no such time of day.", _EXAMPLE, "no_such_time")
    return time(hour, minute)


def _day_in(text: str, today: date) -> date | None:
    if "tomorrow" in text or re.search(r"\bmanana\b", text):
        return today + timedelta(days=1)
    if "today" in text or re.search(r"\bhoy\b", text):
        return today
    iso = _ISO_DAY.search(text)
    if iso:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    for found in _MONTH_DAY.finditer(text):
        name, number = (found[1], found[2]) if found[1] else (found[4], found[3])
        month = next((index for index, names in enumerate(_MONTHS, 1) if name[:3] in names.split()), None)
        if month is not None:
            day = _date(today.year, month, int(number))
            return day if day >= today else _date(today.year + 1, month, int(number))
    return None


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidInput("There is no such day.", _EXAMPLE, "no_such_day") from None


def _first_day(weekdays: tuple[int, ...], today: date) -> date:
    """The first of them from tomorrow on, so that there is time for approval."""
    tomorrow = today + timedelta(days=1)
    return next(day for step in range(7) if (day := tomorrow + timedelta(days=step)).weekday() in weekdays)
