"""Messages that may or may not have left: looked at by post, sent again or left, and taken back (ADR 3).

Buttons: `un:<campaign>` shows them, `un:<campaign>:<post>:<decision>` asks, then `:yes` does it and `:undo` undoes it.
"""

from campaign_engine.dialogue.flow import number, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.dialogue.unconfirmed_intents import DecideUnconfirmed, ShowUnconfirmed
from campaign_engine.domain.delivery import Decision

HEAD = "un"


def choice(state: State, data: str, context: Context) -> Step | None:
    """None for other buttons and for allies; who may decide is checked by services."""
    head, *rest = data.split(":")
    if head != HEAD or not context.person.is_staff or len(rest) not in (1, 3, 4):
        return None
    campaign, post = number(rest[0]), number(rest[1]) if len(rest) > 1 else 0
    if campaign is None or post is None:
        return None
    if len(rest) == 1:
        return say(state, intents=(ShowUnconfirmed(campaign),))
    step = rest[3] if len(rest) > 3 else ""
    if rest[2] not in set(Decision) or step not in ("", "yes", "undo"):
        return None
    decided = DecideUnconfirmed(campaign, post, Decision(rest[2]), sure=step == "yes", undo=step == "undo")
    return say(state, intents=(decided,))
