"""Taking a role with a single-use invite, or with the answer to a request (safety R2)."""

from campaign_engine.dialogue.flow import idle, say, waits
from campaign_engine.dialogue.intents import AcceptInvite, Intent, RedeemInvite
from campaign_engine.dialogue.state import State, Step
from campaign_engine.domain.errors import Conflict, InvalidInput
from campaign_engine.domain.handle import read_handle
from campaign_engine.domain.message import Inbound, InboundKind, Reply

_INVITED = "invited"


def begin(state: State, code: str) -> Step:
    """An invite was opened: ask for a work handle, which is not the person's name."""
    return say(waits(idle(state), "staff", "handle", code=code[:40]), Reply("staff.handle", asks_text=True))


def begin_invited(state: State) -> Step:
    """The same for an invite that waits in the person's own chat: it is theirs, so there is no code to pass on."""
    return say(waits(idle(state), "staff", _INVITED), Reply("staff.handle", asks_text=True))


def answer(state: State, inbound: Inbound) -> Step | None:
    """The handle; the outcome is said by whoever checks the code."""
    if inbound.kind is not InboundKind.TEXT:
        return None
    try:
        handle = read_handle(inbound.text)
    except InvalidInput:
        return say(state, Reply("staff.handle_wrong", asks_text=True))
    except Conflict:
        return say(state, Reply("campaign.error_handle_taken", asks_text=True))
    invited = state.field == _INVITED
    taken: Intent = AcceptInvite(handle) if invited else RedeemInvite(str(state.data.get("code", "")), handle)
    return say(idle(state), intents=(taken,))
