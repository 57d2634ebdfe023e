"""What somebody sent, made anew: nothing of the file it came in is kept (safety N1, A2)."""

import hashlib
import struct
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.message import Picture
from campaign_engine.domain.picture import MOST_BYTES, too_large

KINDS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 40_000_000
"""More than a phone's camera gives; a small file can unpack to a size that takes all memory."""
LONGEST_SIDE = 1600
SHORTEST_SIDE = 100
NARROWEST = 5
"""Sides, the long one to the short one: beyond it a platform cuts or refuses."""
QUALITY = 85

_BROKEN = (
    *(UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error),
    *(Image.DecompressionBombError, Image.DecompressionBombWarning),
)


def clean(raw: bytes) -> Picture:
    """A JPEG of at most 1600 pixels a side. Raises InvalidInput; the kind is told by content, never by a name."""
    if len(raw) > MOST_BYTES:
        raise too_large()
    try:
        with Image.open(BytesIO(raw), formats=KINDS) as opened:
            _check(opened)
            made = _upright(opened)
    except _BROKEN:
        raise InvalidInput(
            "This is no picture that I can read.", "Send a JPEG, PNG or WebP picture.", "bad_picture"
        ) from None
    out = BytesIO()
    made.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    content = out.getvalue()
    return Picture(content, hashlib.sha256(content).hexdigest())


def _check(opened: Image.Image) -> None:
    width, height = opened.size
    if width * height > MOST_PIXELS:
        raise too_large()
    if min(width, height) < SHORTEST_SIDE or max(width, height) > NARROWEST * min(width, height):
        raise InvalidInput(
            "This picture is too small or too narrow.",
            f"Send one of at least {SHORTEST_SIDE} pixels a side, no strip.",
            "small_picture",
        )
    # A phone's JPEG may hold a second, larger copy of itself ("MPO"); that is not a moving picture.
    if getattr(opened, "is_animated", False) and opened.format != "MPO":
        raise InvalidInput("This picture moves.", "Send one that stands still.", "moving_picture")


def _upright(opened: Image.Image) -> Image.Image:
    """Turned as its camera noted, on white where it is see-through; only the dots are taken over."""
    opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    turned = ImageOps.exif_transpose(opened).convert("RGBA")
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new("RGB", turned.size, "white")
    plain.paste(turned, mask=turned.getchannel("A"))
    return plain
