"""The port to the City's open data: this package's loaders, ranking and figures behind one object."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from campaign_engine.domain.precinct import Boundaries, Precinct, PrecinctCounts, Ranking, RankingRule
from campaign_engine.opendata import figures
from campaign_engine.ports.opendata import IncidentFile, Outlines, Progress, ZipShares


class NewYorkData:
    """Implements ports.opendata.CityData; shapely and numpy are loaded only when they are used."""

    def read_shootings(self, path: Path, progress: Progress | None = None) -> IncidentFile:
        """Raises BrokenFile naming row and column."""
        from campaign_engine.opendata.shootings import read_shootings

        return read_shootings(path, progress)

    def read_outlines(self, path: Path) -> Outlines:
        """Raises BrokenFile naming the feature."""
        from campaign_engine.opendata.boundaries import read_outlines

        return read_outlines(path)

    def shootings_of(self, records: Sequence[Mapping[str, Any]]) -> IncidentFile:
        """Raises BrokenFile naming row and column."""
        from campaign_engine.opendata.shootings import shootings_of

        return shootings_of(records)

    def outlines_of(self, records: Sequence[Mapping[str, Any]]) -> Outlines:
        """Raises BrokenFile naming the feature."""
        from campaign_engine.opendata.boundaries import outlines_of

        return outlines_of(records)

    def zip_shares(self, records: Sequence[Mapping[str, Any]], outlines: Outlines) -> Mapping[str, ZipShares]:
        """Raises BrokenFile naming the feature."""
        from campaign_engine.opendata.boundaries import PrecinctOutlines
        from campaign_engine.opendata.zip_areas import zip_shares

        return zip_shares(records, PrecinctOutlines.from_geojson(outlines.edition, outlines.as_geojson()))

    def outlines(self, edition: str, geojson: Mapping[int, str]) -> Outlines:
        """Inverse of Outlines.as_geojson."""
        from campaign_engine.opendata.boundaries import PrecinctOutlines

        return PrecinctOutlines.from_geojson(edition, geojson)

    def precincts(self) -> Mapping[int, Precinct]:
        """The project's own table."""
        return figures.precincts()

    def data_through(self) -> date:
        """Of the project's own table."""
        return figures.data_through()

    def counts(self, rule: RankingRule) -> PrecinctCounts:
        """From the project's own table."""
        return figures.counts(rule)

    def counts_by_year(self, boundaries: Boundaries) -> Mapping[tuple[int, int], int]:
        """From the project's own table."""
        return figures.counts_by_year(boundaries)

    def edition(self) -> str:
        """Of the project's own table."""
        return str(figures.sources()["precincts"]["edition"])

    def rank(self, rule: RankingRule, counts: PrecinctCounts) -> Ranking:
        """Raises InvalidInput when the years reach past the data."""
        from campaign_engine.opendata.ranking import rank

        return rank(rule, counts)
