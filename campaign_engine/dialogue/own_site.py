"""What is said to somebody who has joined and brings a site's code: it is kept, or another one is (safety N2)."""

from campaign_engine.dialogue.flow import EDIT_ANSWERS, Rows, option
from campaign_engine.dialogue.state import Context, State
from campaign_engine.domain.message import Inbound, InboundKind, Reply

_CHANGE: Rows = ((option("join.site_change", f"{EDIT_ANSWERS}:site"),),)
_ASKS = (("join", "place"), ("join", "site"))
"""Questions that a site's code answers; what follows them says enough."""


def named(state: State, inbound: Inbound, context: Context) -> Reply | None:
    """None where no site was named, and for the poster of one's own."""
    source, person = context.source, context.person
    if source is None or not source.site_name or source.invite or person.contact_id is None:
        return None
    typed, started = inbound.kind is InboundKind.TEXT, inbound.kind is InboundKind.START
    if not (typed or started) or (typed and (state.flow, state.field) in _ASKS):
        return None
    if person.site_id is None:
        return Reply("join.site_kept", {"site": source.site_name}, options=_CHANGE)
    if started and person.site_id == source.site_id:
        return None
    return Reply("join.site_already", {"site": person.site_name}, options=_CHANGE)
