"""What somebody learned, as a picture to show or to keep: no name, no number, no day (safety N1)."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from math import pi, sin

from PIL import Image, ImageDraw

from campaign_engine.domain.message import Picture
from campaign_engine.pictures.drawing import font

SIDE, EDGE = 1080, 84
PAPER, INK, SOFT, SEA, FOAM = "#f6f3ec", "#1a2238", "#54607a", "#0d5c63", "#dcecea"
IN_A_ROW, DOT, PITCH = 4, 62, 92
"""Dots of one group, their width and how far their centres are apart."""

_TOP, _GROUPS, _ROW = 230, 500, 108


def draw(words: Sequence[str], done: int) -> Picture:
    """`words`: a headline, a line below it, a name for each group, and a last line; `done` dots are filled."""
    headline, line, *groups, last = words
    image = Image.new("RGB", (SIDE, SIDE), PAPER)
    pen = ImageDraw.Draw(image)
    _waves(pen)
    pen.text((EDGE, EDGE), "Groundswell", SEA, font(44, bold=True))
    _fitting(pen, headline, _TOP, 112, bold=True)
    _fitting(pen, line, _TOP + 158, 46, SOFT)
    for row, name in enumerate(groups):
        _group(pen, name, row, done - row * IN_A_ROW)
    _fitting(pen, last, _GROUPS + len(groups) * _ROW + 8, 38, SOFT)
    out = BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), hashlib.sha256(out.getvalue()).hexdigest(), media_type="image/png")


def _group(pen: ImageDraw.ImageDraw, name: str, row: int, filled: int) -> None:
    """Filled ones carry a check mark, so that colour is not all that tells them apart."""
    middle = _GROUPS + row * _ROW + DOT // 2
    pen.text((EDGE, middle), name, INK, font(44, bold=True), anchor="lm")
    first = SIDE - EDGE - (IN_A_ROW - 1) * PITCH - DOT // 2
    for number in range(IN_A_ROW):
        x, is_done = first + number * PITCH, number < filled
        box = (x - DOT // 2, middle - DOT // 2, x + DOT // 2, middle + DOT // 2)
        pen.ellipse(box, SEA if is_done else PAPER, SEA, 5)
        if is_done:
            check = [(x - 15, middle + 1), (x - 4, middle + 12), (x + 15, middle - 11)]
            pen.line(check, "white", 7, joint="curve")


def _waves(pen: ImageDraw.ImageDraw) -> None:
    for height, colour, phase in ((150, FOAM, 0.0), (96, SEA, 1.9)):
        crest = [(x, SIDE - height + 22 * sin(2 * pi * x / 540 + phase)) for x in range(0, SIDE + 1, 4)]
        pen.polygon([*crest, (SIDE, SIDE), (0, SIDE)], fill=colour)


def _fitting(
    pen: ImageDraw.ImageDraw, text: str, top: int, size: int, colour: str = INK, *, bold: bool = False
) -> None:
    """In one line, smaller where it is long."""
    while size > 20 and pen.textlength(text, font(size, bold=bold)) > SIDE - 2 * EDGE:
        size -= 2
    pen.text((EDGE, top), text, colour, font(size, bold=bold))
