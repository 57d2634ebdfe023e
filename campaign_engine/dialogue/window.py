"""A host's window for sign-ups: while it is open, as many count as are expected (threats T10).

Buttons: `aw` shows the host's sites, `aw:<site>:<minutes>` asks how many are expected, behind another colon the number
opens it; `aw:<site>:x` closes it.
"""

from dataclasses import replace

from campaign_engine.dialogue.flow import Rows, aside, idle, named, number, option, say, waits
from campaign_engine.dialogue.staff_intents import CloseWindow, OpenWindow, ShowWindows
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.confirming import LEAST_HEADCOUNT, MOST_HEADCOUNT, WINDOW_MINUTES, is_headcount
from campaign_engine.domain.message import Inbound, InboundKind, Reply
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.words import plain_digits

FLOW = "window"
CARD = "aw"
_OFFERED = ((30, 60, 100), (200, 400, 1000))


def rows(context: Context) -> Rows:
    """Into the card, for hosts."""
    return ((option("window.open", CARD),),) if may(context.person, Capability.OPEN_WINDOW) else ()


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed by a host; None for others."""
    head, _, rest = data.partition(":")
    if head != CARD or not may(context.person, Capability.OPEN_WINDOW):
        return None
    first, *more = rest.split(":")
    site_id = number(first)
    if site_id is None or not more:
        return say(aside(state), intents=(ShowWindows(),))
    if more == ["x"]:
        return say(aside(state), intents=(CloseWindow(site_id),))
    minutes, count = number(more[0]), number(more[1]) if len(more) > 1 else None
    if minutes not in WINDOW_MINUTES:
        return say(aside(state), intents=(ShowWindows(),))
    if count is not None and is_headcount(count):
        return say(idle(state), intents=(OpenWindow(site_id, minutes, count),))
    return _how_many(waits(idle(state), FLOW, "count", site=site_id, minutes=minutes))


def answer(state: State, inbound: Inbound, context: Context) -> Step | None:
    """The number of people, typed."""
    if inbound.kind is not InboundKind.TEXT or not may(context.person, Capability.OPEN_WINDOW):
        return None
    count = number(plain_digits(inbound.text.strip()))
    site_id, minutes = state.data.get("site"), state.data.get("minutes")
    if count is None or not is_headcount(count) or site_id is None or minutes not in WINDOW_MINUTES:
        asked = _how_many(state)
        return replace(asked, replies=(Reply("window.wrong_count", _bounds()), *asked.replies))
    return say(idle(state), intents=(OpenWindow(int(site_id), int(minutes), count),))


def _how_many(state: State) -> Step:
    opening = f"{CARD}:{state.data.get('site')}:{state.data.get('minutes')}"
    counts = tuple(tuple(named(str(count), f"{opening}:{count}") for count in row) for row in _OFFERED)
    back = ((option("window.back", CARD),),)
    return say(state, Reply("window.how_many", _bounds(), options=(*counts, *back), asks_text=True))


def _bounds() -> dict[str, object]:
    return {"least": LEAST_HEADCOUNT, "most": MOST_HEADCOUNT}
