"""Pictures: cleaned, drawn, and never opened anywhere else."""

import hashlib
from collections.abc import Collection, Mapping, Sequence

from campaign_engine.domain.message import Picture

_CODE_SIDE = 640
"""Dots: read from another phone's screen at arm's length."""


class Pictures:
    """Implements ports.pictures.PictureMaker; `tiles` are column and row of each precinct. Pillow comes in late."""

    def __init__(self, tiles: Mapping[int, tuple[int, int]]) -> None:
        self._tiles = tiles

    def clean(self, raw: bytes) -> Picture:
        """See the port."""
        from campaign_engine.pictures.cleaning import clean

        return clean(raw)

    def certificate(self, words: Sequence[str], done: int) -> Picture:
        """See the port."""
        from campaign_engine.pictures.certificate import draw

        return draw(words, done)

    def precincts(self, chosen: Collection[int]) -> Picture:
        """See the port."""
        from campaign_engine.pictures.tiles import draw

        return draw(self._tiles, frozenset(chosen))

    def code(self, link: str) -> Picture:
        """See the port."""
        from campaign_engine.pictures import drawing

        content = drawing.png(drawing.code(link, _CODE_SIDE))
        return Picture(content, hashlib.sha256(content).hexdigest(), media_type="image/png", once=True)

    def progress(self, done: int, goal: int) -> Picture:
        """See the port."""
        from campaign_engine.pictures.bars import draw

        return draw(done, goal)
