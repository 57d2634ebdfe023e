"""ZIP areas of the Health Department (MODZCTA, pri4-ifjk) laid over the precincts."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from campaign_engine.domain.errors import BrokenFile
from campaign_engine.opendata.boundaries import Area, PrecinctOutlines
from campaign_engine.ports.opendata import ZipShares

SMALLEST_SHARE = 0.01
"""Less is a difference in how a shore or a street was drawn."""

FEWEST = 150
"""Areas of a whole file; there are 177."""

_Shape = TypeVar("_Shape", bound=BaseGeometry)

_PARKS_AND_WATER = "99999"
_ZIP = re.compile(r"\b\d{5}\b")
_DOWNLOAD = 'The data set is "Modified Zip Code Tabulation Areas" (pri4-ifjk) of NYC Open Data, as GeoJSON.'


@dataclass(frozen=True, slots=True)
class Plane:
    """Precinct polygons in feet (EPSG:2263), so that lengths and areas mean something."""

    transformer: Transformer
    polygons: Mapping[int, Area]

    @classmethod
    def of(cls, outlines: PrecinctOutlines) -> "Plane":
        """From longitude and latitude."""
        transformer = Transformer.from_crs(4326, 2263, always_xy=True)
        return cls(transformer, {number: _moved(area, transformer) for number, area in outlines.polygons.items()})

    def shares(self, area: BaseGeometry) -> ZipShares:
        """Of an area in longitude and latitude; none for one that lies in no precinct."""
        flat = _moved(shapely.make_valid(area), self.transformer)
        numbers, polygons = list(self.polygons), np.array(list(self.polygons.values()))
        near = shapely.intersects(polygons, flat)
        cut = {
            number: float(shapely.intersection(polygon, flat).area)
            for number, polygon, touches in zip(numbers, polygons, near, strict=True)
            if touches
        }
        land = sum(cut.values())
        return tuple((number, part / land) for number, part in cut.items() if part >= SMALLEST_SHARE * land)


def area_shares(features: Iterable[Mapping[str, Any]], outlines: PrecinctOutlines) -> Mapping[str, ZipShares]:
    """By number of the area. Raises BrokenFile naming the feature."""
    plane = Plane.of(outlines)
    return {_name(row, each): _shares(row, each, plane) for row, each in enumerate(features, 1) if not _beyond(each)}


def zip_shares(features: Sequence[Mapping[str, Any]], outlines: PrecinctOutlines) -> Mapping[str, ZipShares]:
    """By ZIP code: each that the `label` of an area lists has the shares of that area. Raises BrokenFile."""
    shares = area_shares(features, outlines)
    if len(shares) < FEWEST:
        raise BrokenFile(f"The map has only {len(shares)} ZIP areas.", _DOWNLOAD)
    found: dict[str, ZipShares] = defaultdict(tuple)
    for code, area in _codes(features):
        if area in shares:
            found[code] = shares[area]
    return dict(found)


def _codes(features: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for row, feature in enumerate(features, 1):
        area = _name(row, feature)
        for code in {area, *_ZIP.findall(str(_properties(feature).get("label", "")))}:
            yield code, area


def _properties(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    found = feature.get("properties")
    return {str(name).lower(): value for name, value in found.items()} if isinstance(found, dict) else {}


def _beyond(feature: Mapping[str, Any]) -> bool:
    return _properties(feature).get("modzcta") == _PARKS_AND_WATER


def _name(row: int, feature: Mapping[str, Any]) -> str:
    area = str(_properties(feature).get("modzcta", ""))
    if not _ZIP.fullmatch(area):
        raise BrokenFile(f"Feature {row} has no ZIP area.", _DOWNLOAD, row=row, column="modzcta")
    return area


def _shares(row: int, feature: Mapping[str, Any], plane: Plane) -> ZipShares:
    try:
        shares = plane.shares(shape(feature["geometry"]))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, ShapelyError) as error:
        raise BrokenFile(f"Feature {row} has no outline.", _DOWNLOAD, row=row, column="geometry") from error
    if not shares:
        message = f"Feature {row} lies outside New York City, or is not in longitude and latitude."
        raise BrokenFile(message, _DOWNLOAD, row=row, column="geometry")
    return shares


def _moved(area: _Shape, transformer: Transformer) -> _Shape:
    def move(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(area, move)
