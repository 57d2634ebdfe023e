"""Police precincts, how they are ranked by shootings, and which of them a campaign is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from campaign_engine.domain.errors import InvalidInput, NotFound


class Borough(StrEnum):
    """The five boroughs, by the names their people use in English."""

    MANHATTAN = "Manhattan"
    BRONX = "Bronx"
    BROOKLYN = "Brooklyn"
    QUEENS = "Queens"
    STATEN_ISLAND = "Staten Island"


_RANGES = (
    (range(1, 35), Borough.MANHATTAN),
    (range(40, 53), Borough.BRONX),
    (range(60, 95), Borough.BROOKLYN),
    (range(100, 117), Borough.QUEENS),
    (range(120, 124), Borough.STATEN_ISLAND),
)

PRECINCT_NUMBERS: tuple[int, ...] = (
    *(1, 5, 6, 7, 9, 10, 13, 14, 17, 18, 19, 20, 22, 23, 24, 25, 26, 28, 30, 32, 33, 34),
    *range(40, 51),
    52,
    *(60, 61, 62, 63, 66, 67, 68, 69, 70, 71, 72, 73, 75, 76, 77, 78, 79, 81, 83, 84, 88, 90, 94),
    *range(100, 117),
    *range(120, 124),
)

FIRST_YEAR = 2006
"""The City's list of shootings begins on January 1 of this year."""

TOSS_UP = 0.1
"""A precinct is a toss-up when its probability of belonging in the top lies more than this from no and from yes."""


def borough_of(number: int) -> Borough:
    """From the number alone, because the borough column of the City's file is not reliable. Raises NotFound."""
    if number in PRECINCT_NUMBERS:
        for numbers, borough in _RANGES:
            if number in numbers:
                return borough
    raise NotFound(f"There is no precinct {number} in New York City.", "Use a precinct number such as 75.")


@dataclass(frozen=True, slots=True)
class Precinct:
    """A precinct as the project's own table knows it.

    `population` is the 2020 census; latitude and longitude (WGS 84) lie inside the precinct; `tile` is its column and
    row, from 0 at the top left, on the tile map of reports.
    """

    number: int
    neighbourhoods: tuple[str, ...]
    population: int
    latitude: float
    longitude: float
    neighbours: tuple[int, ...]
    tile: tuple[int, int]

    @property
    def borough(self) -> Borough:
        """From the number."""
        return borough_of(self.number)


class Measure(StrEnum):
    """What precincts are ordered by: incidents, or incidents per 1,000 residents."""

    COUNT = "count"
    RATE = "rate"


class Boundaries(StrEnum):
    """Which precinct an incident counts for: the one its place lies in today, or the one the file names."""

    TODAY = "today"
    CODE = "code"


def last_full_year(data_through: date) -> int:
    """The last year the data cover to its end; its newest incident may be some days before New Year."""
    return data_through.year if (data_through.month, data_through.day) >= (12, 25) else data_through.year - 1


