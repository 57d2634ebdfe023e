"""Find my precinct: by ZIP code, which only suggests, and by borough and neighbourhood."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.precinct import Borough, Precinct
from campaign_engine.opendata import figures
from campaign_engine.ports.opendata import ZipShares

_FEWEST_LETTERS = 3
_BEGINNING = 4
"""Letters from which the beginning of a word will do: "brow", but not "all" for Allerton."""

_CITY = ("city", "new york", "new york city")
_IN_FRONT = re.compile(r"^(?:(?:the|el|la|los|las|in|en) )+")
_BEHIND = re.compile(
    r" (?:nyc?|new york(?: city)?|nueva york|manhattan|(?:the |el )?bronx|brooklyn|queens|staten island)$"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A precinct that a ZIP code reaches into; `share` of the ZIP's land, 0 to 1. The person decides."""

    precinct: Precinct
    share: float


def by_zip(text: str, loaded: Mapping[str, ZipShares] | None = None) -> tuple[Suggestion, ...]:
    """Largest share first, by the areas that were loaded from the City if there are any, else by the shipped ones.

    Raises InvalidInput for what is no ZIP code, NotFound for one outside the city.
    """
    digits = text.strip().split("-")[0].strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) == 5):
        raise InvalidInput("That is not a ZIP code.", "A ZIP code has five digits, such as 11212.")
    shares = (loaded or figures.zip_shares()).get(digits)
    if shares is None:
        raise NotFound("That ZIP code is not in New York City.", "Check it, or choose your borough instead.")
    return tuple(Suggestion(figures.precincts()[number], share) for number, share in shares)


def in_borough(borough: Borough) -> tuple[Precinct, ...]:
    """By the name of their first neighbourhood, as a list to choose from."""
    found = (precinct for precinct in figures.precincts().values() if precinct.borough is borough)
    return tuple(sorted(found, key=lambda precinct: precinct.neighbourhoods))


def by_neighbourhood(text: str, borough: Borough | None = None) -> tuple[Precinct, ...]:
    """Precincts with a neighbourhood in which these words are, or begin the last of them; empty when there is none.

    Those called so come first, then by the precincts' own names, then by all others. "The" in front and a borough or
    the city behind are passed over, as in "the Rockaways" or "Harlem NYC".
    """
    said = _plain(text)
    bare = _IN_FRONT.sub("", said)
    for wanted in dict.fromkeys((said, bare, _BEHIND.sub("", said), _BEHIND.sub("", bare))):
        found = _called(wanted) if wanted and wanted not in _CITY else ()
        here = [figures.precincts()[number] for number in found]
        if here:
            return tuple(precinct for precinct in here if borough is None or precinct.borough is borough)
    return ()


def _called(wanted: str) -> tuple[int, ...]:
    exact = [number for name, numbers in _names() if name == wanted for number in numbers]
    within = f" {wanted}" if len(wanted) >= _BEGINNING else f" {wanted} "
    parts = [number for name, numbers in _names() if within in f" {name} " for number in numbers]
    return tuple(dict.fromkeys((*exact, *parts)))


@cache
def _names() -> tuple[tuple[str, tuple[int, ...]], ...]:
    own = ((name, (one.number,)) for one in figures.precincts().values() for name in one.neighbourhoods)
    return tuple((_plain(name), numbers) for name, numbers in (*own, *figures.neighbourhoods().items()))


def _plain(text: str) -> str:
    letters = (sign for sign in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in letters if sign not in "'’.").split())


class ShippedPlaces:
    """Implements dialogue.state.Places on the tables that ship with the program, and the City's ZIP areas if loaded."""

    def __init__(self, zips: Mapping[str, ZipShares] | None = None) -> None:
        self._zips = zips

    def boroughs(self) -> tuple[str, ...]:
        """The five, in a fixed order."""
        return tuple(str(borough) for borough in Borough)

    def precincts(self, borough: str) -> tuple[tuple[int, str], ...]:
        """Number and short names, in order of number."""
        return tuple((each.number, self.name(each.number)) for each in in_borough(Borough(borough)))

    def name(self, precinct: int) -> str:
        """Short neighbourhood names of one precinct."""
        return ", ".join(figures.precincts()[precinct].neighbourhoods)

    def population(self, precinct: int) -> int:
        """People of the 2020 census; none where there is no such precinct."""
        found = figures.precincts().get(precinct)
        return found.population if found is not None else 0

    def by_zip(self, zip_code: str) -> tuple[int, ...]:
        """Likeliest first; empty when it is no ZIP of the city."""
        try:
            return tuple(suggestion.precinct.number for suggestion in by_zip(zip_code, self._zips))
        except (InvalidInput, NotFound):
            return ()

    def by_words(self, text: str) -> tuple[int, ...]:
        """Nothing for a letter or two, which stand in every name."""
        return tuple(each.number for each in by_neighbourhood(text)) if len(_plain(text)) >= _FEWEST_LETTERS else ()
