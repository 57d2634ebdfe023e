"""Which cells an edition has: it follows from what is public, never from the counts. Zeros have a cell too (K1)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.cells import Name, Sum, Tables
from campaign_engine.domain.area import CITY
from campaign_engine.domain.inviting import MOST_STEPS
from campaign_engine.domain.precinct import Borough, borough_of

BEYOND = "beyond"
"""People of other precincts and those who gave none: one cell, so that fewer others are hidden to cover it."""

SOURCES = ("site", "other")
GENERATIONS = MOST_STEPS + 1

NESTED = ("reached", "engaged", "joined", "pledged", "trained", "inviting")
PEOPLE = (*NESTED, "delivered_people")
ASKED, ANSWERS = "asked", ("followed_through", "not_followed", "no_answer")
FOLLOW_THROUGH = (ASKED, *ANSWERS)
"""Of the whole campaign only, since few are asked in an area. Who was asked about a plan is in one of the answers."""

HARM = ("opt_outs", "deletes", "blocks", "pauses")
WITHOUT_PERSON = "pledges_without_person"
WITHIN: Mapping[str, str] = {
    "engaged": "reached",
    "joined": "reached",
    "pledged": "engaged",
    "trained": "reached",
    "inviting": "reached",
    ASKED: "pledged",
    **dict.fromkeys(ANSWERS, ASKED),
}
"""Each measure is a part of the other one, cell by cell."""

BY_CHANNEL = ("reached", "pledged")
"""Measures with a table of precinct x channel."""

BY_WAY_IN = ("joined", "pledged")
"""Measures with a table of generations."""

BY_SITE = (*BY_WAY_IN, WITHOUT_PERSON)
"""Measures with tables of sources and sites."""

BY_WEEK = ("reached", "joined", "engaged", "pledged", "trained", "inviting")
"""Measures with a table of weeks of sign-up: the steps of the funnel."""

EARLIER = "week:earlier"
"""Who had signed up before the week of the launch."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Target precincts by borough, channels, sites (name and precinct) and weeks of sign-up (Sundays)."""

    boroughs: Mapping[Borough, tuple[int, ...]]
    channels: tuple[str, ...]
    sites: Mapping[int, tuple[str, int]]
    weeks: tuple[date, ...] = ()
    generations: int = GENERATIONS

    def precincts(self) -> tuple[int, ...]:
        """Targets in ascending order."""
        return tuple(sorted(number for numbers in self.boroughs.values() for number in numbers))

    def sums(self, measure: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every whole of a measure with its parts, by key."""
        if measure in FOLLOW_THROUGH:
            return
        boroughs = {f"borough:{name}": tuple(f"precinct:{one}" for one in each) for name, each in self.boroughs.items()}
        yield CITY, (*boroughs, BEYOND)
        yield from boroughs.items()
        if measure in PEOPLE:
            yield CITY, tuple(f"channel:{one}" for one in self.channels)
        if measure in BY_CHANNEL and len(self.channels) > 1:
            yield from self._by_channel(boroughs)
        if measure in BY_SITE:
            yield CITY, tuple(f"source:{one}" for one in SOURCES)
            yield "source:site", (*(f"site:{one}" for one in self.sites), "site:beyond")
        if measure in BY_WAY_IN:
            yield CITY, tuple(f"generation:{one}" for one in range(self.generations))
        if measure in BY_WEEK:
            yield CITY, (EARLIER, *(week_key(one) for one in self.weeks))

    def _by_channel(self, boroughs: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
        lines = [*boroughs, *(one for each in boroughs.values() for one in each), BEYOND]
        for line in lines:
            yield line, tuple(crossed(line, one) for one in self.channels)
        for channel in self.channels:
            yield f"channel:{channel}", tuple(crossed(line, channel) for line in (*boroughs, BEYOND))
            for borough, each in boroughs.items():
                yield crossed(borough, channel), tuple(crossed(one, channel) for one in each)

    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Measures that are protected together, because people know how they belong together."""
        return ((*NESTED, *FOLLOW_THROUGH), *((measure,) for measure in ("delivered_people", *HARM, WITHOUT_PERSON)))

    def tables(self, measures: Iterable[str]) -> Tables:
        """The shape of all tables of these measures together."""
        wanted = tuple(measures)
        sums = [
            Sum((measure, whole), tuple((measure, part) for part in parts))
            for measure in wanted
            for whole, parts in self.sums(measure)
        ]
        if ASKED in wanted:
            sums.append(Sum((ASKED, CITY), tuple((answer, CITY) for answer in ANSWERS)))
        names = dict.fromkeys((measure, CITY) for measure in wanted)
        names |= dict.fromkeys(name for each in sums for name in (each.whole, *each.parts))
        within = [
            ((part, key), (whole, key))
            for part, whole in self._within(wanted)
            for measure, key in names
            if measure == part and (whole, key) in names
        ]
        return Tables(tuple(names), tuple(sums), tuple(within), tuple(self._under(wanted)))

    def _under(self, measures: tuple[str, ...]) -> Iterator[tuple[Name, Name]]:
        """Every area of a measure, by channel too, under the city."""
        boroughs = (f"borough:{name}" for name in self.boroughs)
        areas = (BEYOND, *boroughs, *(f"precinct:{one}" for one in self.precincts()))
        by_channel = [crossed(area, one) for area in areas for one in self.channels]
        for measure in measures:
            lines = (*areas, *by_channel) if measure in BY_CHANNEL else areas
            yield from (((measure, line), (measure, CITY)) for line in lines)

    def _within(self, measures: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Pledged are among the reached too, which have tables that the engaged have not."""
        for part, whole in (*WITHIN.items(), ("pledged", "reached")):
            if part in measures and whole in measures:
                yield part, whole

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "boroughs": {name.value: list(each) for name, each in self.boroughs.items()},
            "channels": list(self.channels),
            "sites": {str(site): list(each) for site, each in self.sites.items()},
            "weeks": [week.isoformat() for week in self.weeks],
            "generations": self.generations,
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Layout":
        """The reverse."""
        return cls(
            {Borough(name): tuple(each) for name, each in plain["boroughs"].items()},
            tuple(plain["channels"]),
            {int(site): (name, precinct) for site, (name, precinct) in plain["sites"].items()},
            tuple(date.fromisoformat(week) for week in plain["weeks"]),
            plain["generations"],
        )


def week_key(sunday: date) -> str:
    """Key of everybody who signed up in a week."""
    return f"week:{sunday.isoformat()}"


def crossed(line: str, channel: str) -> str:
    """Key of an area's cell of one channel."""
    return f"{line}|channel:{channel}"


def by_borough(precincts: Iterable[int]) -> dict[Borough, tuple[int, ...]]:
    """In ascending order. Raises NotFound."""
    found: dict[Borough, tuple[int, ...]] = {}
    for number in sorted(precincts):
        found[borough_of(number)] = (*found.get(borough_of(number), ()), number)
    return found
