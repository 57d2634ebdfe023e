"""Texts that the program sends by itself: a list, a card each, one tap that approves just what was shown (safety S1).

Buttons: `tx` opens the list, `tx:<name>` a card, `tx:<name>:<version>` approves.
"""

from campaign_engine.dialogue.approval_intents import ApproveText, ShowText, ShowTexts
from campaign_engine.dialogue.flow import Rows, aside, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.message import Option
from campaign_engine.domain.roles import Capability, may

LIST = "tx"


def rows(context: Context) -> Rows:
    """One row in the menu while some wait for this person."""
    if not context.texts_waiting:
        return ()
    return ((Option(label="texts.waiting", data=LIST, values={"count": context.texts_waiting}),),)


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button about automatic texts; None for others, and for whoever approves nothing."""
    head, _, rest = data.partition(":")
    # `tx:starter` is the button under an organizer's text, who may be an approver elsewhere.
    if head != LIST or rest == "starter" or not may(context.person, Capability.APPROVE):
        return None
    name, _, seen = rest.partition(":")
    if not name:
        return say(aside(state), intents=(ShowTexts(),))
    return say(state, intents=(ApproveText(name, seen) if seen else ShowText(name),))
