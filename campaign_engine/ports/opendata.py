"""The City's open data: files that are read, outlines of precincts, and the figures that ship with the program."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from campaign_engine.domain.listed_site import SiteList
from campaign_engine.domain.precinct import Boundaries, Precinct, PrecinctCounts, Ranking, RankingRule

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""

ZipShares = tuple[tuple[int, float], ...]
"""Precincts that a ZIP code reaches into, and the share of its land in each (0 to 1)."""


class Placed(Protocol):
    """Something in a precinct; latitude and longitude are WGS 84 degrees, None where the City gives no place."""

    @property
    def precinct(self) -> int: ...
    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...


class Incident(Placed, Protocol):
    """One shooting."""

    @property
    def incident_key(self) -> str: ...
    @property
    def occur_date(self) -> date: ...


class IncidentFile(Protocol):
    """A whole file of shootings, checked; `edition` tells editions apart, `data_through` is its newest day."""

    @property
    def rows(self) -> Sequence[Incident]: ...
    @property
    def edition(self) -> str: ...
    @property
    def data_through(self) -> date: ...


class Outlines(Protocol):
    """Today's outlines of the 78 precincts."""

    @property
    def edition(self) -> str: ...

    def locate(self, placed: Sequence[Placed]) -> list[int]:
        """Precinct that each lies in today; the one the file names where there is no place."""

    def as_geojson(self) -> Mapping[int, str]:
        """One geometry per precinct, read back by CityData.outlines."""


class SiteFile(Protocol):
    """Reads the City's lists of places."""

    def read(self, path: Path, outlines: Outlines | None, progress: Progress | None = None) -> SiteList:
        """Every row, those that cannot be used apart. Raises BrokenFile for a file that is no such list."""


class CityData(Protocol):
    """Reads the City's files, ranks, and knows the shipped figures. Reading and ranking may take a second."""

    def read_shootings(self, path: Path, progress: Progress | None = None) -> IncidentFile:
        """Raises BrokenFile naming row and column."""

    def read_outlines(self, path: Path) -> Outlines:
        """Raises BrokenFile naming the feature."""

    def shootings_of(self, records: Sequence[Mapping[str, Any]]) -> IncidentFile:
        """From rows of the feed. Raises BrokenFile."""

    def outlines_of(self, records: Sequence[Mapping[str, Any]]) -> Outlines:
        """From features of the feed. Raises BrokenFile."""

    def zip_shares(self, records: Sequence[Mapping[str, Any]], outlines: Outlines) -> Mapping[str, ZipShares]:
        """By ZIP code, of features of the feed laid over today's precincts. Raises BrokenFile."""

    def outlines(self, edition: str, geojson: Mapping[int, str]) -> Outlines:
        """From what Outlines.as_geojson gave."""

    def precincts(self) -> Mapping[int, Precinct]:
        """All 78 by number."""

    def data_through(self) -> date:
        """Newest day of the shipped figures."""

    def counts(self, rule: RankingRule) -> PrecinctCounts:
        """Shipped figures for the years of a rule."""

    def counts_by_year(self, boundaries: Boundaries) -> Mapping[tuple[int, int], int]:
        """Shipped figures by (precinct, year)."""

    def edition(self) -> str:
        """Of the outlines that the shipped figures were counted by."""

    def rank(self, rule: RankingRule, counts: PrecinctCounts) -> Ranking:
        """Raises InvalidInput when the years reach past the data."""
