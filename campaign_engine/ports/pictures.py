"""Pictures: made and cleaned by a library, kept by what is in them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.message import Picture


class PictureMaker(Protocol):
    """The one place that opens a picture somebody sent; slow, so that it runs beside the event loop."""

    def clean(self, raw: bytes) -> Picture:
        """Made anew without anything but what is seen: no place, no device, no second picture inside.

        Raises InvalidInput for what is no picture, is too large or moves.
        """

    def certificate(self, words: Sequence[str], done: int) -> Picture:
        """For `done` of the twelve lessons: a headline, a line, a name for each of three groups, a last line."""

    def precincts(self, chosen: Collection[int]) -> Picture:
        """All precincts as numbered squares, the chosen ones filled."""

    def code(self, link: str) -> Picture:
        """A QR code, for one chat."""

    def progress(self, done: int, goal: int) -> Picture:
        """A bar with both numbers."""


class PicturesRepository(Protocol):
    """Kept as long as a draft or a post shows them."""

    async def keep(self, picture: Picture, now: datetime) -> None:
        """Once per key."""

    async def get(self, key: str) -> Picture | None:
        """Without words; those belong to the post."""

    async def forget_unused(self, before: datetime) -> int:
        """Those of before that no version of a post shows; how many."""
