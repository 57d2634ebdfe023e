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

_WORTH_IT = 0.85
_NEIGHBOURS = 5
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
        whole, found = self._programs.whole(), 0
        wanted = self._guess(whole, wanted)
        if len(self._programs.places) > _SMALL:
            for width in (_NEIGHBOURS, 3 * _NEIGHBOURS):
                wanted = self._in_parts(wanted, width)
        while wanted and found < _ENOUGH:
            place = wanted.pop()
            self._exactly(whole, place, wanted)
            if self._seen.width(place) < self._k:
                found += 1
                yield place
            wanted = self._open(wanted)

    def _in_parts(self, wanted: list[Place], width: int) -> list[Place]:
        waiting = dict.fromkeys(_line(place) for place in wanted)
        by_line: defaultdict[str, list[Place]] = defaultdict(list)
        for place in wanted:
            by_line[_line(place)].append(place)
        while waiting:
            line = next(iter(waiting))
            lines = self._lines.around(line, waiting, width)
            here = self._open([place for one in lines for place in by_line[one]])
            if here:
                program = self._programs.part(self._lines.places(lines))
                left = self._guess(program, here)
                while left:
                    place = left.pop()
                    if _line(place) == line:
                        self._exactly(program, place, left)
                        left = self._open(left)
            waiting.pop(line)
            for one in lines:
                if one in waiting and not self._open(by_line[one]):
                    waiting.pop(one)
        return self._open(wanted)

    def _open(self, places: Iterable[Place]) -> list[Place]:
        return [place for place in places if self._seen.width(place) < self._k]

    def _guess(self, program: Program, places: list[Place]) -> list[Place]:
        """Corners in random directions, as long as they settle many; what is left."""
        before = len(places) + 1
        while places and len(places) < _WORTH_IT * before:
            before = len(places)
            weights = self._dice.uniform(0.5, 1.0, len(places)) * self._dice.choice((-1.0, 0.0, 1.0), len(places))
            for side in (weights, -weights):
                self._note(program.best(dict(zip(places, side.tolist(), strict=True))), places)
            places = self._open(places)
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
        for place in columns:
            self._places[_line(place)].append(place)
        self._beside: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._above: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._people: defaultdict[str, int] = defaultdict(int)
        for number, name in columns:
            self._people[_line((number, name))] += editions[number].true[name]
        for each in editions[-1].tables.sums:
            parts = dict.fromkeys(_line((0, part)) for part in each.parts)
            for part in parts:
                self._beside[part] |= parts
                self._above[part][_line((0, each.whole))] = None

    def around(self, line: str, first: Iterable[str], width: int) -> list[str]:
        """It, some lines beside it, and the same of the lines above it that are hidden too.

        Some because they wait too (`first`), some because many people are counted there.
        """
        wanted, found = set(first), dict.fromkeys([line])
        for one in (line, *self._above[line]):
            if self._places[one]:
                found[one] = None
                near = [each for each in self._beside[one] if self._places[each] and each not in found]
                near.sort(key=lambda each: -self._people[each])
                found |= dict.fromkeys(near[: width // 2])
                found |= dict.fromkeys([each for each in near if each in wanted][: width // 2])
        return list(found)

    def places(self, lines: Iterable[str]) -> list[Place]:
        return [place for line in lines for place in self._places[line]]


def _line(place: Place) -> str:
    return place[1][1].partition("|")[0]
