"""The weekly edition of how many allies each area has, hidden and rounded before anybody can see it (safety K1 to K3).

No pandas: the serving process makes it from one small count.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime

from analytics.suppression import PUBLIC_K, Cell, ReleaseRefused, audit, protect
from campaign_engine.domain.area import CITY, AreaFigure, moved, precinct_key, rounded, step_of, week_of
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Borough, borough_of
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store

log = logging.getLogger(__name__)

BEYOND = "beyond"
"""Allies who would rather not say, or chose no area yet: among the city's."""


class AreaEditions:
    """Ticks; any number of them over one database, and each week has one edition."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def tick(self) -> bool:
        """Whether this made the edition of the week; none that gives somebody away. Raises StoreUnavailable."""
        now = self._clock()
        week = week_of(now)
        async with self._store.read() as work:
            if await work.areas.edition() == week:
                return False
        try:
            async with self._store.write() as work:
                if not await work.areas.begin(week):
                    return False
                counted, before = await work.areas.counted(), await work.areas.figures()
                await work.areas.publish(tuple(figures(counted, before, now)), week)
        except ReleaseRefused as error:
            log.error("the figures of areas stay those of last week (%s)", error.code)  # the code says it
            return False
        return True


def figures(counted: Mapping[int | None, int], before: Mapping[str, AreaFigure], now: datetime) -> Iterator[AreaFigure]:
    """The next edition of every cell. Raises ReleaseRefused.

    A precinct that was shown stays what it was until ten came or went, so what is hidden does not follow single people
    either; a whole is the sum of what its parts are taken for, and moves in steps of its own.
    """
    tree = _tree(counted, before)
    hidden = _hidden(tree)
    _audit(tree, hidden)
    for cell in tree.walk():
        if cell.key == BEYOND:
            continue
        last = before.get(cell.key, AreaFigure(cell.key))
        frozen = moved(last.frozen, cell.count)
        shown = None if cell.key in hidden else rounded(frozen)
        step = max(last.step, step_of(shown))
        yield AreaFigure(cell.key, frozen, shown, step, now if step > last.step else last.step_at)


def _hidden(tree: Cell) -> frozenset[str]:
    """A whole is shown only where nothing else would have to be hidden for it: everybody looks at their own area first.

    From the boroughs up to the city.
    """
    few = {cell.key for cell in tree.walk() if cell.count < PUBLIC_K}
    for whole in (*(part for part in tree.parts if part.parts), tree):
        if protect(whole, PUBLIC_K, few) - few:
            few.add(whole.key)
    return protect(tree, PUBLIC_K, few)


def _audit(tree: Cell, hidden: frozenset[str]) -> None:
    """Over each whole that is shown: under one that is hidden, a hidden part is anything from 0 to 9 as it is."""
    for shown in (tree,) if tree.key not in hidden else tree.parts:
        if shown.key not in hidden:
            audit(shown, hidden, PUBLIC_K)


def _tree(counted: Mapping[int | None, int], before: Mapping[str, AreaFigure]) -> Cell:
    boroughs = []
    for borough in Borough:
        keys = [number for number in PRECINCT_NUMBERS if borough_of(number) is borough]
        boroughs.append(_whole(f"borough:{borough}", [_precinct(number, counted, before) for number in keys]))
    return _whole(CITY, [*boroughs, Cell(BEYOND, counted.get(None, 0))])


def _precinct(number: int, counted: Mapping[int | None, int], before: Mapping[str, AreaFigure]) -> Cell:
    key, count = precinct_key(number), counted.get(number, 0)
    taken = moved(before[key].frozen if key in before else 0, count)
    return Cell(key, taken if taken >= PUBLIC_K else count)


def _whole(key: str, parts: list[Cell]) -> Cell:
    return Cell(key, sum(part.count for part in parts), tuple(parts))
