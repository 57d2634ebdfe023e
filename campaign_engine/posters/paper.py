"""What a sheet is printed on."""

from enum import StrEnum


class Paper(StrEnum):
    """A poster fills its sheet; cards are eight on one."""

    LETTER = "letter"
    A4 = "a4"
    CARDS = "cards"
    CARDS_A4 = "cards-a4"

    @property
    def size(self) -> tuple[float, float]:
        """Millimeters."""
        return (210, 297) if self.value.endswith("a4") else (215.9, 279.4)
