"""Days of the week in the words of a schedule, and the words that no schedule of ours can keep."""

import re

from campaign_engine.domain.errors import InvalidInput

MONTH = r"(?:jan|ene|feb|mar(?!tes)|apr|abr|may|jun|jul|aug|ago|sep|oct|nov|dec|dic)[a-z]*"
"""Begins like a month; "martes" is a Tuesday."""

_DAYS = (
    r"mon(?:days?)?|lunes|lun",
    r"tue(?:s(?:days?)?)?|martes|mar",
    r"wed(?:nesdays?)?|miercoles|mie",
    r"thu(?:r(?:s(?:days?)?)?)?|jueves|jue",
    r"fri(?:days?)?|viernes|vie",
    r"sat(?:urdays?)?|sabados?|sab",
    r"sun(?:days?)?|domingos?|dom",
)
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = rf"(?:{'|'.join(_DAYS)})"
_OPEN = r"(?:(?<!\d )\b(?:to|through|thru|al?)\b|-|\u2013|\u2014)"
_RANGE = re.compile(
    rf"\b(?P<every>every |each |cada |(?:todos )?los )?(?P<from>{_DAY})\b\.? ?"
    rf"(?:(?P<open>{_OPEN})|\b(?P<end>until|till|hasta(?: el)?)\b) ?(?P<to>{_DAY})\b\.?"
    rf"|\b(?:between|entre) (?P<low>{_DAY}) (?:and|y) (?P<high>{_DAY})\b"
)
_DATE = re.compile(
    rf" (?:the |el )?(?:\d{{4}}-\d|\d{{1,2}}/\d|\d{{1,2}} (?:de )?{MONTH}\b|{MONTH}\.? \d{{1,2}}\b(?!:))"
)
_END = re.compile(r"\b(?:until|till|through|thru|to|hasta|weeks?|semanas?)\b")
_PLURAL = re.compile(r"days$|os$")
_MANY = r"(?:two|three|four|dos|tres|cuatro|\d{1,2})"
_NOT_PLANNED = re.compile(
    r"\b(?:except|but|not|no|never|without|skip\w*|excepto|salvo|nunca|sin)\b|(?<!\bo )\bmenos\b"
    rf"|\bevery (?:other|second|third|fourth|\d{{1,2}}(?:nd|rd|th)|{_MANY} (?:days?|weeks?|months?|{_DAY}))\b"
    rf"|\bcada (?:otr[oa]|segund[oa]|tercer[oa]?|{_MANY} (?:dias?|semanas?|mes(?:es)?|{_DAY}))\b"
    r"|\b(?:alternat\w*|biweekly|bi-weekly|fortnight\w*|quincena\w*|altern[oa]s?|monthly|mensual\w*)\b"
    r"|\b(?:of|in|every|each) (?:the|every|each)? ?months?\b|\b(?:del|al|cada|de cada|todos los) mes(?:es)?\b"
    r"|\b(?:first|second|third|fourth|last|\d(?:st|nd|rd|th)|primer|segundo|tercer|cuarto|ultimo)(?:os)?"
    rf" (?:and |y )?(?:{_DAY})\b"
)


def refuse_unplanned(said: str) -> None:
    """Days left out, every other week, days of a month: half understood, they would go out on other days.

    Of plain words without their dates. Raises InvalidInput.
    """
    if _NOT_PLANNED.search(said):
        raise unplanned()


def unplanned() -> InvalidInput:
    """With what can be planned instead."""
    return InvalidInput(
        "I can only plan days of the week with one time of day and a last day.",
        "For days left out, every other week or a second time, plan one campaign each.",
        "unplanned",
    )


def spelled(said: str) -> str:
    """Every day of "Monday through Thursday" by its name; "Tuesdays through Friday, December 18" names a last day.

    Raises InvalidInput where it could be either.
    """
    return _RANGE.sub(_days_between, said)


def _days_between(found: re.Match[str]) -> str:
    if found["low"]:
        return _listed(found["low"], found["high"])
    behind = found.string[found.end() :]
    if not _END.search(behind):
        dated = _DATE.match(behind)
        if dated and not (found["end"] or found["every"] or _PLURAL.search(found["from"])):
            raise unplanned()
        if dated or found["end"]:
            return f"{found['every'] or ''}{found['from']} until {found['to']}"
    return _listed(found["from"], found["to"])


def _listed(first: str, last: str) -> str:
    start, end = (next(day for day, names in enumerate(_DAYS) if re.fullmatch(names, one)) for one in (first, last))
    return " ".join(_NAMES[(start + step) % 7] for step in range((end - start) % 7 + 1))
