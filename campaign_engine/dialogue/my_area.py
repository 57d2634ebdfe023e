"""My area: how many allies it has, from ten up, and how far it is to the next goal (F16).

Button: `ar` opens it, in every state.
"""

from campaign_engine.dialogue.ally_intents import ShowArea
from campaign_engine.dialogue.flow import Rows, aside, option, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.message import Option

CARD = "ar"
SENT = ("own_area", "joint_reached", "joint_started", "joint_stopped")
"""Automatic texts that have the button below them."""


def button(_: Context) -> Option:
    """Into the card, from the menu."""
    return button_back()


def button_back() -> Option:
    """The same, from what belongs to it."""
    return option("area.open", CARD)


def rows_under(automatic: str) -> Rows:
    """Under a message about an area."""
    return ((option("area.open", CARD),),) if automatic in SENT else ()


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed by a contact in any state; None for others."""
    return opened(state, context) if data == CARD else None


def opened(state: State, _context: Context) -> Step:
    """The card, which is read after the commit."""
    return say(aside(state), intents=(ShowArea(),))
