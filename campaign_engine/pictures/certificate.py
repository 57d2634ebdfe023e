"""What somebody learned, as a picture to show or to keep: no name, no number, no day (safety N1)."""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from math import cos, pi

from PIL import Image, ImageDraw

from campaign_engine.domain.message import Picture
from campaign_engine.pictures.drawing import BACK, INK, PALE, SEA, SOFT, WARM, font

SIDE, EDGE = 1080, 84
IN_A_ROW, DOT, PITCH = 4, 62, 92
"""Dots of one group, their width and how far their centres are apart."""

_HALF = 130
_YOU = (690, 96)
_FAR = ((60, 120), (270, 150), (480, 110), (810, 140), (1020, 115))
_NEAR = ((-20, 70), (160, 90), (370, 66), (560, 80), _YOU, (910, 78), (1090, 60))
"""Half the width of a swell; the middle and the height of each."""

_TOP, _GROUPS, _ROW = 230, 500, 108


def draw(words: Sequence[str], done: int) -> Picture:
    """`words`: a headline, a line below it, a name for each group, and a last line; `done` dots are filled."""
    headline, line, *groups, last = words
    image = Image.new("RGB", (SIDE, SIDE), BACK)
    pen = ImageDraw.Draw(image)
    _crowd(pen)
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
        pen.ellipse(box, SEA if is_done else BACK, SEA, 5)
        if is_done:
            check = [(x - 15, middle + 1), (x - 4, middle + 12), (x + 15, middle - 11)]
            pen.line(check, "white", 7, joint="curve")


def _crowd(pen: ImageDraw.ImageDraw) -> None:
    """The mark many times over; one of them is you."""
    for colour, places in ((PALE, _FAR), (SEA, _NEAR)):
        pen.rectangle((0, SIDE - 16, SIDE, SIDE), colour)
        for x, height in places:
            swell = [(x + at, SIDE - height * (1 + cos(pi * at / _HALF)) / 2) for at in range(-_HALF, _HALF + 1, 3)]
            pen.polygon([*swell, (x + _HALF, SIDE), (x - _HALF, SIDE)], fill=colour)
            middle = SIDE - height - 24
            pen.ellipse((x - 15, middle - 15, x + 15, middle + 15), WARM if (x, height) == _YOU else colour)


def _fitting(
    pen: ImageDraw.ImageDraw, text: str, top: int, size: int, colour: str = INK, *, bold: bool = False
) -> None:
    """In one line, smaller where it is long."""
    while size > 20 and pen.textlength(text, font(size, bold=bold)) > SIDE - 2 * EDGE:
        size -= 2
    pen.text((EDGE, top), text, colour, font(size, bold=bold))
