"""Why a second person sends a campaign back to its author."""

from enum import StrEnum

from campaign_engine.domain.errors import InvalidInput

MOST_WORDS = 300
"""Characters of a reason in the approver's own words."""


class ReturnReason(StrEnum):
    """`own` comes with words that only the author reads."""

    SOURCE = "source"
    UNCLEAR = "unclear"
    TONE = "tone"
    TIME = "time"
    PLACE = "place"
    LANGUAGE = "language"
    OWN = "own"


def check_words(words: str) -> str:
    """In one line. Raises InvalidInput when nothing is left, or too much."""
    said = " ".join(words.split())
    if not said or len(said) > MOST_WORDS:
        raise InvalidInput(
            f"Say why in at most {MOST_WORDS} characters.",
            "What would make it better?",
            "bad_reason",
            {"most": MOST_WORDS},
        )
    return said
