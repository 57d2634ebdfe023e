"""Times of day as people say them, in English and Spanish."""

import re
import unicodedata
from datetime import time

from campaign_engine.domain.errors import InvalidInput

_NAMED = (
    (re.compile(r"\b(?:(?:de|por|en) la (?:tarde|noche)|in the (?:afternoon|evening)|at night)\b"), "pm"),
    (re.compile(r"\b(?:(?:de|por|en) la manana|in the morning)\b"), "am"),
    (re.compile(r"\b(?:noon|(?:al |el )?mediodia)\b"), "12:00"),
)
_HALVES = re.compile(r"\b(\d{1,2})(?::(\d{2}))? ?([ap])\.? ?m\b")
_WHOLE = re.compile(r"\b(\d{1,2}):(\d{2})\b|\b(?:at|a las|a la) (\d{1,2})\b(?![/:])")
_AFTERNOON = range(1, 8)
"""Hours that mean the afternoon where nobody says which: nothing leaves in the morning (safety S4)."""


def plain(text: str) -> str:
    """Small letters without accents; parts of the day as am and pm."""
    marks = unicodedata.normalize("NFKD", text.lower())
    said = " ".join("".join(mark for mark in marks if not unicodedata.combining(mark)).replace(",", " ").split())
    for named, short in _NAMED:
        said = named.sub(short, said)
    return said


def time_in(said: str) -> time | None:
    """Of plain words; 3:30 without am or pm is in the afternoon. Raises InvalidInput for 25:00 or 13 pm."""
    if half := _HALVES.search(said):
        hour = int(half[1]) % 12 + (12 if half[3] == "p" else 0)
        return _clock(hour, int(half[2] or 0), int(half[1]) in range(1, 13))
    whole = _WHOLE.search(said)
    if whole is None:
        return None
    digits = whole[1] or whole[3]
    hour = int(digits)
    guessed = hour + 12 if hour in _AFTERNOON and not digits.startswith("0") else hour
    return _clock(guessed, int(whole[2] or 0), True)


def _clock(hour: int, minute: int, possible: bool) -> time:
    if not possible or hour > 23 or minute > 59:
        raise InvalidInput(
            "There is no such time of day.", 'Say it like "4 pm" or "3:30 in the afternoon".', "no_such_time"
        )
    return time(hour, minute)
