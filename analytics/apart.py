"""Parts of the tables over all their editions: what their rows tell together of a cell, however old.

Less than the auditor's program knows of the newest editions, where all is held together; but exact for what a reader
can work out of each part: one measure, its places, channels, ways in, steps and weeks together; all measures of people
by area, by channel or by week, because one is a part of another; and each borough's areas crossed with channels.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from analytics.auditor import Rules, Seen, weak_cells
from analytics.cells import Name, Place, Printed, Sum, Tables
from campaign_engine.domain.area import CITY

_MOST, _FEW = 1200, 460
"""Cells of a part that are held together, of its newest editions; and of one edition, up to which all of them are.

Of one measure that is split once all are held together in any case."""

_NOTHING = Printed(Tables((), ()), {})


class Apart:
    """`told` are all editions of one view before the new one."""

    def __init__(self, told: Sequence[Printed], rules: Rules) -> None:
        self._told = [_cut(printed) for printed in told]
        self._rules = rules
        self._seen: defaultdict[Name, Seen] = defaultdict(Seen)
        self._before: dict[Name, frozenset[Place]] = {}

    def weak(self, printed: Printed) -> Iterator[Place]:
        """Hidden cells of any edition that this one leaves fewer than k whole numbers, by position."""
        are_few = len(printed.tables.names) <= _FEW
        for (measure, key), now in _cut(printed).items():
            line, told = (measure, key), [before.get((measure, key), _NOTHING) for before in self._told]
            takes_all = are_few or (measure and key == CITY)
            first = 0 if takes_all else max(0, len(told) - _MOST // len(now.tables.names))
            found = weak_cells([*told[first:], now], self._rules, self._seen[line])
            if found and line not in self._before:
                self._before[line] = frozenset(weak_cells(told[first:], self._rules, Seen()))
            for number, name in sorted(set(found) - self._before.get(line, frozenset())):
                yield first + number, name


def _cut(printed: Printed) -> Mapping[Name, Printed]:
    tops = printed.tables.tops()
    return {line: _only(printed, sums, tops) for line, sums in _lines(printed.tables).items()}


def _lines(tables: Tables) -> Mapping[Name, list[Sum]]:
    """Rows of a measure that are split once; and those that are crossed with channels, borough by borough.

    Of measures that are parts of each other all rows together too, as of no measure by name: of the city, of each
    borough, and of weeks.
    """
    above = {part: each.whole for each in tables.sums for part in each.parts if "|" not in part[1]}
    nested = {name for pair in tables.within for name in pair}
    found: defaultdict[Name, list[Sum]] = defaultdict(list)
    for each in tables.sums:
        measure, line = each.whole[0], (each.whole[0], each.whole[1].partition("|")[0])
        while line in above and above[line][1] != CITY:
            line = above[line]
        crossed = any("|" in key for _, key in each.parts)
        found[line if crossed else (measure, CITY)].append(each)
        if nested.intersection(each.parts):
            for joint in _joint(each, line[1]):
                found["", joint].append(each)
    return found


def _joint(each: Sum, line: str) -> Iterator[str]:
    """The city's are not split into precincts; a borough's row of channels belongs to both."""
    if each.parts[0][1].startswith("week:"):
        yield "week"
        return
    if not any("precinct:" in key for _, key in (each.whole, *each.parts)):
        yield CITY
    if line.startswith("borough:"):
        yield line


def _only(printed: Printed, sums: Sequence[Sum], tops: frozenset[Name]) -> Printed:
    """A whole that is a part of something beside these rows is not known to be below k where it is hidden."""
    names = dict.fromkeys(name for each in sums for name in (each.whole, *each.parts))
    within = tuple((part, whole) for part, whole in printed.tables.within if part in names and whole in names)
    tables = Tables(tuple(names), tuple(sums), within)
    return Printed(
        tables=tables,
        shown={name: printed.shown[name] for name in names if name in printed.shown},
        exact=printed.exact & names.keys(),
        loose=(printed.loose & names.keys()) | (tables.tops() - tops),
        below=printed.below & names.keys(),
        true={name: printed.true[name] for name in names},
        corrects=printed.corrects,
    )
