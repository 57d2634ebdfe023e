"""What the next edition of a group of tables shows: what it shows already, and as many changes as give nobody away.

First what simple rules say must be hidden (safety K1, K2), each time the cheapest cell; then whatever the auditor still
finds. Everything hidden, or everything as it was, is always safe, so that this ends.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from analytics.auditor import Place, ReleaseRefused, Rules, Seen, weak_cells
from analytics.cells import Name, Printed, Sum, Tables

_ROUNDS = 40
"""Of hiding what the auditor found, before all changes of this edition are given up."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the next edition would show if every cell were on its own.

    `counts`: the true ones. `shown`: cell by cell what may be shown at best. `exact`: those of them that are new.
    `corrects`: see cells.Printed.
    """

    tables: Tables
    counts: Mapping[Name, int]
    shown: Mapping[Name, int]
    exact: frozenset[Name]
    corrects: bool = False


def protect(wanted: Wanted, earlier: Sequence[Printed], rules: Rules) -> Printed:
    """The next edition of one view. Raises ReleaseRefused when not even what was there before can be shown again."""
    draft = _Draft(wanted, earlier[-1].shown if earlier else {}, rules)
    most = 2 * max([0, *wanted.counts.values(), *(top for one in earlier for top in one.shown.values())]) + 100
    seen, alone = Seen(), Seen()
    for turn in range(_ROUNDS):
        draft.settle()
        found = weak_cells([draft.printed()], rules, most, alone)
        if found:
            draft.retreat([(len(earlier), name) for _, name in found], len(earlier), widely=False)
            continue
        found = weak_cells([*earlier, draft.printed()], rules, most, seen)
        if not found:
            return draft.printed()
        draft.retreat(found, len(earlier), widely=turn >= _ROUNDS // 2)
    draft.give_up()
    last = [*earlier, draft.printed()]
    if weak_cells(last, rules, most, seen):
        raise ReleaseRefused("This edition would give a small number away.", "Nothing was published. Please report it.")
    return last[-1]


@dataclass
class _Draft:
    wanted: Wanted
    before: Mapping[Name, int]
    rules: Rules
    shown: dict[Name, int] = field(init=False)
    exact: set[Name] = field(init=False)
    whole_of: dict[Name, list[Sum]] = field(init=False)
    part_of: dict[Name, list[Sum]] = field(init=False)
    beside: dict[Name, list[Name]] = field(init=False)

    def __post_init__(self) -> None:
        self.shown, self.exact = dict(self.wanted.shown), set(self.wanted.exact)
        self.whole_of, self.part_of, self.beside = defaultdict(list), defaultdict(list), defaultdict(list)
        for each in self.wanted.tables.sums:
            self.whole_of[each.whole].append(each)
            for part in each.parts:
                self.part_of[part].append(each)
        for part, whole in self.wanted.tables.within:
            self.beside[part].append(whole)
            self.beside[whole].append(part)

    def printed(self) -> Printed:
        """As it stands."""
        counts, slack, tops = self.wanted.counts, self.rules.slack, self.wanted.tables.tops()
        late = {name for name in self.shown.keys() - self.exact if counts[name] > self.shown[name] + slack}
        big = {name for name in tops if name not in self.shown and counts[name] >= self.rules.k}
        return Printed(
            self.wanted.tables, dict(self.shown), frozenset(self.exact), frozenset(late | big), self.wanted.corrects
        )

    def hide(self, name: Name) -> None:
        """Even where it was shown before."""
        self.shown.pop(name, None)
        self.exact.discard(name)

    def undo(self, name: Name) -> None:
        """As it was in the edition before; a second time it is hidden."""
        if name in self.exact and name in self.before:
            self.shown[name] = self.before[name]
            self.exact.discard(name)
        else:
            self.hide(name)

    def settle(self) -> None:
        """Under each total that is shown nothing is hidden, or two cells or more that hold k persons together (K2)."""
        waiting = list(self.wanted.tables.sums)
        while waiting:
            each = waiting.pop()
            victim = self._victim(each)
            if victim is not None:
                self.hide(victim)
                waiting += [each, *self.part_of[victim], *self.whole_of[victim]]

    def retreat(self, found: Collection[Place], current: int, *, widely: bool) -> None:
        """One change less for each cell that was found weak."""
        changed: set[Name] = set()
        for number, name in found:
            near = self._near(name, widely=widely)
            if changed & near:
                continue
            if number < current and name in self.exact:
                self.undo(name)
                changed.add(name)
                continue
            fresh = [each for each in near if each in self.exact] or [each for each in near if each in self.shown]
            if not fresh:
                fresh = [each for each in self.exact if each[0] == name[0]] or list(self.exact) or list(self.shown)
            if fresh:
                least = min(fresh, key=self._cost)
                self.undo(least)
                changed.add(least)

    def give_up(self) -> None:
        """Nothing new at all."""
        for name in tuple(self.exact):
            self.undo(name)
        self.settle()

    def _near(self, name: Name, *, widely: bool) -> set[Name]:
        """Cells that are added up with it, of its own measure or of one beside it."""
        names = {name, *self.beside[name]} if widely else {name}
        sums = [each for one in names for each in (*self.part_of[one], *self.whole_of[one])]
        return {one for each in sums for one in (each.whole, *each.parts)} | names

    def _victim(self, each: Sum) -> Name | None:
        hidden = [part for part in each.parts if part not in self.shown]
        if each.whole in self.shown:
            if not hidden or (len(hidden) > 1 and self._total(hidden) >= self.rules.k):
                return None
        elif hidden:
            return None
        left = [part for part in each.parts if part in self.shown]
        return min(left, key=self._cost) if left else each.whole

    def _total(self, names: Iterable[Name]) -> int:
        return sum(self.wanted.counts[name] for name in names)

    def _cost(self, name: Name) -> tuple[bool, int, int, Name]:
        """What was shown before comes last, then what would bring more after it, then the larger."""
        alone = sum(
            all(part in self.shown for part in each.parts) for each in (*self.part_of[name], *self.whole_of[name])
        )
        return (name in self.before, alone if name not in self.whole_of else alone + 10, self.wanted.counts[name], name)
