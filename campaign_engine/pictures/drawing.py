"""Words on pictures: set in real fonts, broken into lines that fit."""

from functools import cache
from importlib.resources import files
from io import BytesIO

import segno
from PIL import Image, ImageDraw, ImageFont

from campaign_engine.look import LIGHT

BACK, INK, SOFT = LIGHT["paper"], LIGHT["ink"], LIGHT["soft"]
SEA, PALE, LINE = LIGHT["sea"], LIGHT["foam"], LIGHT["line"]
DEEP, SWELL, WARM = LIGHT["deep"], LIGHT["swell"], LIGHT["warm"]
"""The same on light and on dark screens: a picture brings its own ground."""

_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "–", "\u00ad": None})
"""Signs that our fonts have under another number."""

QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Bricolage Grotesque for what is bold, else Atkinson Hyperlegible Next; both ship with us (fonts/OFL.txt)."""
    name = "Bricolage-Bold.ttf" if bold else "Atkinson-Regular.ttf"
    return ImageFont.truetype(BytesIO((files("campaign_engine.pictures") / "fonts" / name).read_bytes()), size)


def lines(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Paragraphs broken between words; a word that is wider than a line is broken inside."""
    found: list[str] = []
    for paragraph in text.translate(_HYPHENS).splitlines():
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if face.getlength(longer) <= width:
                line = longer
                continue
            if line:
                found.append(line)
            *whole, line = _pieces(word, face, width)
            found.extend(whole)
        found.append(line)
    return found


def fitting(
    text: str, box: tuple[int, int], sizes: range, *, bold: bool = False
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest of these sizes at which the text fits without a broken word, else the smallest, cut with a sign."""
    for size in sizes:
        face = font(size, bold=bold)
        broken = lines(text, face, box[0])
        whole = all(face.getlength(word) <= box[0] for word in text.split())
        if whole and len(broken) * leading(face) <= box[1]:
            return face, broken
    room = max(1, box[1] // leading(face))
    if len(broken) <= room:
        return face, broken
    return face, [*broken[: room - 1], f"{broken[room - 1].rstrip('.,;: ')} …"]


def leading(face: ImageFont.FreeTypeFont) -> int:
    """From one line to the next, in dots."""
    return round(face.size * 1.36)


def write(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], said: list[str], face: ImageFont.FreeTypeFont, ink: str
) -> int:
    """Where the next line would begin."""
    x, y = at
    for line in said:
        pen.text((x, y), line, ink, face)
        y += leading(face)
    return y


def code(url: str, side: int) -> Image.Image:
    """A QR code with its quiet zone, as large as whole dots per module allow within `side`."""
    rows = [list(row) for row in segno.make(url, error="m", micro=False).matrix_iter(border=QUIET)]
    module = max(1, side // len(rows))
    image = Image.new("L", (len(rows), len(rows)), 255)
    image.putdata([0 if dark else 255 for row in rows for dark in row])
    return image.resize((len(rows) * module,) * 2, Image.Resampling.NEAREST)


def png(image: Image.Image) -> bytes:
    """With few colours, so that it loads fast on a phone."""
    out = BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _pieces(word: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    pieces = [""]
    for sign in word:
        if face.getlength(pieces[-1] + sign) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += sign
    return pieces
