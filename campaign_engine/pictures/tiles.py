"""The precincts as numbered squares, drawn for a phone."""

import hashlib
from collections.abc import Mapping
from io import BytesIO

from PIL import Image, ImageDraw

from campaign_engine.domain.message import Picture
from campaign_engine.pictures.drawing import BACK, INK, LINE, SEA, font

TILE, GAP, EDGE = 76, 8, 24
_BOROUGHS = (
    ("Manhattan", 0, 4.2),
    ("Bronx", 9, 1.1),
    ("Queens", 9, 5.2),
    ("Brooklyn", 8, 13.1),
    ("Staten Island", 0, 11.4),
)
"""Column and row, in squares, where no square lies."""


def draw(tiles: Mapping[int, tuple[int, int]], chosen: frozenset[int]) -> Picture:
    """The chosen ones filled and marked with a frame, so that colour is not all that tells them apart."""
    pitch = TILE + GAP
    columns, rows = (max(place[axis] for place in tiles.values()) + 1 for axis in (0, 1))
    size = (columns * pitch - GAP + 2 * EDGE, rows * pitch - GAP + 2 * EDGE)
    image = Image.new("RGB", size, BACK)
    pen, face, name_face = ImageDraw.Draw(image), font(30), font(28, bold=True)
    for name, column, row in _BOROUGHS:
        pen.text((EDGE + column * pitch, EDGE + row * pitch), name, INK, name_face)
    for number, (column, row) in tiles.items():
        left, top = EDGE + column * pitch, EDGE + row * pitch
        filled = number in chosen
        box = (left, top, left + TILE, top + TILE)
        pen.rounded_rectangle(box, 12, SEA if filled else LINE, INK if filled else LINE, 4)
        middle = (left + TILE / 2, top + TILE / 2)
        pen.text(middle, str(number), "white" if filled else INK, face, anchor="mm")
    out = BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=32).save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), hashlib.sha256(out.getvalue()).hexdigest(), media_type="image/png")
