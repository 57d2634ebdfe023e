"""Outlines of the precincts (y76i-bdw7), and which of today's precincts a shooting lies in."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

from campaign_engine.domain.errors import BrokenFile, NotFound
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Boundaries, PrecinctCounts, RankingRule, borough_of
from campaign_engine.opendata.shootings import Shooting
from campaign_engine.ports.opendata import Placed

Area = shapely.Polygon | shapely.MultiPolygon

_DATASET = "y76i-bdw7"
_DOWNLOAD = f'Download "Police Precincts" ({_DATASET}) from NYC Open Data as GeoJSON and import it unchanged.'
_CITY = (-74.3, 40.4, -73.6, 41.0)


@dataclass(frozen=True, slots=True)
class PrecinctOutlines:
    """One polygon or multipolygon per precinct, longitude and latitude in WGS 84; `edition` names dataset and file."""

    edition: str
    polygons: Mapping[int, Area]

    @classmethod
    def from_geojson(cls, edition: str, geometries: Mapping[int, str]) -> Self:
        """Inverse of as_geojson."""
        polygons: dict[int, Area] = {number: _stored(text) for number, text in geometries.items()}
        return cls(edition, polygons)

    def as_geojson(self) -> Mapping[int, str]:
        """One geometry per precinct, as GeoJSON text that `from_geojson` reads back."""
        return {number: shapely.to_geojson(polygon) for number, polygon in self.polygons.items()}

    def locate(self, placed: Sequence[Placed]) -> list[int]:
        """Today's precinct of each; the one the file names where there is no place or it lies in no outline."""
        found = [each.precinct for each in placed]
        rows, places = [], []
        for index, each in enumerate(placed):
            if each.longitude is not None and each.latitude is not None:
                rows.append(index)
                places.append((each.longitude, each.latitude))
        points = [shapely.Point(place) for place in places]
        numbers = list(self.polygons)
        hits = shapely.STRtree(points).query(list(self.polygons.values()), predicate="intersects")
        for polygon, point in hits.T.tolist():
            found[rows[point]] = numbers[polygon]
        return found


def read_outlines(path: Path) -> PrecinctOutlines:
    """All 78 precincts from a GeoJSON file. Raises BrokenFile, with `row` the feature counted from 1."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenFile(f"{path.name} cannot be opened.", "Check the name and that you may read it.") from error
    try:
        collection = json.loads(data)
        features = collection["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenFile(f"{path.name} is not a GeoJSON map.", _DOWNLOAD) from error
    return _outlines(features, data)


def outlines_of(features: Sequence[Mapping[str, Any]]) -> PrecinctOutlines:
    """As read_outlines, from features that came over the network."""
    return _outlines(features, json.dumps(features, sort_keys=True).encode())


def _outlines(features: Sequence[Any], data: bytes) -> PrecinctOutlines:
    polygons: dict[int, Area] = {}
    for row, feature in enumerate(features, 1):
        number = _number(row, feature)
        if number in polygons:
            raise BrokenFile(f"Feature {row} draws precinct {number} again.", _DOWNLOAD, row=row, column="precinct")
        polygons[number] = _polygon(row, feature)
    missing = [str(number) for number in PRECINCT_NUMBERS if number not in polygons]
    if missing:
        hint = "It is older than December 2024, when precinct 116 opened. " if missing == ["116"] else ""
        raise BrokenFile(f"The map has no precinct {', '.join(missing)}.", hint + _DOWNLOAD, column="precinct")
    edition = f"{_DATASET} {hashlib.sha256(data).hexdigest()[:12]}"
    return PrecinctOutlines(edition, {number: polygons[number] for number in PRECINCT_NUMBERS})


def count(
    shootings: Iterable[Shooting], rule: RankingRule, data_through: date, outlines: PrecinctOutlines | None = None
) -> PrecinctCounts:
    """Incidents in the rule's years: by today's outlines if the rule asks for them and they are given, else by code."""
    chosen = [row for row in shootings if rule.first_year <= row.occur_date.year <= rule.last_year]
    if outlines is None or rule.boundaries is Boundaries.CODE:
        return PrecinctCounts(Counter(row.precinct for row in chosen), data_through, Boundaries.CODE.value)
    return PrecinctCounts(Counter(outlines.locate(chosen)), data_through, outlines.edition)


def _number(row: int, feature: Any) -> int:
    try:
        number = int(feature["properties"]["precinct"])
    except (KeyError, TypeError, ValueError) as error:
        message = f"Feature {row} has no precinct number."
        raise BrokenFile(message, _DOWNLOAD, row=row, column="precinct") from error
    try:
        borough_of(number)
    except NotFound as error:
        message = f"Feature {row} is precinct {number}, which does not exist for this program."
        hint = "If the City opened a new precinct, this program needs a newer version. " + _DOWNLOAD
        raise BrokenFile(message, hint, row=row, column="precinct") from error
    return number


def _stored(text: str) -> Area:
    area = shapely.from_geojson(text)
    if not isinstance(area, shapely.Polygon | shapely.MultiPolygon):
        raise BrokenFile("A stored outline is not an area.", "Import the boundaries again.")
    return area


def _polygon(row: int, feature: Any) -> Area:
    try:
        polygon = shape(feature["geometry"])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ShapelyError) as error:
        raise BrokenFile(f"Feature {row} has no outline.", _DOWNLOAD, row=row, column="geometry") from error
    if not isinstance(polygon, shapely.Polygon | shapely.MultiPolygon) or polygon.is_empty:
        raise BrokenFile(f"Feature {row} is not an area.", _DOWNLOAD, row=row, column="geometry")
    if not polygon.is_valid:
        raise BrokenFile(f"The outline of feature {row} crosses itself.", _DOWNLOAD, row=row, column="geometry")
    if not shapely.box(*_CITY).contains(polygon):
        message = f"Feature {row} lies outside New York City, or is not in longitude and latitude."
        raise BrokenFile(message, _DOWNLOAD, row=row, column="geometry")
    return polygon
