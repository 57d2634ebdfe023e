"""How exactly staff may learn how many people something reaches (safety K3)."""

STEP = 10
SMALLEST_SHOWN = 20
"""Below it only "under 20" is said, zero included: a size must not tell whether one certain person is in it."""

LOOKS_A_DAY = 20
"""Sizes that one staff member may see in a New York day, so that many small changes do not add up to a list."""


def rounded_size(people: int) -> int | None:
    """Rounded down to a multiple of 10; None below 20, which templates say as "under 20" (safety K3)."""
    return people // STEP * STEP if people >= SMALLEST_SHOWN else None
