"""Carries out what staff decide in chat about holds, incidents, check-ins and events."""

from campaign_engine.dialogue.event_intents import ChangeEvent, ShowEventPlaces
from campaign_engine.dialogue.intents import (
    CancelEvent,
    ConfirmIncident,
    DeclareIncident,
    HoldPrecincts,
    ReleasePrecincts,
    ShowHolds,
    ShowTimeline,
    StartAftermath,
)
from campaign_engine.services.check_ins import CheckIns
from campaign_engine.services.events import Events
from campaign_engine.services.incidents import Incidents
from campaign_engine.services.turn import Handlers, Replies, Turn


class Holding:
    """One method per intent; the services it stands on check roles, scopes and the two-person rule."""

    def __init__(self, incidents: Incidents, check_ins: CheckIns, events: Events) -> None:
        self._incidents = incidents
        self._check_ins = check_ins
        self._events = events

    def handlers(self) -> Handlers:
        """Dispatch table of this file."""
        return {
            HoldPrecincts: self._hold,
            ReleasePrecincts: self._release,
            ShowHolds: self._show,
            ShowTimeline: self._timeline,
            DeclareIncident: self._declare,
            ConfirmIncident: self._confirm,
            StartAftermath: self._start,
            CancelEvent: self._cancel,
            ShowEventPlaces: self._places,
            ChangeEvent: self._change,
        }

    async def _hold(self, turn: Turn, intent: HoldPrecincts) -> Replies:
        return turn.told(await self._incidents.hold(turn.work, turn.person, intent.precincts))

    async def _release(self, turn: Turn, intent: ReleasePrecincts) -> Replies:
        return turn.told(await self._incidents.release(turn.work, turn.person, intent.precincts))

    async def _show(self, turn: Turn, intent: ShowHolds) -> Replies:
        if intent.precinct is None:
            return turn.told(await self._incidents.overview(turn.work, turn.person))
        return turn.told(await self._incidents.card(turn.work, turn.person, intent.precinct))

    async def _timeline(self, turn: Turn, intent: ShowTimeline) -> Replies:
        return turn.told(await self._incidents.timeline(turn.work, turn.person, intent.precinct))

    async def _declare(self, turn: Turn, intent: DeclareIncident) -> Replies:
        return turn.told(await self._incidents.declare(turn.work, turn.person, intent.precinct))

    async def _confirm(self, turn: Turn, intent: ConfirmIncident) -> Replies:
        return turn.told(await self._incidents.confirm(turn.work, turn.person, intent.incident_id))

    async def _start(self, turn: Turn, intent: StartAftermath) -> Replies:
        return await self._check_ins.start(turn.work, turn.person, intent.precinct)

    async def _cancel(self, turn: Turn, intent: CancelEvent) -> Replies:
        return turn.told(await self._events.cancel(turn.work, turn.person, intent.campaign_id, sure=intent.sure))

    async def _places(self, turn: Turn, intent: ShowEventPlaces) -> Replies:
        return await self._events.places(turn.work, turn.person, intent.campaign_id, intent.when, intent.page)

    async def _change(self, turn: Turn, intent: ChangeEvent) -> Replies:
        number, when, place = intent.campaign_id, intent.when, intent.place
        return turn.told(await self._events.change(turn.work, turn.person, number, when, place, sure=intent.sure))
