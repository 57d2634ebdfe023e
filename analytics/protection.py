"""What the next edition of a group of tables shows: what it shows already, and as many changes as give nobody away.

First what simple rules say must be hidden (safety K1, K2), each time the cheapest cell; then whatever the auditor still
finds. Everything hidden, or everything as it was, is always safe, so that this ends.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analytics.apart import Apart
from analytics.auditor import Rules, Seen, weak_cells
from analytics.bounds import narrow
from analytics.cells import Name, Place, Printed, Sum, Tables
from analytics.refusal import ReleaseRefused

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


def protect(wanted: Wanted, earlier: Sequence[Printed], rules: Rules, older: Sequence[Printed] = ()) -> Printed:
    """The next edition of one view. Raises ReleaseRefused when not even what was there before can be shown again.

    `earlier` are audited together with it; of those that are `older` still it must not narrow a hidden cell in plain
    sight (analytics.bounds), nor by the rows of one table together (analytics.apart).
    """
    draft = _Draft(wanted, earlier[-1].shown if earlier else {}, rules)
    audit = _Audit(earlier, older, rules)
    for turn in range(_ROUNDS):
        draft.settle()
        found = audit.weak(draft.printed())
        if not found:
            return draft.printed()
        draft.retreat(found, len(earlier), widely=turn >= _ROUNDS // 2)
    draft.give_up()
    if audit.weak(draft.printed()):
        raise ReleaseRefused("This edition would give a small number away.", "Nothing was published. Please report it.")
    return draft.printed()


class _Audit:
    """By itself first, which is quick, then with the editions before it, and at last beside all there ever were."""

    def __init__(self, earlier: Sequence[Printed], older: Sequence[Printed], rules: Rules) -> None:
        self._earlier, self._older = earlier, older
        self._narrow = narrow([*older, *earlier], rules, len(older))
        self._apart = Apart([*older, *earlier], rules) if older else None
        self._rules = rules
        self._alone, self._together = Seen(), Seen()

    def weak(self, printed: Printed) -> tuple[Place, ...]:
        """Positions as in all editions together."""
        now = len(self._earlier)
        found = weak_cells([printed], self._rules, self._alone)
        if found or not now:
            return tuple((now, name) for _, name in found)
        found = weak_cells([*self._earlier, printed], self._rules, self._together)
        return found or tuple(self._older_ones(printed))

    def _older_ones(self, printed: Printed) -> Iterator[Place]:
        """What it newly narrows; of an edition before all, as the first."""
        told = [*self._older, *self._earlier, printed]
        for _, name in sorted(narrow(told, self._rules, len(self._older)) - self._narrow):
            yield 0, name
        if self._apart is not None:
            for number, name in self._apart.weak(printed):
                yield max(0, number - len(self._older)), name


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
    inside: dict[Name, list[Name]] = field(init=False)

    def __post_init__(self) -> None:
        self.shown, self.exact = dict(self.wanted.shown), set(self.wanted.exact)
        self.whole_of, self.part_of = defaultdict(list), defaultdict(list)
        self.beside, self.inside = defaultdict(list), defaultdict(list)
        for each in self.wanted.tables.sums:
            self.whole_of[each.whole].append(each)
            for part in each.parts:
                self.part_of[part].append(each)
        for part, whole in self.wanted.tables.within:
            self.beside[part].append(whole)
            self.beside[whole].append(part)
        for part, whole in self._below():
            self.inside[whole].append(part)

    def printed(self) -> Printed:
        """As it stands."""
        counts, slack, tops = self.wanted.counts, self.rules.slack, self.wanted.tables.tops()
        late = {name for name in self.shown.keys() - self.exact if counts[name] > self.shown[name] + slack}
        big = {name for name in tops if name not in self.shown and counts[name] >= self.rules.k}
        less = {name for name in self.shown.keys() - self.exact if counts[name] < self.shown[name]}
        return Printed(
            tables=self.wanted.tables,
            shown=dict(self.shown),
            exact=frozenset(self.exact),
            loose=frozenset(late | big),
            below=frozenset(less),
            true=counts,
            corrects=self.wanted.corrects,
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
        """What simple rules say of the cells together, until no cell breaks one."""
        self._cover()
        while self._hold_back():
            self._cover()

    def _cover(self) -> None:
        """Under each total that is shown nothing is hidden, or two cells or more that hold k persons together (K2).

        What is hidden of a measure is hidden of its parts, and no area is shown of which the city is not.
        """
        for part, whole in self._below():
            if whole not in self.shown and part in self.shown:
                for one in self._narrower(part):
                    self.hide(one)
        waiting = list(self.wanted.tables.sums)
        while waiting:
            each = waiting.pop()
            victim = self._victim(each)
            if victim is not None:
                waiting.append(each)
                for one in self._narrower(victim):
                    self.hide(one)
                    waiting += [*self.part_of[one], *self.whole_of[one]]

    def _hold_back(self) -> bool:
        """No cell says more than one it is a part of, nor do parts together: it stays what it was until that one moves.

        What was printed before keeps to this, so that it always can. Returns whether anything changed.
        """
        changed = False
        for part, whole in self.wanted.tables.within:
            while part in self.shown and whole in self.shown and self.shown[part] > self.shown[whole]:
                self.undo(part)
                changed = True
        for each in self.wanted.tables.sums:
            parts = [part for part in each.parts if part in self.shown]
            while each.whole in self.shown and parts:
                more = sum(self.shown[part] for part in parts) - self.shown[each.whole]
                if more <= 0:
                    break
                self.undo(min(parts, key=lambda part, more=more: self._loss(part, more)))  # type: ignore[misc] # bound now
                parts = [part for part in parts if part in self.shown]
                changed = True
        return changed

    def _loss(self, part: Name, more: int) -> tuple[bool, bool, bool, int]:
        """One that moved before one that opened before one that did not, and the smallest step that is large enough."""
        step = self.shown[part] - (self.before.get(part, 0) if part in self.exact else 0)
        return (part not in self.exact, part not in self.before, step < more, step if step >= more else -step)

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

    def _below(self) -> tuple[tuple[Name, Name], ...]:
        """Cells that are shown only where another one is, with that one."""
        return (*self.wanted.tables.under, *self.wanted.tables.within)

    def _narrower(self, name: Name) -> list[Name]:
        """It and the cells within it."""
        found = [name]
        for each in found:
            found += [one for one in self.inside[each] if one in self.shown]
        return found

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
