"""Tables of counts as an outsider sees them: which cells there are, which add up to which, and what was printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Name = tuple[str, str]
"""A cell: its measure and its key, such as ("pledged", "precinct:44") or ("pledged", "precinct:44|channel:web")."""


Place = tuple[int, Name]
"""A cell of one of several editions, by its position."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What everybody knows: the parts add up to the whole."""

    whole: Name
    parts: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """The fixed shape of what is printed together. `within`: the first cell never counts more than the second.

    `under`: the first cell is shown only where the second is.
    """

    names: tuple[Name, ...]
    sums: tuple[Sum, ...]
    within: tuple[tuple[Name, Name], ...] = ()
    under: tuple[tuple[Name, Name], ...] = ()

    def leaves(self) -> frozenset[Name]:
        """Cells that no other cells add up to."""
        return frozenset(self.names) - {each.whole for each in self.sums}

    def tops(self) -> frozenset[Name]:
        """Cells that are part of no other."""
        return frozenset(self.names) - {part for each in self.sums for part in each.parts}


@dataclass(frozen=True, slots=True)
class Printed:
    """One edition of the tables in one view: what is not in `shown` says "hidden".

    `exact`: opened or moved in this edition, so that the figure was the count at its moment; any other shown figure is
    an earlier one that fewer than a step were added to. `loose`: cells of which that, or that a hidden total is below
    k, would be a wrong guess. `below`: shown cells that count less than that by now. `corrects`: counts may have gone
    down since the edition before. `true`: the counts themselves, which the auditor begins from and no outsider has.
    """

    tables: Tables
    shown: Mapping[Name, int]
    exact: frozenset[Name] = field(default_factory=frozenset)
    loose: frozenset[Name] = field(default_factory=frozenset)
    below: frozenset[Name] = field(default_factory=frozenset)
    true: Mapping[Name, int] = field(default_factory=dict)
    corrects: bool = False
