"""The map of a report as SVG: one square per precinct, or true outlines when the City's boundaries are loaded.

Colours are classes of the page's style sheet, so that dark mode and print keep them readable. Every tile has a title
for screen readers and pointers.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from campaign_engine.opendata import figures

STEPS = 4
TILE, GAP = 34, 4
WIDTH = 440
"""Of true outlines: on a phone their numbers are then nearly as large as on a desk, and none covers another."""
_SIMPLER = 0.0006
"""Degrees, some 60 meters: what a phone's screen can show."""

_LABELS = (
    ("Manhattan", 0, 4.5),
    ("Bronx", 9, 1.6),
    ("Queens", 9, 5.7),
    ("Brooklyn", 8, 13.6),
    ("Staten", 0, 12.1),
    ("Island", 0, 12.6),
)
"""Column and row of each name, in tiles, where no tile lies."""


@dataclass(frozen=True, slots=True)
class Shades:
    """Precincts of the campaign by figure, None where it is hidden; all others are drawn as beyond it."""

    counts: Mapping[int, int | None]

    def steps(self) -> tuple[tuple[int, int], ...]:
        """Least and most of each shade that is used, lightest first; about as many precincts in each."""
        shown = sorted(count for count in self.counts.values() if count is not None)
        size = math.ceil(len(shown) / STEPS) if shown else 1
        starts = sorted({shown[index] for index in range(0, len(shown), size)})
        ends = [max(count for count in shown if count < start) for start in starts[1:]] + shown[-1:]
        return tuple(zip(starts, ends, strict=True))

    def css(self, number: int) -> str:
        """Class of a precinct."""
        if number not in self.counts:
            return "beyond"
        count = self.counts[number]
        if count is None:
            return "veiled"
        steps = self.steps()
        place = next(index for index, (least, most) in enumerate(steps) if least <= count <= most)
        return f"step{round(place * (STEPS - 1) / max(1, len(steps) - 1)) if len(steps) > 1 else STEPS - 1}"


def draw(
    shades: Shades,
    outlines: Mapping[int, str],
    describe: Callable[[int], str],
    words: tuple[str, str],
    key: str = "map",
) -> str:
    """SVG markup; `describe` names a precinct with its figure, `words` are title and description of the whole.

    `key` begins its ids, which are unique on a page.
    """
    size, shapes = _outlined(shades, outlines, describe) if outlines else _tiled(shades, describe)
    title, description = (escape(text) for text in words)
    return (
        f'<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" role="img" '
        f'aria-labelledby="{key}-title {key}-text">'
        f'<title id="{key}-title">{title}</title><desc id="{key}-text">{description}</desc>'
        '<defs><pattern id="veil" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect class="veil-ground" width="6" height="6"/><rect class="veil-line" width="2" height="6"/>'
        "</pattern></defs>"
        f"{''.join(shapes)}</svg>"
    )


def _tiled(shades: Shades, describe: Callable[[int], str]) -> tuple[tuple[int, int], list[str]]:
    pitch = TILE + GAP
    shapes = [
        f'<text class="place" x="{column * pitch:g}" y="{row * pitch:g}">{name}</text>' for name, column, row in _LABELS
    ]
    columns = rows = 0
    for number, precinct in figures.precincts().items():
        column, row = precinct.tile
        columns, rows = max(columns, column + 1), max(rows, row + 1)
        shapes.append(_tile(shades.css(number), describe(number), number, (column * pitch, row * pitch)))
    return (columns * pitch - GAP, rows * pitch - GAP), shapes


def _outlined(
    shades: Shades, outlines: Mapping[int, str], describe: Callable[[int], str]
) -> tuple[tuple[int, int], list[str]]:
    import shapely  # serving processes do not draw

    areas = {number: shapely.from_geojson(text) for number, text in outlines.items()}
    lacking = {number: figures.precincts()[number] for number in shades.counts if number not in areas}
    points = [shapely.Point(one.longitude, one.latitude) for one in lacking.values()]
    west, south, east, north = shapely.total_bounds([*areas.values(), *points])
    narrow = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * narrow)

    def place(longitude: float, latitude: float) -> str:
        return f"{(longitude - west) * narrow * scale:.1f} {(north - latitude) * scale:.1f}"

    shapes, numbers = [], []
    for number, area in areas.items():
        path = "".join(
            "M" + "L".join(place(*point[:2]) for point in part.exterior.coords) + "Z"
            for part in shapely.get_parts(area.simplify(_SIMPLER)).tolist()
        )
        css = shades.css(number)
        shapes.append(f'<g class="{css}"><title>{escape(describe(number))}</title><path d="{path}"/></g>')
        if number in shades.counts:
            x, y = place(*_widest(area, narrow)).split()
            numbers.append(f'<g class="{css}"><text x="{x}" y="{y}">{number}</text></g>')
    for number, precinct in lacking.items():  # newer than the outlines: a tile where it lies
        middle = [float(each) for each in place(precinct.longitude, precinct.latitude).split()]
        corner = (middle[0] - TILE / 2, middle[1] - TILE / 2)
        shapes.append(_tile(shades.css(number), describe(number), number, corner))
    return (WIDTH, math.ceil((north - south) * scale)), [*shapes, *numbers]


def _widest(area: Any, narrow: float) -> tuple[float, float]:
    """Longitude and latitude in the middle of where its largest part is widest: there its number finds most room."""
    import shapely

    largest = max(shapely.get_parts(area).tolist(), key=lambda part: float(part.area))
    flat = shapely.transform(largest, lambda points: points * (narrow, 1.0))
    x, y = shapely.maximum_inscribed_circle(flat, tolerance=_SIMPLER).coords[0]
    return x / narrow, y


def _tile(css: str, said: str, number: int, corner: tuple[float, float]) -> str:
    x, y = corner
    return (
        f'<g class="{css}"><title>{escape(said)}</title>'
        f'<rect x="{x:g}" y="{y:g}" width="{TILE}" height="{TILE}" rx="7"/>'
        f'<text x="{x + TILE / 2:g}" y="{y + TILE / 2:g}">{number}</text></g>'
    )
