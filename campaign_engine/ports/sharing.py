"""Pictures of posts that people share by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

SHAPES = ("square", "story")
"""1080 by 1080 dots, and 1080 by 1920."""


@dataclass(frozen=True, slots=True)
class KitPage:
    """One picture: its shape, the words as they were approved, and where its QR code leads."""

    shape: str
    title: str
    text: str
    url: str


class KitMaker(Protocol):
    """Draws in a process of its own, so that nobody waits for a reply behind a picture."""

    async def draw(self, pages: Sequence[KitPage]) -> tuple[bytes, ...]:
        """A PNG for each page, in order. Raises GroundswellError when it cannot be drawn."""
