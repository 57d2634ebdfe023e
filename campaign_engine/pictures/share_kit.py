"""A post as pictures that an organizer shares by hand: words as approved, and a QR code to its page."""

from collections.abc import Mapping

from PIL import Image, ImageDraw

from campaign_engine.pictures.drawing import BACK, DEEP, INK, SEA, SOFT, code, fitting, leading, png, write

SIZES: Mapping[str, tuple[int, int]] = {"square": (1080, 1080), "story": (1080, 1920)}
"""Width and height in dots; a story keeps its words away from where apps lay their own buttons."""

EDGE = 80
_SAFE: Mapping[str, tuple[int, int]] = {"square": (EDGE, EDGE), "story": (250, 340)}
"""Dots at the top and at the bottom where nothing is written."""

_TEXT: Mapping[str, range] = {"square": range(56, 25, -2), "story": range(72, 31, -2)}
_CODE: Mapping[str, int] = {"square": 300, "story": 400}


def draw(shape: str, title: str, text: str, url: str) -> bytes:
    """PNG of one of SIZES. Nothing stands on it but what was approved."""
    width, height = SIZES[shape]
    top, bottom = _SAFE[shape]
    image = Image.new("RGB", (width, height), BACK)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, width, 24), DEEP)
    pen.rectangle((0, height - 24, width, height), DEEP)
    square = code(url, _CODE[shape])
    room = width - 2 * EDGE
    face, said = fitting(title, (room, 210), range(76, 39, -4), bold=True)
    begins = write(pen, (EDGE, top), said, face, SEA) + 24
    ends = height - bottom - square.height - 40
    body, broken = fitting(text, (room, ends - begins), _TEXT[shape])
    write(pen, (EDGE, begins), broken, body, INK)
    corner = (EDGE, height - bottom - square.height)
    image.paste(square, corner)
    beside = EDGE + square.width + 36
    small, address = fitting(url.removeprefix("https://"), (width - EDGE - beside, square.height), range(38, 23, -2))
    middle = corner[1] + (square.height - leading(small) * len(address)) // 2
    write(pen, (beside, middle), address, small, SOFT)
    return png(image)
