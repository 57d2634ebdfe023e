"""The one switch that stops everything proactive: pressed by one, lifted by another (safety S3)."""

from campaign_engine.dialogue.intents import LiftKillSwitch, PressKillSwitch
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.handle import OPERATOR
from campaign_engine.domain.message import Destination, Reply
from campaign_engine.domain.permission import check_stopper
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_cards import MENU
from campaign_engine.services.turn import Handlers, Replies, Turn

_OBJECT = "everything"


class KillSwitch:
    """Never asks for a second factor (safety R2); whoever runs the command line may press and lift alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def handlers(self) -> Handlers:
        """Dispatch table of this file."""
        return {PressKillSwitch: self._press, LiftKillSwitch: self._lift}

    async def press(self, work: UnitOfWork, person: Person | None = None, who: Destination | None = None) -> Reply:
        """None is the operator. Raises NotAllowed."""
        contact_id = None if person is None else check_stopper(person)
        if not await work.kill_switch.press(contact_id, self._clock(), who):
            return Reply("sending.stopped_already", options=MENU)
        await self._log(work, person, "stop")
        return Reply("sending.stopped", options=MENU)

    async def lift(self, work: UnitOfWork, person: Person | None = None, who: Destination | None = None) -> Reply:
        """None is the operator. Raises NotAllowed, also for the person who pressed it, even deleted and back again."""
        contact_id = None if person is None else check_stopper(person)
        switch = await work.kill_switch.state()
        if switch is None or switch.lifted_at is not None:
            return Reply("sending.not_stopped", options=MENU)
        own = contact_id is not None and contact_id == switch.pressed_by
        if own or (who is not None and await work.kill_switch.pressed_in(who)):
            raise NotAllowed(
                "You stopped everything, so somebody else lets it go on.", "Ask another one of the team.", "own_stop"
            )
        await work.kill_switch.lift(self._clock())
        await self._log(work, person, "go on")
        return Reply("sending.goes_on", options=MENU)

    async def _press(self, turn: Turn, _intent: PressKillSwitch) -> Replies:
        return (await self.press(turn.work, turn.person, turn.who),)

    async def _lift(self, turn: Turn, _intent: LiftKillSwitch) -> Replies:
        return (await self.lift(turn.work, turn.person, turn.who),)

    async def _log(self, work: UnitOfWork, person: Person | None, action: str) -> None:
        actor = OPERATOR if person is None else person.handle
        await work.audit.append(AuditEntry(actor, action, _OBJECT), self._clock())
