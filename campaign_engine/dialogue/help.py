"""The help card; what brings it up is in help_finding (safety H1, H2)."""

from campaign_engine.dialogue.flow import WAY_BACK, option
from campaign_engine.domain.message import Reply


def help_card() -> Reply:
    """The full card; needs no store (safety H4). In a Discord server nothing can be typed, so it has the way on."""
    return Reply("help.card", options=WAY_BACK, stays=True)


def opened_card() -> Reply:
    """The card that a person opened, with places near them and the way on (safety H5)."""
    return Reply("help.card", options=((option("help.near", "m:near"), *WAY_BACK[0]),), stays=True)
