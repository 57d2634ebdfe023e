"""Carries out what people decide in chat about campaigns that wait, by the services that know the two-person rule."""

from typing import Protocol

from campaign_engine.dialogue.approval_intents import (
    Countersign,
    FixPost,
    ReturnCampaign,
    ShowSource,
    TakeBack,
    TakeSlot,
)
from campaign_engine.dialogue.intents import ApproveCampaign, ShowWaiting
from campaign_engine.domain.contact import Person
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.turn import Answer, Handlers, Replies, Turn


class ApprovalDesk(Protocol):
    """services.approval.Approval, as far as a conversation needs it. Every step raises GroundswellError."""

    async def approve(self, work: UnitOfWork, approver: Person, campaign_id: int, seen: str) -> Answer: ...
    async def send_back(
        self, work: UnitOfWork, approver: Person, campaign_id: int, reason: str, words: str
    ) -> Answer: ...
    async def looks(self, work: UnitOfWork, approver: Person) -> int: ...
    async def waiting(self, work: UnitOfWork, approver: Person, looks: int) -> Replies: ...


class FixingDesk(Protocol):
    """services.fixing.Fixing, as far as a conversation needs it. Every step raises GroundswellError."""

    async def source(self, work: UnitOfWork, approver: Person, campaign_id: int, language: str) -> Answer: ...
    async def fix(self, work: UnitOfWork, approver: Person, campaign_id: int, language: str, text: str) -> Answer: ...
    async def countersign(self, work: UnitOfWork, author: Person, campaign_id: int, seen: str) -> Answer: ...
    async def take_back(self, work: UnitOfWork, author: Person, campaign_id: int) -> Answer: ...
    async def take_slot(self, work: UnitOfWork, person: Person, campaign_id: int, slot: str) -> Answer: ...


class Approving:
    """One method per intent about what waits; the services check who is the second person."""

    def __init__(self, approval: ApprovalDesk, fixing: FixingDesk) -> None:
        self._approval = approval
        self._fixing = fixing

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {
            ShowWaiting: self._waiting,
            ApproveCampaign: self._approve,
            ReturnCampaign: self._send_back,
            ShowSource: self._source,
            FixPost: self._fix,
            Countersign: self._countersign,
            TakeBack: self._take_back,
            TakeSlot: self._take_slot,
        }

    async def _waiting(self, turn: Turn, _intent: ShowWaiting) -> Replies:
        """Read after the commit: each card is rehearsed."""
        approver, looks = turn.person, await self._approval.looks(turn.work, turn.person)
        turn.reads.append(lambda work: self._approval.waiting(work, approver, looks))
        return ()

    async def _approve(self, turn: Turn, intent: ApproveCampaign) -> Replies:
        return turn.told(await self._approval.approve(turn.work, turn.person, intent.campaign_id, intent.seen))

    async def _send_back(self, turn: Turn, intent: ReturnCampaign) -> Replies:
        number, reason = intent.campaign_id, intent.reason
        return turn.told(await self._approval.send_back(turn.work, turn.person, number, reason, intent.words))

    async def _source(self, turn: Turn, intent: ShowSource) -> Replies:
        return turn.told(await self._fixing.source(turn.work, turn.person, intent.campaign_id, intent.language))

    async def _fix(self, turn: Turn, intent: FixPost) -> Replies:
        number, language = intent.campaign_id, intent.language
        return turn.told(await self._fixing.fix(turn.work, turn.person, number, language, intent.text))

    async def _countersign(self, turn: Turn, intent: Countersign) -> Replies:
        return turn.told(await self._fixing.countersign(turn.work, turn.person, intent.campaign_id, intent.seen))

    async def _take_back(self, turn: Turn, intent: TakeBack) -> Replies:
        return turn.told(await self._fixing.take_back(turn.work, turn.person, intent.campaign_id))

    async def _take_slot(self, turn: Turn, intent: TakeSlot) -> Replies:
        return turn.told(await self._fixing.take_slot(turn.work, turn.person, intent.campaign_id, intent.slot))
