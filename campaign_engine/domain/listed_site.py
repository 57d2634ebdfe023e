"""Places as the City lists them."""

from dataclasses import dataclass

from campaign_engine.domain.action import SiteKind


@dataclass(frozen=True, slots=True)
class ListedSite:
    """One row that can be used. `official_id` is the City's own; `size` how many people it counts there, if it says."""

    official_id: str
    name: str
    kind: SiteKind
    precinct: int
    street: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used: counted from 1 at the first line of data, the column's heading, and why."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class SiteList:
    """A whole file. `passed_over` counts rows that are no places for young people."""

    sites: tuple[ListedSite, ...]
    bad: tuple[BadRow, ...]
    passed_over: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading a list did; `missing` are sites of an earlier list that this one does not name."""

    added: int
    changed: int
    unchanged: int
    missing: int
