"""Days around an event as organizers say them: "3 days before, on the day and the day after at 4 pm"."""

import re
from datetime import time

from campaign_engine.domain.clock_words import plain, time_in

_COUNTS = {
    "a": 1, "one": 1, "un": 1, "una": 1, "uno": 1, "two": 2, "dos": 2, "three": 3, "tres": 3, "four": 4, "cuatro": 4,
    "five": 5, "cinco": 5, "six": 6, "seis": 6, "seven": 7, "siete": 7, "ten": 10, "diez": 10,
}  # fmt: skip
_COUNT = rf"(?:\d{{1,2}}|{'|'.join(_COUNTS)})"
_LIST = rf"({_COUNT}(?:(?: and| y| or| o|) {_COUNT})*)"
_BEFORE = re.compile(rf"\b{_LIST} (?:days?|dias?) (?:before|ahead|earlier|antes)\b")
_AFTER = re.compile(rf"\b{_LIST} (?:days?|dias?) (?:after|later|despues)\b")
_WEEKS = re.compile(rf"\b({_COUNT}|the|la) (?:weeks?|semanas?) (before|antes|earlier|after|later|despues)\b")
_NAMED = (
    (re.compile(r"\b(?:the )?day before\b(?! yesterday)|\b(?:el )?dia (?:antes|anterior)\b"), -1),
    (re.compile(r"\b(?:the )?day after\b(?! tomorrow)|\b(?:el )?dia (?:despues|siguiente)\b"), 1),
    (
        re.compile(
            r"\b(?:on )?(?:the|that|the same|same) day(?! (?:before|after)| of )\b"
            r"|\b(?:el|ese|el mismo|mismo) dia(?! (?:antes|anterior|despues|siguiente|de |\d))\b|\bday of\b"
        ),
        0,
    ),
)


def days_around(text: str) -> tuple[tuple[int, ...], time | None]:
    """Days before (negative), on and after an event, in order, and the time of day where it is said.

    No days for words about anything else. Raises InvalidInput for a time that no clock has.
    """
    said = plain(text)
    days: set[int] = set()
    for pattern, sign in ((_BEFORE, -1), (_AFTER, 1)):
        for found in pattern.finditer(said):
            days.update(sign * _count(one) for one in re.findall(rf"\b{_COUNT}\b", found[1]))
    for found in _WEEKS.finditer(said):
        number = 1 if found[1] in ("the", "la") else _count(found[1])
        days.add((-7 if found[2] in ("before", "antes", "earlier") else 7) * number)
    rest = _WEEKS.sub(" ", _AFTER.sub(" ", _BEFORE.sub(" ", said)))
    days.update(day for pattern, day in _NAMED if pattern.search(rest))
    return tuple(sorted(days)), time_in(said) if days else None


def _count(said: str) -> int:
    return _COUNTS.get(said) or int(said)
