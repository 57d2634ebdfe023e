"""Times of day as people say them, in English and Spanish."""

import re
import unicodedata
from datetime import time

from campaign_engine.domain.day_words import unplanned
from campaign_engine.domain.errors import InvalidInput

_NAMED = (
    (re.compile(r"\b(?:(?:de|por|en) la (?:tarde|noche)|in the (?:afternoon|evening)|at night)\b"), "pm"),
    (re.compile(r"\b(?:(?:de|por|en) la manana|in the morning)\b"), "am"),
    (re.compile(r"\b(?:noon|(?:al |el )?mediodia)\b"), "12:00"),
)
_PAST = re.compile(r"\b(a las?) (\d{1,2}) y (media|cuarto|\d{2})\b")
_MINUTES = {"media": "30", "cuarto": "15"}
_HALVES = re.compile(r"\b(\d{1,2})(?::(\d{2}))? ?([ap])\.? ?m\b")
_WHOLE = re.compile(r"\b(\d{1,2}):(\d{2})\b|\b(?:at|a las|a la) (\d{1,2})\b(?![/:])")
_SEVERAL = re.compile(
    r"\b(?:at|a las|a la) \d{1,2} (?:and|or|&|y|o) \d{1,2}\b(?![/:])"
    r"|\b\d{1,2}(?::\d{2})? ?(?:and|or|to|&|y|o|a|-|\u2013) ?\d{1,2}(?::\d{2})? ?[ap]\.? ?m\b"
)
_AFTERNOON = range(1, 8)
"""Hours that mean the afternoon where nobody says which: nothing leaves in the morning (safety S4)."""


def plain(text: str) -> str:
    """Small letters without accents; parts of the day as am and pm."""
    marks = unicodedata.normalize("NFKD", text.lower())
    said = " ".join("".join(mark for mark in marks if not unicodedata.combining(mark)).replace(",", " ").split())
    for named, short in _NAMED:
        said = named.sub(short, said)
    return _PAST.sub(lambda found: f"{found[1]} {found[2]}:{_MINUTES.get(found[3], found[3])}", said)


def time_in(said: str) -> time | None:
    """Of plain words; 3:30 without am or pm is in the afternoon.

    Raises InvalidInput for 25:00, 13 pm, or more than one time.
    """
    times = {_half(found) for found in _HALVES.finditer(said)}
    times.update(_whole(found) for found in _WHOLE.finditer(_HALVES.sub(" ", said)))
    if len(times) > 1 or _SEVERAL.search(said):
        raise unplanned()
    return next(iter(times), None)


def _half(found: re.Match[str]) -> time:
    hour = int(found[1]) % 12 + (12 if found[3] == "p" else 0)
    return _clock(hour, int(found[2] or 0), int(found[1]) in range(1, 13))


def _whole(found: re.Match[str]) -> time:
    digits = found[1] or found[3]
    hour = int(digits)
    guessed = hour + 12 if hour in _AFTERNOON and not digits.startswith("0") else hour
    return _clock(guessed, int(found[2] or 0), True)


def _clock(hour: int, minute: int, possible: bool) -> time:
    if not possible or hour > 23 or minute > 59:
        raise InvalidInput(
            "There is no such time of day.", 'Say it like "4 pm" or "3:30 in the afternoon".', "no_such_time"
        )
    return time(hour, minute)
