"""A report as a document: the same sections, tables and charts for its page, its PDF and whoever reads it aloud.

A section that has a chart has a table of the same figures (safety P1): `Section` refuses one without.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["", "sum", "borough", "inner"]
ChartKind = Literal["bars", "shares", "ranges", "columns", "map"]


@dataclass(frozen=True, slots=True)
class Row:
    """`number` stands before the label of a precinct; `hushed` rows say what is left out."""

    label: str
    cells: tuple[str, ...]
    level: Level = ""
    number: str = ""
    hushed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` begin with that of the labels; phones leave out those whose places are in `wide`."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    wide: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Mark:
    """One bar: `said` stands beside it, `low` and `high` are an interval.

    Without a value it is somewhere in its interval (safety K1, a share at an end), or hidden when it has none either.
    """

    label: str
    value: float | None
    said: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` and `text` are what a screen reader says. A map has `shades` and `names` by precinct instead of marks.

    `legend`: class of a shade and its words; of a chart `veiled` and `coded`, where they are drawn. `unit` is of
    the numbers in it.
    """

    kind: ChartKind
    title: str
    text: str
    marks: tuple[Mark, ...] = ()
    shades: Mapping[int, int | None] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    legend: tuple[tuple[str, str], ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """`fold` is the summary of a table that is folded on a screen; `half` ones stand side by side there.

    Raises ValueError for a chart without a table.
    """

    key: str
    title: str
    text: tuple[str, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    more: tuple[Table, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    fold: str = ""
    half: bool = False

    def __post_init__(self) -> None:
        if self.chart is not None and self.table is None:
            raise ValueError(f"the chart of {self.key} has no table")


@dataclass(frozen=True, slots=True)
class Head:
    """One large number; `hidden` ones are written smaller."""

    said: str
    label: str
    note: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before the numbers: warn, good, or just a note."""

    kind: Literal["warn", "good", "note"]
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """All of it, in one language. `name` is the stem of its files."""

    name: str
    language: str
    title: str
    kicker: str
    facts: tuple[str, ...]
    notices: tuple[Notice, ...]
    heads: tuple[Head, ...]
    made: tuple[str, ...]
    sections: tuple[Section, ...]
    source: str

    def charts(self) -> Mapping[str, Chart]:
        """By key of their section."""
        return {section.key: section.chart for section in self.sections if section.chart}
