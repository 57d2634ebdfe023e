"""Where a campaign goes, as organizers type it: "73, 75", "top 30", "the Bronx", "Brownsville and 75", "Harlem"."""

import re
import unicodedata

from campaign_engine.dialogue.finding_area import MOST_NAMED, borough_in
from campaign_engine.dialogue.flow import Rows, named, number, option
from campaign_engine.dialogue.state import Context, Places
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.message import Reply
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
_LONGEST_DATA = 64
"""Bytes of a button on Telegram."""


class SeveralPrecincts(InvalidInput):
    """A name that lies in several, or that is part of another name; `sure` are those of whatever else was typed."""

    code = "several_precincts"

    def __init__(self, sure: tuple[int, ...], among: tuple[int, ...]) -> None:
        super().__init__("That name lies in several precincts.", f"Write the numbers, of {', '.join(map(str, among))}.")
        self.sure = sure
        self.among = among


def read_targets(typed: str, context: Context) -> TargetRule:
    """What the buttons offer and numbers; a neighbourhood where its name lies in one precinct only.

    Raises SeveralPrecincts where it does not, InvalidInput for anything else and for a number that is no precinct.
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
    sure, among = _sure_and_among(parts, places)
    if among:
        raise SeveralPrecincts(sure, among)
    if not sure:
        raise _unknown(0)
    return TargetRule(TargetKind.PRECINCTS, precincts=sure)


def which(error: SeveralPrecincts, places: Places) -> Reply:
    """Each of them as a button, with whatever else was typed, then all at once."""
    each = [named(f"{places.name(one).partition(',')[0]} ({one})", _data(error.sure, one)) for one in error.among]
    pairs: Rows = tuple(tuple(each[start : start + 2]) for start in range(0, len(each), 2))
    everywhere = (option("organize.which_all", _data(error.sure, *error.among)),) if len(each) > 1 else ()
    rows = (*pairs, (*everywhere, option("organize.back", "ed:targets")))
    return Reply("organize.which_precinct", {"count": len(each)}, rows, asks_text=True)


def tapped(value: str) -> TargetRule | None:
    """What a button of such a question means; None for anything else."""
    numbers = [number(one) for one in value.split("+")]
    chosen = tuple(one for one in numbers if one in PRECINCT_NUMBERS and one is not None)
    return TargetRule(TargetKind.PRECINCTS, precincts=chosen) if len(chosen) == len(numbers) else None


def _data(sure: tuple[int, ...], *chosen: int) -> str:
    return "tg:" + "+".join(map(str, dict.fromkeys((*sure, *chosen))))


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


def _sure_and_among(parts: list[str], places: Places) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Precincts of the parts that are clear, and those to choose from for the others. Raises InvalidInput for a part
    that means nothing, so that none is passed over.
    """
    sure: list[int] = []
    among: list[int] = []
    for one in parts:
        found = _numbered(one) or _named(one, places)
        (sure if found else among).extend(found or _possible(one, places))
    left = tuple(number for number in dict.fromkeys(among) if number not in sure)
    if among and (len(left) > MOST_NAMED or len(_data(tuple(sure), *left)) > _LONGEST_DATA):
        raise _unknown(0)
    return tuple(dict.fromkeys(sure)), left


def _numbered(said: str) -> tuple[int, ...]:
    """Of one part; none where it is no numbers. Raises InvalidInput for a number that is no precinct."""
    numbers = _numbers(said, _BESIDE_NUMBERS) or ()
    wrong = next((number for number in numbers if number not in PRECINCT_NUMBERS), None)
    if wrong is not None:
        raise _unknown(wrong)
    return numbers


def _named(said: str, places: Places) -> tuple[int, ...]:
    """By the whole words of a borough or of a neighbourhood that names one precinct; none where it is unclear."""
    borough = _borough(said, places)
    if borough:
        return tuple(sorted(number for number, _ in places.precincts(borough)))
    name = _name_in(said)
    whole = re.compile(rf"\b{re.escape(name)}\b")
    found = tuple(number for number in places.by_words(name) if whole.search(_folded(places.name(number))))
    return found if len(found) == 1 else ()


def _possible(said: str, places: Places) -> tuple[int, ...]:
    """Raises InvalidInput where there is none."""
    found = places.by_words(_name_in(said))
    if not found:
        raise _unknown(0)
    return found


def _name_in(said: str) -> str:
    return _LEADING.sub("", said).rstrip(" .!?")


def _borough(said: str, places: Places) -> str:
    number = borough_in(_LEADING.sub("", said), places)
    return "" if number is None else places.boroughs()[number]


def _unknown(number: int) -> InvalidInput:
    said = f"There is no precinct {number}." if number else "There is no precinct number in it."
    return InvalidInput(said, "Write precinct numbers, for example 73, 75.", "no_precinct", {"number": number})
