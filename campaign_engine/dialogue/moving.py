"""Going on from the page in a chat (safety N5).

Buttons: `mv:telegram` and `mv:discord` make a code on the page, `mv:on` goes on where the person was, `mv:yes` and
`mv:no` say whether what was done on the page comes along to a chat that knows its person already, `mv:new` begins
anew on a page whose person went on elsewhere.
"""

from dataclasses import replace

from campaign_engine.dialogue import join
from campaign_engine.dialogue.ally_intents import MakeMove, MoveHere
from campaign_engine.dialogue.flow import Rows, aside, idle, option, say, waits
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.message import Inbound, InboundKind, Reply
from campaign_engine.domain.moving import MOVED, TO

FLOW = "moving"
GO_ON = "mv:on"
STAY = "mv:no"
_COME, _NEW, _MAKE = "mv:yes", "mv:new", "mv"
_MENU: Rows = ((option("menu.open", "m"),),)


def rows(context: Context) -> Rows:
    """A way on into each chat that we have; none outside the page."""
    if context.person.contact_id is None:
        return ()
    made = tuple(option(f"signup.to_{channel}", f"{_MAKE}:{channel}") for channel in context.moves_to)
    return (made,) if made else ()


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed by a contact; None for others."""
    head, _, value = data.partition(":")
    if head != _MAKE:
        return None
    if value in context.moves_to:
        return say(aside(state), intents=(MakeMove(value),))
    if data == _COME and state.flow == FLOW:
        return say(idle(state), intents=(MoveHere(str(state.data.get("move", ""))),))
    return None


def arrived(state: State, context: Context) -> Step | None:
    """Somebody brought a code that works; None without one. Whoever is known here is asked, because it cannot be
    undone, and because a code may have come from somebody else.
    """
    mover = context.mover
    if mover is None:
        return None
    if join.is_blocked(context):
        return say(idle(state), Reply("help.blocked"))
    if context.person.contact_id is None:
        spoken = replace(idle(state), language=mover.language)
        return say(spoken, intents=(MoveHere(mover.code_hash),))
    if mover.is_staff or context.person.is_staff:
        return say(state, Reply("signup.team_stays", options=_MENU))
    return say(waits(idle(state), FLOW, "sure", move=mover.code_hash), come_question())


def come_question() -> Reply:
    """Whether what was done on the page comes along."""
    sure = ((option("signup.come_yes", _COME), option("signup.come_no", STAY)),)
    return Reply("signup.come_sure", options=sure)


def gone(state: State, inbound: Inbound, context: Context) -> Step | None:
    """On a page whose person went on in a chat: where, and a way in for somebody else. None anywhere else."""
    if state.flow != MOVED or context.person.contact_id is not None:
        return None
    if inbound.kind is InboundKind.CHOICE and inbound.data == _NEW:
        return join.begin(idle(state), context)
    return say(state, moved(state))


def moved(state: State) -> Reply:
    """Where they went."""
    channel = state.field if state.field in TO else TO[0]
    return Reply("signup.moved", {"channel": channel}, options=((option("signup.begin_anew", _NEW),),))
