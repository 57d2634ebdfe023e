"""How far something is, as a bar, drawn for a phone."""

import hashlib
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

from campaign_engine.domain.message import Picture
from campaign_engine.pictures.drawing import BACK, INK, LINE, SEA, font

WIDTH, HEIGHT, EDGE, BAR = 960, 240, 40, 72
PARTS = 4


@lru_cache(maxsize=256)
def draw(done: int, goal: int) -> Picture:
    """Filled and framed, with both numbers, so that colour is not all that tells; a full bar from the goal on."""
    image = Image.new("RGB", (WIDTH, HEIGHT), BACK)
    pen, large, small = ImageDraw.Draw(image), font(64, bold=True), font(36)
    top, right = HEIGHT - EDGE - BAR, WIDTH - EDGE
    pen.text((EDGE, EDGE - 8), f"{done:,}", INK, large)
    pen.text((right, EDGE + 16), f"{goal:,}", INK, small, anchor="ra")
    pen.rounded_rectangle((EDGE, top, right, top + BAR), BAR // 2, LINE)
    filled = round((right - EDGE) * min(done, goal) / goal)
    if filled >= BAR:
        pen.rounded_rectangle((EDGE, top, EDGE + filled, top + BAR), BAR // 2, SEA)
    elif done > 0:
        pen.ellipse((EDGE, top, EDGE + BAR, top + BAR), SEA)
    for part in range(1, PARTS):
        x = EDGE + (right - EDGE) * part // PARTS
        pen.line((x, top + BAR - 18, x, top + BAR), BACK if x < EDGE + filled else INK, 3)
    pen.rounded_rectangle((EDGE, top, right, top + BAR), BAR // 2, None, INK, 4)
    out = BytesIO()
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=32).save(out, "PNG", optimize=True)
    return Picture(out.getvalue(), hashlib.sha256(out.getvalue()).hexdigest(), media_type="image/png")
