"""A new time or place of an event, by taps alone (safety S9).

Buttons: `ec:<campaign>` asks for the day, `ec:<campaign>:p<page>` for a later one, `ec:<campaign>:<yyyymmdd>` for the
hour, with the hour for the minute, with both (or "same") for the place, which services know; then `:<place>` shows what
will be said, and `:yes` says it.
"""

import re

from campaign_engine.dialogue import picking
from campaign_engine.dialogue.event_intents import ChangeEvent, ShowEventPlaces
from campaign_engine.dialogue.flow import number, option, say
from campaign_engine.dialogue.state import Context, State, Step
from campaign_engine.domain.event_change import SAME
from campaign_engine.domain.roles import Capability, may

HEAD = "ec"
_WHEN = re.compile(rf"\d{{12}}|{SAME}")


def choice(state: State, data: str, context: Context) -> Step | None:
    """None for other buttons, and for whoever may hold no precinct; whose event it is is checked by services."""
    head, _, rest = data.partition(":")
    first, _, chosen = rest.partition(":")
    campaign = number(first)
    if head != HEAD or campaign is None or not may(context.person, Capability.HOLD):
        return None
    when, _, place = chosen.partition(":")
    if _WHEN.fullmatch(when):
        return _where(state, campaign, when, place)
    prefix = f"{HEAD}:{campaign}"
    first_row = (option("event.same_time", f"{prefix}:{SAME}"),)
    return picking.asked(state, when, prefix, context, picking.Around(first_row, f"st:{campaign}"))


def _where(state: State, campaign: int, when: str, place: str) -> Step:
    place, _, sure = place.partition(":")
    if not place or place.startswith("p"):
        return say(state, intents=(ShowEventPlaces(campaign, when, number(place.removeprefix("p")) or 0),))
    return say(state, intents=(ChangeEvent(campaign, when, place, sure == "yes"),))
