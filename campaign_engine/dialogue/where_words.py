"""Where a campaign goes, as organizers type it: "73, 75", "top 30", "the Bronx", "Brownsville and 75"."""

import re
import unicodedata

from campaign_engine.dialogue.finding_area import borough_in
from campaign_engine.dialogue.state import Context, Places
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, TargetKind, TargetRule

_BETWEEN = re.compile(r"[,;/&+\n]|\b(?:and|y|e)\b")
_TOKEN = re.compile(r"[a-z]+|\d+|[^\sa-z\d]")
_BESIDE_NUMBERS = re.compile(
    r"the|los?|las?|el|in|en|number|numero|nypd|precincts?|precintos?|pcts?|st|nd|rd|th|o|\.|#"
)
_BESIDE_TOP = re.compile(
    r"the|los|las|el|in|en|of|de|with|con|city|nyc|ciudad|precincts?|precintos?|top|most|mas|shootings|tiroteos|[.!-]"
)
_TOP = re.compile(r"\btop\b|\bmost shootings\b|\bmas tiroteos\b")
_JUST_TOP = re.compile(r"los (\d{1,9})(?: precintos)?\.?")
_LEADING = re.compile(r"^(?:(?:all of|todo|in|en|the|el|la|los|las)\s+)+")
_TOP_COUNT = 30
_LONGEST_NUMBER = 9


def read_targets(typed: str, context: Context) -> TargetRule:
    """What the buttons offer and numbers; a neighbourhood where its name lies in one precinct only.

    Raises InvalidInput for anything else, and for a number that is no precinct.
    """
    said, count = _folded(typed), len(context.top) or _TOP_COUNT
    if _is_top(said, count):
        return TargetRule()
    places = context.places
    parts = [said] if _named(said, places) else [one.strip() for one in _BETWEEN.split(said) if one.strip()]
    boroughs = [_borough(one, places) for one in parts]
    if parts and all(boroughs):
        chosen = [one for one in places.boroughs() if one in boroughs]
        return TargetRule.from_json({**TargetRule().as_json(), "kind": TargetKind.BOROUGHS, "boroughs": chosen})
    numbers = [number for one in parts for number in _precincts(one, places)]
    if not numbers:
        raise _unknown(0)
    return TargetRule(TargetKind.PRECINCTS, precincts=tuple(dict.fromkeys(numbers)))


def _folded(typed: str) -> str:
    marks = unicodedata.normalize("NFKD", typed.casefold())
    return "".join(mark for mark in marks if not unicodedata.combining(mark)).strip()


def _is_top(said: str, count: int) -> bool:
    """Of another count there is no ranking to go by. Raises InvalidInput for it."""
    just = _JUST_TOP.fullmatch(said)
    if just is not None and int(just[1]) == count:
        return True
    if not _TOP.search(said):
        return False
    if _numbers(said, _BESIDE_TOP) not in ((), (count,)):
        raise _unknown(0)
    return True


def _numbers(said: str, beside: re.Pattern[str]) -> tuple[int, ...] | None:
    """None where anything else is said than these words."""
    tokens = _TOKEN.findall(said)
    if any(len(one) > _LONGEST_NUMBER if one.isdecimal() else not beside.fullmatch(one) for one in tokens):
        return None
    return tuple(int(one) for one in tokens if one.isdecimal())


def _precincts(said: str, places: Places) -> tuple[int, ...]:
    """Of one part. Raises InvalidInput for one that means nothing, so that no part of it is passed over."""
    numbers = _numbers(said, _BESIDE_NUMBERS)
    if numbers is not None:
        wrong = next((number for number in numbers if number not in PRECINCT_NUMBERS), None)
        if wrong is not None:
            raise _unknown(wrong)
        return numbers
    found = _named(said, places)
    if not found:
        raise _unknown(0)
    return found


def _named(said: str, places: Places) -> tuple[int, ...]:
    """By the whole words of a borough or of a neighbourhood that lies in one precinct; none where it is unclear."""
    borough = _borough(said, places)
    if borough:
        return tuple(sorted(number for number, _ in places.precincts(borough)))
    name = _LEADING.sub("", said).rstrip(" .!")
    found = places.by_words(name)
    if len(found) != 1 or not re.search(rf"\b{re.escape(name)}\b", _folded(places.name(found[0]))):
        return ()
    return found


def _borough(said: str, places: Places) -> str:
    number = borough_in(_LEADING.sub("", said), places)
    return "" if number is None else places.boroughs()[number]


def _unknown(number: int) -> InvalidInput:
    said = f"There is no precinct {number}." if number else "There is no precinct number in it."
    return InvalidInput(said, "Write precinct numbers, for example 73, 75.", "no_precinct", {"number": number})
