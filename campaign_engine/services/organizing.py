"""Carries out what staff decide in chat, by the services that know campaigns and roles."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from campaign_engine.dialogue.approval_intents import RoomsOnly, SendTest, ShowHoldChoices, ShowOwnWaits, WidenDraft
from campaign_engine.dialogue.intents import (
    ChangeDraft,
    DropDraft,
    MoveCampaign,
    RedeemInvite,
    ShowPreview,
    ShowRehearsal,
    ShowStatus,
    StartDraft,
    SubmitCampaign,
)
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import waits
from campaign_engine.domain.rounding import LOOKS_A_DAY
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.desk import Desk
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_cards import MENU, status_rows, waits_notice
from campaign_engine.services.contacts import create_staff
from campaign_engine.services.turn import Handlers, Notice, Replies, Turn


class CampaignDesk(Protocol):
    """services.campaigns.Campaigns, as far as a conversation needs it. Every step raises GroundswellError."""

    async def start_draft(self, work: UnitOfWork, author: Person, kind: str) -> Replies: ...
    async def change_draft(
        self, work: UnitOfWork, author: Person, changes: Mapping[str, object], desk: Desk | None = None
    ) -> Replies: ...
    async def drop_draft(self, work: UnitOfWork, author: Person) -> Replies: ...
    async def preview(self, work: UnitOfWork, reader: Person, campaign_id: int, *, sizes: bool = True) -> Replies: ...
    async def test(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Replies: ...
    async def widen(self, work: UnitOfWork, author: Person, campaign_id: int) -> Replies: ...
    async def rooms_only(self, work: UnitOfWork, author: Person, campaign_id: int) -> Replies: ...
    async def own_waits(self, work: UnitOfWork, author: Person) -> Replies: ...
    async def submit(self, work: UnitOfWork, author: Person, campaign_id: int, *, anyway: bool = False) -> Replies: ...
    async def rehearse(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Replies: ...
    async def move(self, work: UnitOfWork, person: Person, campaign_id: int, verb: str) -> Replies: ...
    async def holds(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Replies: ...
    async def status(self, work: UnitOfWork, reader: Person, campaign_id: int | None) -> Replies: ...


class InviteDesk(Protocol):
    """services.staffing.Staffing, as far as a conversation needs it."""

    async def redeem(self, work: UnitOfWork, person: Person, code: str, handle: str) -> Replies:
        """Raises InvalidInput for a code that does not work, Conflict for a handle that is taken."""


class Organizing:
    """One method per intent of staff; the campaign service checks roles, scopes and the two-person rule."""

    def __init__(self, campaigns: CampaignDesk, staffing: InviteDesk) -> None:
        self._campaigns = campaigns
        self._staffing = staffing

    def handlers(self) -> Handlers:
        """Dispatch table of this file."""
        return {
            RedeemInvite: self._redeem,
            StartDraft: self._start,
            ChangeDraft: self._change,
            DropDraft: self._drop,
            ShowPreview: self.preview,
            ShowRehearsal: self._rehearse,
            SubmitCampaign: self._submit,
            SendTest: self._test,
            WidenDraft: self._widen,
            RoomsOnly: self._rooms_only,
            ShowHoldChoices: self._holds,
            ShowOwnWaits: self._own_waits,
            MoveCampaign: self._move,
            ShowStatus: self._status,
        }

    async def preview(self, turn: Turn, intent: ShowPreview) -> Replies:
        """Also shown when a page is loaded anew."""
        sizes = not turn.reads_only
        return await self._campaigns.preview(turn.work, turn.person, intent.campaign_id, sizes=sizes)

    async def _rehearse(self, turn: Turn, intent: ShowRehearsal) -> Replies:
        """Read after the commit; each look at sizes is counted (safety K3)."""
        reader, day = turn.person, to_wall(turn.now).date()
        if reader.contact_id is None or not await turn.work.audiences.look(reader.contact_id, day, LOOKS_A_DAY):
            raise NotAllowed("You have looked at many sizes today.", "Look again tomorrow.", "looks_used")
        draft = turn.opened.desk.draft if turn.opened.desk is not None else None
        own = draft is not None and draft.campaign_id == intent.campaign_id
        way_on = ((Option(label="organize.summary", data="o:new"),),) if own else status_rows(intent.campaign_id)

        async def read(work: UnitOfWork) -> Replies:
            *before, last = await self._campaigns.rehearse(work, reader, intent.campaign_id)
            return (*before, replace(last, options=way_on))

        turn.reads.append(read)
        return ()

    async def _redeem(self, turn: Turn, intent: RedeemInvite) -> Replies:
        await create_staff(turn, turn.opened.person.language)
        return await self._staffing.redeem(turn.work, turn.person, intent.code, intent.handle)

    async def _start(self, turn: Turn, intent: StartDraft) -> Replies:
        return await self._campaigns.start_draft(turn.work, turn.person, intent.kind)

    async def _change(self, turn: Turn, intent: ChangeDraft) -> Replies:
        return await self._campaigns.change_draft(turn.work, turn.person, intent.changes, turn.opened.desk)

    async def _drop(self, turn: Turn, _intent: DropDraft) -> Replies:
        return await self._campaigns.drop_draft(turn.work, turn.person)

    async def _submit(self, turn: Turn, intent: SubmitCampaign) -> Replies:
        replies = await self._campaigns.submit(turn.work, turn.person, intent.campaign_id, anyway=intent.anyway)
        campaign = await turn.work.campaigns.get(intent.campaign_id)
        if waits(campaign):
            turn.notices.extend(Notice(to, waits_notice()) for to in await turn.work.campaigns.approvers(campaign))
        return replies

    async def _test(self, turn: Turn, intent: SendTest) -> Replies:
        return await self._campaigns.test(turn.work, turn.person, intent.campaign_id)

    async def _widen(self, turn: Turn, intent: WidenDraft) -> Replies:
        return await self._campaigns.widen(turn.work, turn.person, intent.campaign_id)

    async def _rooms_only(self, turn: Turn, intent: RoomsOnly) -> Replies:
        return await self._campaigns.rooms_only(turn.work, turn.person, intent.campaign_id)

    async def _holds(self, turn: Turn, intent: ShowHoldChoices) -> Replies:
        return await self._campaigns.holds(turn.work, turn.person, intent.campaign_id)

    async def _own_waits(self, turn: Turn, _intent: ShowOwnWaits) -> Replies:
        lines = await self._campaigns.own_waits(turn.work, turn.person)
        if not lines:
            return (Reply("campaign.none_with_approver", options=MENU),)
        return (*lines[:-1], replace(lines[-1], options=(*lines[-1].options, *MENU)))

    async def _move(self, turn: Turn, intent: MoveCampaign) -> Replies:
        return await self._campaigns.move(turn.work, turn.person, intent.campaign_id, intent.to)

    async def _status(self, turn: Turn, intent: ShowStatus) -> Replies:
        return await self._campaigns.status(turn.work, turn.person, intent.campaign_id)