@dataclass(frozen=True, slots=True)
class RankingRule:
    """Full calendar years, both included, and how many precincts are the top. Raises InvalidInput."""

    first_year: int
    last_year: int
    top: int = 30
    by: Measure = Measure.COUNT
    boundaries: Boundaries = Boundaries.TODAY

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.first_year <= self.last_year:
            raise InvalidInput(
                f"The years {self.first_year} to {self.last_year} cannot be ranked.",
                f"Give a first year from {FIRST_YEAR} on that is not after the last year.",
            )
        if not 1 <= self.top <= len(PRECINCT_NUMBERS):
            raise InvalidInput(
                f"A top {self.top} cannot be ranked.", f"Give a number from 1 to {len(PRECINCT_NUMBERS)}."
            )

    @classmethod
    def default(cls, data_through: date) -> Self:
        """Top 30 by count over the last five full years, on today's boundaries."""
        last = last_full_year(data_through)
        return cls(max(FIRST_YEAR, last - 4), last)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, read back by `from_json`."""
        return {
            "first_year": self.first_year,
            "last_year": self.last_year,
            "top": self.top,
            "by": self.by.value,
            "boundaries": self.boundaries.value,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises InvalidInput when a field is missing or has no meaning."""
        try:
            return cls(
                int(data["first_year"]),
                int(data["last_year"]),
                int(data["top"]),
                Measure(data["by"]),
                Boundaries(data["boundaries"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable("ranking rule") from error


@dataclass(frozen=True, slots=True)
class PrecinctCounts:
    """Incidents per precinct in the years of a rule.

    `boundaries` says how they were counted: "code", or the edition of the polygons used. `data_through` is the day of
    the newest incident in the data. A precinct without an incident may be left out.
    """

    incidents: Mapping[int, int]
    data_through: date
    boundaries: str


@dataclass(frozen=True, slots=True)
class RankedPrecinct:
    """One place of a ranking.

    `p_top` is the probability that the precinct belongs in the top; `rate` is incidents per 1,000 residents (2020
    census) over all years of the rule, None where nobody lives; `few_residents` marks precincts where many visit and
    few live, so that the rate misleads.
    """

    precinct: int
    incidents: int
    rank: int
    p_top: float
    rate: float | None
    few_residents: bool

    @property
    def borough(self) -> Borough:
        """From the number."""
        return borough_of(self.precinct)

    @property
    def toss_up(self) -> bool:
        """Whether another draw of the same chances could well have decided otherwise."""
        return TOSS_UP < self.p_top < 1 - TOSS_UP

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, read back by `from_json`."""
        return {
            "precinct": self.precinct,
            "borough": self.borough.value,
            "incidents": self.incidents,
            "rank": self.rank,
            "p_top": self.p_top,
            "rate": self.rate,
            "few_residents": self.few_residents,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The borough is not read, it follows from the number."""
        rate = data["rate"]
        return cls(
            int(data["precinct"]),
            int(data["incidents"]),
            int(data["rank"]),
            float(data["p_top"]),
            None if rate is None else float(rate),
            bool(data["few_residents"]),
        )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every precinct in order of rank, with what it was counted from. Equal precincts stand in order of number."""

    rule: RankingRule
    boundaries: str
    data_through: date
    precincts: tuple[RankedPrecinct, ...]

    @property
    def top(self) -> tuple[int, ...]:
        """Numbers of the first N, best-ranked first."""
        return tuple(ranked.precinct for ranked in self.precincts[: self.rule.top])

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, read back by `from_json`."""
        return {
            "rule": self.rule.as_json(),
            "boundaries": self.boundaries,
            "data_through": self.data_through.isoformat(),
            "precincts": [ranked.as_json() for ranked in self.precincts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises InvalidInput when a field is missing or has no meaning."""
        try:
            return cls(
                RankingRule.from_json(data["rule"]),
                str(data["boundaries"]),
                date.fromisoformat(data["data_through"]),
                tuple(RankedPrecinct.from_json(ranked) for ranked in data["precincts"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable("ranking") from error


Ranker = Callable[[RankingRule, PrecinctCounts], Ranking]
"""Orders every precinct and gives each its `p_top`; same input, same figures."""


class TargetKind(StrEnum):
    """How the precincts of a campaign are chosen."""

    TOP = "top"
    BOROUGHS = "boroughs"
    PRECINCTS = "precincts"


@dataclass(frozen=True, slots=True)
class TargetRule:
    """The top of a ranking, all precincts of some boroughs, or a list; `without` takes precincts out of it.

    Raises InvalidInput for a rule that names nothing, and NotFound for a number that is no precinct.
    """

    kind: TargetKind = TargetKind.TOP
    boroughs: tuple[Borough, ...] = ()
    precincts: tuple[int, ...] = ()
    without: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for number in (*self.precincts, *self.without):
            borough_of(number)
        if bool(self.boroughs) != (self.kind is TargetKind.BOROUGHS):
            raise InvalidInput("The target does not fit its boroughs.", "Choose boroughs, the top precincts or a list.")
        if bool(self.precincts) != (self.kind is TargetKind.PRECINCTS):
            raise InvalidInput("The target does not fit its list.", "Choose boroughs, the top precincts or a list.")

    def resolve(self, ranking: Ranking) -> tuple[int, ...]:
        """Precinct numbers in ascending order. Raises InvalidInput when none is left."""
        left = self.numbers(ranking.top)
        if not left:
            raise InvalidInput("No precinct is left in the target.", "Take fewer precincts out, or choose more.")
        return left

    def numbers(self, top: tuple[int, ...]) -> tuple[int, ...]:
        """Ascending, with these as the top of a ranking; none when none is left."""
        if self.kind is TargetKind.TOP:
            chosen = set(top)
        elif self.kind is TargetKind.BOROUGHS:
            chosen = {number for number in PRECINCT_NUMBERS if borough_of(number) in self.boroughs}
        else:
            chosen = set(self.precincts)
        return tuple(sorted(chosen.difference(self.without)))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, read back by `from_json`."""
        return {
            "kind": self.kind.value,
            "boroughs": [borough.value for borough in self.boroughs],
            "precincts": list(self.precincts),
            "without": list(self.without),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Raises InvalidInput when a field is missing or has no meaning."""
        try:
            return cls(
                TargetKind(data["kind"]),
                tuple(Borough(borough) for borough in data["boroughs"]),
                tuple(int(number) for number in data["precincts"]),
                tuple(int(number) for number in data["without"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _unreadable("target rule") from error


def _unreadable(what: str) -> InvalidInput:
    return InvalidInput(f"This {what} cannot be read.", "A field is missing or has a value that is not known.")
