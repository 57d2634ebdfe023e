"""Finding somebody's area from what they typed: a ZIP code, a borough, a neighborhood, or a precinct's number.

It only ever suggests: which area it is, they say with a tap. Nothing typed is kept.
"""

from dataclasses import replace

from campaign_engine.dialogue.flow import back, column, edited_from, named, option
from campaign_engine.dialogue.state import Context, Places, State
from campaign_engine.domain.message import Reply
from campaign_engine.domain.words import is_zip_code, plain_digits, squeezed

MOST_SUGGESTED = 3
"""Areas for a ZIP code, the likeliest first."""

MOST_NAMED = 6
"""Areas for a name that was typed; a word that more have in their names says too little."""

_ARTICLES = ("", "the", "el")
_LONGEST_NUMBER = 3
_PLUS_FOUR = 4


def remember_near(state: State, given: str, context: Context) -> State:
    """A ZIP code that came along with a start suggests its areas when the place is asked; it is not kept itself."""
    person = context.person
    if context.source or person.is_staff or person.precinct or person.precinct_declined or not is_zip_code(given):
        return state
    near = list(_by_zip(given, context))
    return replace(state, data={**state.data, "near": near}) if near else state


def forget_near(state: State) -> State:
    """They want another one, or have chosen."""
    return replace(state, data={key: value for key, value in state.data.items() if key != "near"})


def question(state: State, context: Context) -> Reply:
    """The areas of the ZIP code they came with, else the boroughs."""
    near = tuple(state.data.get("near", ()))
    return _which(near, context) if near and not edited_from(state) else boroughs(state, context)


def boroughs(state: State, context: Context) -> Reply:
    """A place to type, and five to tap."""
    each = [named(name, f"b:{number}") for number, name in enumerate(context.places.boroughs())]
    pairs = tuple(tuple(each[start : start + 2]) for start in range(0, len(each), 2))
    last = (back(state, "age"), option("join.rather_not", "n:0"))
    return Reply("join.place", options=(*pairs, last), asks_text=True)


def borough_in(text: str, places: Places) -> int | None:
    """Which one the whole text names, with or without its article."""
    said = squeezed(text)
    for number, name in enumerate(places.boroughs()):
        if said in {article + squeezed(name) for article in _ARTICLES}:
            return number
    return None


def suggestion(text: str, context: Context) -> Reply:
    """Areas to choose from; without buttons it says why there are none."""
    zip_code = _zip_code(text)
    found = _by_zip(zip_code, context) if zip_code else _by_number(text, context) or context.places.by_words(text)
    if 0 < len(found) <= MOST_NAMED:
        return _which(found, context)
    return Reply("join.zip_outside" if zip_code else "join.place_unclear")


def exists(precinct: int, context: Context) -> bool:
    """In one of the five boroughs."""
    places = context.places
    return any(precinct == number for borough in places.boroughs() for number, _ in places.precincts(borough))


def _which(found: tuple[int, ...], context: Context) -> Reply:
    names = (named(f"{context.places.name(number)} ({number})", f"n:{number}") for number in found)
    other = (option("join.other_area", "bb"), option("join.rather_not", "n:0"))
    return Reply("join.zip_suggests", options=(*column(*names), other))


def _zip_code(text: str) -> str:
    """Empty when it is none; the four digits that some write behind it say nothing more to us."""
    first, _, more = plain_digits(text.strip()).partition("-")
    plus_four = not more or (more.strip().isdecimal() and len(more.strip()) == _PLUS_FOUR)
    return first.strip() if is_zip_code(first) and plus_four else ""


def _by_zip(text: str, context: Context) -> tuple[int, ...]:
    return context.places.by_zip(plain_digits(text.strip()))[:MOST_SUGGESTED]


def _by_number(text: str, context: Context) -> tuple[int, ...]:
    digits = plain_digits(text.strip())
    if not digits.isdecimal() or len(digits) > _LONGEST_NUMBER:
        return ()
    return (int(digits),) if exists(int(digits), context) else ()
