"""The auditor: the least and most that each hidden cell can be, from all that was ever published (safety K2).

A linear program over every edition of one group of tables. The outsider it stands for knows which cells add up to
which, that no count is negative or goes down, that pledged are among reached, and when a figure stays or moves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analytics.cells import Place, Printed
from analytics.programs import ALMOST, Program, Programs
from analytics.refusal import ReleaseRefused

_WORTH_IT = 0.9
"""Of the cells of a part that are left after a question, above which it was asked too often."""

_LINES = (8, 16)
"""Lines of a part: a larger part settles more, and takes longer for each."""

_SMALL = 300
"""Cells that are asked for all at once as fast as in parts."""

_ENOUGH = 12
"""Weak cells that are worth a new attempt at hiding."""

_SEED = 11


@dataclass(frozen=True, slots=True)
class Rules:
    """`k`: how many whole numbers a hidden cell must be able to be. `slack`: how far an unmoved figure may lag."""

    k: int
    slack: int


@dataclass(slots=True)
class Seen:
    """Least and most of each cell over all tables that would have been printed alike and were found so far.

    It holds on when less is published, because each of those tables would then be printed alike too.
    """

    least: dict[Place, float] = field(default_factory=dict)
    most: dict[Place, float] = field(default_factory=dict)

    def width(self, place: Place) -> int:
        """How many whole numbers lie between, 0 before anything was found."""
        if place not in self.least:
            return 0
        return int(np.floor(self.most[place] + ALMOST) - np.ceil(self.least[place] - ALMOST)) + 1

    def add(self, place: Place, value: float) -> None:
        """One more table."""
        self.least[place] = min(self.least.get(place, value), value)
        self.most[place] = max(self.most.get(place, value), value)


def weak_cells(editions: Sequence[Printed], rules: Rules, seen: Seen) -> tuple[Place, ...]:
    """Hidden cells of any edition that could be fewer than k whole numbers: all there are, or the first few found.

    Raises ReleaseRefused where the true counts do not fit what is published.
    """
    wanted = [
        (number, name)
        for number, printed in enumerate(editions)
        for name in printed.tables.names
        if name not in printed.shown and seen.width((number, name)) < rules.k
    ]
    return tuple(_Search(editions, rules, seen).weak(wanted)) if wanted else ()


class _Search:
    """First parts of the program, with the rest as it truly is: that settles nearly every cell.

    What is left is asked of the whole program, which alone can tell that a cell is weak.
    """

    def __init__(self, editions: Sequence[Printed], rules: Rules, seen: Seen) -> None:
        self._k = rules.k
        self._seen = seen
        self._programs = Programs(editions, rules.k, rules.slack)
        self._lines = _Lines(editions, self._programs.columns)
        self._dice = np.random.default_rng(_SEED)
        if not self._programs.fits():
            raise ReleaseRefused(
                "The figures of this edition do not fit the earlier ones.", "Nothing was published. Please report this."
            )

    def weak(self, wanted: list[Place]) -> Iterator[Place]:
        """Each with certainty."""
        if len(self._programs.places) > _SMALL:
            for part in self._lines.parts():
                here = self._open(place for place in wanted if place in part)
                if here:
                    self._guess(self._programs.part(part), here, 2)
        wanted = self._open(wanted)
        if not wanted:
            return
        whole, found = self._programs.whole(), 0
        wanted = self._guess(whole, wanted, 1)
        while wanted and found < _ENOUGH:
            place = wanted.pop()
            self._exactly(whole, place, wanted)
            if self._seen.width(place) < self._k:
                found += 1
                yield place
            wanted = self._open(wanted)

    def _open(self, places: Iterable[Place]) -> list[Place]:
        return [place for place in places if self._seen.width(place) < self._k]

    def _guess(self, program: Program, places: list[Place], patience: int) -> list[Place]:
        """Corners in random directions, as long as they settle some; what is left.

        All cells of a line go the same way: who lives elsewhere takes all that they did along, in every edition.
        """
        idle = 0
        while places and idle < patience:
            before, ways = len(places), dict.fromkeys(_line(place) for place in places)
            ways = dict(zip(ways, self._dice.choice((-1.0, 1.0), len(ways)).tolist(), strict=True))
            weights = self._dice.uniform(0.5, 1.0, len(places)).tolist()
            cost = {place: ways[_line(place)] * weight for place, weight in zip(places, weights, strict=True)}
            for side in (1.0, -1.0):
                self._note(program.best({place: side * weight for place, weight in cost.items()}), places)
            places = self._open(places)
            worth = _WORTH_IT * before if patience > 1 else before - 3
            idle = idle + 1 if len(places) > worth else 0
        return places

    def _exactly(self, program: Program, place: Place, others: Sequence[Place]) -> None:
        for direction in (1.0, -1.0):
            self._note(program.best({place: direction}), (place, *others))

    def _note(self, table: Mapping[Place, float], places: Sequence[Place]) -> None:
        for place in places:
            self._seen.add(place, table[place])


class _Lines:
    """Cells by the area, site, week ... that they are about, and which of these are added up together."""

    def __init__(self, editions: Sequence[Printed], columns: Mapping[Place, int]) -> None:
        self._places: defaultdict[str, list[Place]] = defaultdict(list)
        self._measures: defaultdict[str, list[Place]] = defaultdict(list)
        self._people: defaultdict[str, int] = defaultdict(int)
        for place in columns:
            number, (measure, key) = place
            self._places[_line(place)].append(place)
            self._people[_line(place)] += editions[number].true[measure, key]
            if "|" not in key:
                self._measures[measure].append(place)
        self._above: dict[str, str] = {}
        for each in editions[-1].tables.sums:
            self._above |= {_line((0, part)): _line((0, each.whole)) for part in each.parts if "|" not in part[1]}

    def parts(self) -> Iterator[set[Place]]:
        """Lines that are added up, so many together that in each some have people; then a measure of all lines."""
        families: defaultdict[str, list[str]] = defaultdict(list)
        for line in sorted(self._places, key=lambda line: -self._people[line]):
            families[self._above.get(line, "")].append(line)
        for size in _LINES:
            for whole, lines in families.items():
                apart = max(1, round(len(lines) / size))
                for first in range(apart):
                    together = {*lines[first::apart], whole}
                    yield {place for line in together for place in self._places.get(line, ())}
            yield from map(set, self._measures.values())


def _line(place: Place) -> str:
    return place[1][1].partition("|")[0]
