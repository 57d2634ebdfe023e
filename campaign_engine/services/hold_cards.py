"""Cards about holds and incidents as templates, values and buttons; data of buttons is read by dialogue.holds."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.contact import Person, Role
from campaign_engine.domain.hold import Hold, HoldStep, HoldStory, Incident
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.rounding import rounded_size
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.holding import Actor
from campaign_engine.services.campaign_cards import Rows

_MOST_NAMED = 3


class HoldCards:
    """`area_name` gives the short name of a precinct."""

    def __init__(self, area_name: Callable[[int], str]) -> None:
        self._area_name = area_name

    def held(self, holds: Sequence[Hold], by: Actor) -> Reply:
        """Right after it was done."""
        first = holds[0]
        again = any(hold.started_at != hold.renewed_at for hold in holds)
        values = {"areas": [self._area(hold.precinct) for hold in holds], "again": again, **_ends(first)}
        rows = _rows(*((_area_label(hold), f"hd:c:{hold.precinct}") for hold in holds)) if len(holds) > 1 else ()
        if len(holds) == 1:
            rows = _rows(("hold.release", f"hd:r:{first.precinct}"), ("hold.declare", f"hd:i:{first.precinct}"))
        return Reply("hold.held", {**values, "handle": by.handle}, rows)

    def asked(self, hold: Hold, *, mine: bool, others: Sequence[str]) -> Reply:
        """It stays held until a second person agrees; `mine`: the one who asks held it."""
        values = {**self._area(hold.precinct), "mine": mine, "others": others[:_MOST_NAMED]}
        return Reply("hold.asked", {**values, **_ends(hold)}, _rows(("hold.card_open", f"hd:c:{hold.precinct}")))

    def released(self, hold: Hold, by: Actor) -> Reply:
        """By the one who asked and the one who agreed."""
        handles = [hold.asked_handle, by.handle]
        rows = _rows(("hold.timeline_open", f"hd:t:{hold.precinct}"), ("hold.hold_again", f"hd:h:{hold.precinct}"))
        return Reply("hold.released", {**self._area(hold.precinct), "handles": handles}, rows)

    def overview(self, holds: Iterable[Hold]) -> Reply:
        """A button per held precinct."""
        return Reply("hold.now", options=_rows(*((_area_label(hold), f"hd:c:{hold.precinct}") for hold in holds)))

    def card(self, person: Person, precinct: int, hold: Hold | None, incident: Incident | None) -> Reply:
        """One precinct with what this person can do there now."""
        held = {} if hold is None else {**_ends(hold), "handle": hold.handle, "asked": hold.asked_handle}
        told: dict[str, Any] = {}
        if incident is not None:
            told = {
                "at": to_wall(incident.declared_at),
                "declared": incident.declared_handle,
                "confirmed": incident.confirmed_handle,
            }
        rows = (*_hold_rows(person, precinct, hold), *_incident_rows(person, precinct, incident))
        rows = (*rows, *_rows(("hold.timeline_open", f"hd:t:{precinct}"), ("hold.back", "hd")))
        return Reply("hold.card", {**self._area(precinct), "hold": held, "incident": told}, rows)

    def declared(self, precinct: int, others: Sequence[str]) -> Reply:
        """It needs a second person, and is held already."""
        values = {**self._area(precinct), "others": others[:_MOST_NAMED]}
        return Reply("hold.declared", values, _rows(("hold.card_open", f"hd:c:{precinct}")))

    def timeline(self, stories: Iterable[HoldStory]) -> Reply:
        """Staff handles and rounded counts only."""
        told = [self._told(story) for story in stories]
        back = _rows(("hold.back", "hd"))
        return Reply("hold.timeline", {"stories": told}, back) if told else Reply("hold.no_story", options=back)

    def _told(self, story: HoldStory) -> dict[str, Any]:
        hold = story.hold
        lines = [
            {"step": event.step.value, "at": to_wall(event.at), "handle": event.handle}
            for event in story.events
            if event.step not in (HoldStep.ASK_RELEASE, HoldStep.RELEASE)
        ]
        asked = [event for event in story.events if event.step is HoldStep.ASK_RELEASE]
        released = [event for event in story.events if event.step is HoldStep.RELEASE]
        if released:
            handles = [*(event.handle for event in asked[-1:]), released[0].handle]
            lines.append({"step": "release", "at": to_wall(released[0].at), "handle": handles})
        elif asked and hold.asked_handle:
            lines.append({"step": "ask_release", "at": to_wall(asked[-1].at), "handle": asked[-1].handle})
        return {
            **self._area(hold.precinct),
            "lines": lines,
            "posts": story.posts,
            "messages": rounded_size(story.messages),
            "expired": story.expired,
        }

    def _area(self, precinct: int) -> dict[str, Any]:
        return {"precinct": precinct, "area": self._area_name(precinct)}


def holds_word(handle: str, precincts: Sequence[int]) -> Reply:
    """To the others who cover it."""
    rows = _rows(*(("hold.card_open", f"hd:c:{precinct}") for precinct in precincts[:1]))
    return Reply("hold.word_held", {"handle": handle, "precincts": sorted(precincts)}, rows)


def asks_release(handle: str, precinct: int) -> Reply:
    """One tap agrees."""
    rows = _rows(("hold.agree", f"hd:r:{precinct}"), ("hold.card_open", f"hd:c:{precinct}"))
    return Reply("hold.word_release", {"handle": handle, "precinct": precinct}, rows)


def asks_confirmation(handle: str, incident: Incident) -> Reply:
    """One tap confirms."""
    rows = _rows(("hold.confirm", f"hd:k:{incident.id}"), ("hold.card_open", f"hd:c:{incident.precinct}"))
    return Reply("hold.word_incident", {"handle": handle, "precinct": incident.precinct}, rows)


def _hold_rows(person: Person, precinct: int, hold: Hold | None) -> Rows:
    if hold is None:
        return _rows(("hold.hold", f"hd:h:{precinct}"))
    again = ("hold.hold_again", f"hd:h:{precinct}")
    if hold.asked_by == person.contact_id and hold.asked_handle:
        return _rows(again)
    return _rows(("hold.agree" if hold.asked_handle else "hold.release", f"hd:r:{precinct}"), again)


def _incident_rows(person: Person, precinct: int, incident: Incident | None) -> Rows:
    if incident is None:
        return _rows(("hold.declare", f"hd:i:{precinct}"))
    if not incident.is_confirmed:
        mine = incident.declared_by == person.contact_id
        return () if mine else _rows(("hold.confirm", f"hd:k:{incident.id}"))
    return _rows(("hold.check_in", f"hd:a:{precinct}")) if person.has_role(Role.ORGANIZER) else ()


def _ends(hold: Hold) -> dict[str, datetime | None]:
    posts, invites = hold.until(CampaignKind.AWARENESS), hold.until(CampaignKind.RECRUIT)
    return {"posts_until": posts and to_wall(posts), "invites_until": invites and to_wall(invites)}


def _area_label(hold: Hold) -> Option:
    return Option(
        label="hold.entry", values={"precinct": hold.precinct, "asked": bool(hold.asked_handle), **_ends(hold)}
    )


def _rows(*buttons: tuple[str | Option, str]) -> Rows:
    made = []
    for label, data in buttons:
        values = label.values if isinstance(label, Option) else {}
        made.append((Option(label=label.label if isinstance(label, Option) else label, data=data, values=values),))
    return tuple(made)
