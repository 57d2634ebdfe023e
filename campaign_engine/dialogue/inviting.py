"""Inviting up to three people, with links that have no owner (safety N4).

Buttons: `iv` opens the card, `iv:<number>` makes that many links.
"""

from campaign_engine.dialogue.ally_intents import MakeInvites
from campaign_engine.dialogue.flow import Rows, aside, number, option, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.consent import is_paused
from campaign_engine.domain.contact import AgeBand
from campaign_engine.domain.inviting import MOST_LIVE, free_slots
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import to_wall

CARD = "iv"


def may_invite(context: Context) -> bool:
    """Adults of 22 and over bring a site its kit instead: nobody grown up collects young people (safety C3, T20)."""
    person = context.person
    return person.contact_id is not None and person.age_band not in (None, AgeBand.FROM_22)


def button(context: Context) -> Option | None:
    """Into the card; stays while inviting is held, because the card says why."""
    return option("invite.open", CARD) if may_invite(context) else None


def choice(state: State, data: str, context: Context) -> Step | None:
    """A button of this file, pressed by a contact in any state; None for others."""
    head, _, value = data.partition(":")
    if head != CARD:
        return None
    wanted = number(value)
    if wanted and may_make(context):
        return say(aside(state), intents=(MakeInvites(min(wanted, MOST_LIVE)),))
    return opened(state, context)


def opened(state: State, context: Context) -> Step:
    """The card."""
    return say(aside(state), card(context))


def may_make(context: Context) -> bool:
    """At least one link, now."""
    return may_invite(context) and not _held(context) and bool(_free(context))


def may_offer(context: Context) -> bool:
    """Of our own accord: to whoever never made a link, and neither after STOP nor during a break (safety C5, C7)."""
    person = context.person
    quiet = person.opted_out or is_paused(person, context.now)
    return may_make(context) and not (quiet or person.is_staff or person.invites)


def card(context: Context) -> Reply:
    """How it works and how many are left, or why not now."""
    menu: Rows = ((option("menu.open", "m:back"),),)
    if not may_invite(context):
        return Reply("invite.adult", options=menu)
    if _held(context):
        until = context.recruiting_held_until
        return Reply("invite.held", {"until": until and to_wall(until).date()}, options=menu)
    free = len(_free(context))
    if not free:
        return Reply("invite.none_left", {"from_day": min(context.person.invites.values())}, options=menu)
    counts = tuple(Option(label="invite.make", data=f"{CARD}:{many}", values={"count": many}) for many in _counts(free))
    return Reply("invite.card", {"left": free, "most": MOST_LIVE}, options=(counts, *menu))


def _counts(free: int) -> range:
    return range(1, free + 1)


def _held(context: Context) -> bool:
    """Safety I1: no recruiting for seven days where a precinct is held."""
    until = context.recruiting_held_until
    return until is not None and until > context.now


def _free(context: Context) -> tuple[int, ...]:
    return free_slots(context.person.invites, to_wall(context.now).date())
