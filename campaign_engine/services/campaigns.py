"""A campaign from its draft to its end: who may take which step, and what they are told."""

import dataclasses
from collections.abc import Mapping
from dataclasses import replace

from campaign_engine.domain.campaign import STARTED_KINDS, Campaign, CampaignKind, CampaignStatus, PostStatus
from campaign_engine.domain.contact import Person
from campaign_engine.domain.drafting import apply_changes, check_complete, undone
from campaign_engine.domain.errors import ForbiddenTransition, InvalidInput, NotAllowed, NotFound
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import (
    LIVE,
    check_author,
    check_mover,
    check_organizer,
    check_targets,
    check_trained,
    may_see,
    visible_precincts,
    waits,
    waits_for_author,
)
from campaign_engine.domain.precinct import TargetKind, TargetRule, borough_of
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.schedule import Schedule
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.desk import Desk
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services import check_ins, event_series, status_board
from campaign_engine.services.approval_cards import too_few_card
from campaign_engine.services.audiences import Audiences
from campaign_engine.services.campaign_steps import draft_step, in_status, keep_draft, log_step, own_draft, resolved
from campaign_engine.services.clashes import noted
from campaign_engine.services.free_slots import FreeSlots
from campaign_engine.services.post_pictures import picture_of
from campaign_engine.services.post_texts import PostTexts
from campaign_engine.services.rehearsing import Progress, rehearse
from campaign_engine.services.turn import Replies
from campaign_engine.services.waiting import waiting_lines


class Campaigns:
    """Every step checks first and writes last, so that an error leaves nothing half-done."""

    def __init__(self, clock: Clock, texts: PostTexts, audiences: Audiences) -> None:
        self._clock = clock
        self._texts = texts
        self._audiences = audiences
        self._slots = FreeSlots(clock, texts.hours)

    async def start_draft(self, work: UnitOfWork, author: Person, kind: str) -> Replies:
        """The dialogue asks on by itself. Raises NotAllowed, InvalidInput."""
        contact_id = check_organizer(author)
        if kind not in STARTED_KINDS:
            raise InvalidInput("There is no such kind of campaign.", "Choose one from the list.")
        if kind == CampaignKind.AFTERMATH:
            raise check_ins.needs_incident()
        campaign_id = await work.campaigns.start(CampaignKind(kind), contact_id, self._clock())
        await log_step(work, author, "start", campaign_id, self._clock())
        return ()

    async def change_draft(
        self, work: UnitOfWork, author: Person, changes: Mapping[str, object], desk: Desk | None = None
    ) -> Replies:
        """Keys as in dialogue.intents.ChangeDraft, and `starter`: a language that takes the shipped text.

        Raises NotAllowed, InvalidInput, Conflict, NotFound without a draft.
        """
        draft = await own_draft(work, author, desk)
        if draft.kind == CampaignKind.AFTERMATH:
            changes = check_ins.only_choices(changes)
        changed = apply_changes(draft, self._texts.with_starter(draft, changes), self._texts.channels)
        if draft.kind == CampaignKind.AFTERMATH:
            changed = self._texts.fixed(changed)
        for language, text in changed.texts.items():
            if text != draft.texts.get(language):
                self._texts.check(text, language)
        if changed.schedule and changed.schedule != draft.schedule:
            schedule = Schedule.from_json(dict(changed.schedule))
            self._texts.check_times(schedule, self._clock(), begun=draft.live)
            if schedule.around is not None:
                await event_series.check(work, await work.campaigns.get(draft.campaign_id), schedule)
        if changed.targets and changed.targets != draft.targets:
            known = None if desk is None else desk.ranking
            ranking = known or await work.targeting.latest_ranking()
            check_targets(author, TargetRule.from_json(changed.targets).resolve(ranking.ranking))
        kept = replace(changed, fixed=self._texts.is_reviewed(changed))
        await keep_draft(work, kept, draft_step(author, "change", draft), self._clock(), desk)
        return ()

    async def undo(self, work: UnitOfWork, author: Person, desk: Desk | None = None) -> Replies:
        """The last change of the open draft. Raises InvalidInput when there is none, NotFound without a draft."""
        draft = await own_draft(work, author, desk)
        changed = undone(draft)
        if draft.kind == CampaignKind.AFTERMATH:
            changed = self._texts.fixed(changed)
        kept = replace(changed, fixed=self._texts.is_reviewed(changed))
        await keep_draft(work, kept, draft_step(author, "undo", draft), self._clock(), desk)
        return ()

    async def drop_draft(self, work: UnitOfWork, author: Person) -> Replies:
        """Cancels a new campaign; an edit of an approved post falls back to what was approved."""
        draft = await own_draft(work, author)
        campaign = await work.campaigns.get(draft.campaign_id)
        if draft.live:
            await work.campaigns.set_status(campaign, campaign.status, self._clock())
            await work.campaigns.restore_posts(campaign.id)
        else:
            await work.campaigns.set_status(campaign, CampaignStatus.CANCELLED, self._clock())
            await work.campaigns.withdraw_posts(campaign.id)
        await log_step(work, author, "drop", campaign.id, self._clock())
        return ()

    async def preview(self, work: UnitOfWork, reader: Person, campaign_id: int, *, sizes: bool = True) -> Replies:
        """As it will be read, with the approver's buttons for whoever may press them. Raises NotFound.

        Without `sizes` nothing is written: to show one is a look that is counted (safety K3).
        """
        campaign = await self._seen_by(work, reader, campaign_id)
        if not campaign.posts:
            draft = await work.campaigns.draft(campaign_id)
            return (cards.short_card("campaign.incomplete", campaign, fields=draft.missing if draft else ()),)
        shown, _ = await resolved(work, campaign)
        reach = await self._audiences.reach(work, reader, shown) if sizes else None
        card = cards.reading_card("campaign.preview", reader, shown, self._texts.all_of(shown), reach)
        card = dataclasses.replace(card, options=(*card.options, *cards.rehearsal_rows(shown)))
        return (*check_ins.note(shown, self._texts), await noted(work, card, shown, self._clock()))

    async def rehearse(
        self, work: UnitOfWork, reader: Person, campaign_id: int, progress: Progress | None = None
    ) -> Replies:
        """What would go where, when and to how many; nothing is sent or written. Raises NotFound."""
        campaign = await self._seen_by(work, reader, campaign_id)
        shown, _ = await resolved(work, campaign)
        return (await rehearse(work, shown, self._clock(), self._texts.hours, progress),)

    async def test(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Replies:
        """The posts as replies to whoever asks, one for each language: how a sole operator rehearses (safety S1)."""
        campaign = await self._seen_by(work, reader, campaign_id)
        shown, _ = await resolved(work, campaign)
        texts = self._texts.all_of(shown) if campaign.posts else ()
        if not texts:
            raise InvalidInput("There is nothing to read yet.", "Write the text first.", "incomplete_test")
        note = Reply("approval.test_note", {"title": campaign.title})
        content = shown.posts[0].content
        each = [
            Reply(
                "approval.test_text",
                {"language": language, "text": text},
                picture=await picture_of(work, content, language) if content.picture else None,
            )
            for language, text in texts
        ]
        each[-1] = dataclasses.replace(each[-1], options=cards.status_rows(campaign_id))
        return (note, *each)

    async def widen(self, work: UnitOfWork, author: Person, campaign_id: int) -> Replies:
        """All of the boroughs that its precincts lie in. Raises NotAllowed beyond the author's scope, NotFound."""
        campaign = await self._own_campaign(work, author, campaign_id)
        reached, _ = await resolved(work, campaign)
        return await self.change_draft(work, author, {"targets": _boroughs(reached.precincts).as_json()})

    async def rooms_only(self, work: UnitOfWork, author: Person, campaign_id: int) -> Replies:
        """To rooms and the page, to nobody directly (safety S2). Raises NotFound."""
        await self._own_campaign(work, author, campaign_id)
        return await self.change_draft(work, author, {"rooms_only": True})

    async def submit(self, work: UnitOfWork, author: Person, campaign_id: int, *, anyway: bool = False) -> Replies:
        """Where too few people would get it, offers what can be done instead of handing it in; not `anyway`, when the
        freeze decides (safety S2).

        Raises NotAllowed, InvalidInput naming what is missing or wrong, ForbiddenTransition, Conflict."""
        campaign = await work.campaigns.get(campaign_id)
        check_author(author, campaign)
        check_trained(author)
        draft = await work.campaigns.draft(campaign_id)
        if draft is None:
            raise ForbiddenTransition("This campaign was handed in already.", "Open its status to see how it stands.")
        check_complete(draft)
        reached, ranking = await resolved(work, campaign)
        check_targets(author, reached.precincts)
        for post in in_status(campaign, PostStatus.DRAFT):
            await self._texts.check_post(reached, post, self._clock(), begun=draft.live)
            await event_series.check(work, campaign, post.content.schedule)
            await check_ins.check(work, reached, post, self._texts, self._clock)
            if not anyway and await self._audiences.too_few(work, author, reached, post):
                return (await self._too_few(work, author, reached),)
        await self._texts.check_named(work, in_status(campaign, PostStatus.DRAFT))
        after = campaign.status if draft.live else CampaignStatus.SUBMITTED
        await work.campaigns.set_status(campaign, after, self._clock())
        await work.campaigns.submit_posts(campaign_id)
        await work.approvals.begin(campaign_id, self._clock())
        if not draft.live:
            await work.campaigns.freeze_targets(campaign_id, reached.precincts, ranking.id)
        await log_step(work, author, "submit", campaign_id, self._clock())
        approvers = tuple(staff.handle for staff in await work.campaigns.approvers(reached))
        return (cards.submitted_card(reached, approvers),)

    async def move(self, work: UnitOfWork, person: Person, campaign_id: int, verb: str) -> Replies:
        """launch, pause, resume, cancel, finish, edit an approved post, or retry one that was stopped.

        Raises NotAllowed, ForbiddenTransition.
        """
        campaign = await work.campaigns.get(campaign_id)
        check_mover(person, campaign)
        if verb == "edit":
            return await self._edit(work, person, campaign)
        if verb == "retry":
            return await self._retry(work, person, campaign)
        changed = await work.campaigns.set_status(campaign, _after(campaign, verb), self._clock())
        if changed.status is CampaignStatus.CANCELLED:
            await work.campaigns.withdraw_posts(campaign_id)
            await event_series.call_off(work, person, campaign_id, self._clock())
        if verb == "resume":
            await work.kill_switch.note_backlog(campaign_id, self._clock())
        await log_step(work, person, verb, campaign_id, self._clock())
        return (await status_board.card(work, person, changed, self._clock(), may_move=True),)

    async def status(self, work: UnitOfWork, reader: Person, campaign_id: int | None) -> Replies:
        """One campaign, or a list of those in the reader's scope. Raises NotFound."""
        if campaign_id is not None:
            campaign = await self._seen_by(work, reader, campaign_id)
            may_move = _may_move(reader, campaign)
            card = await status_board.card(work, reader, campaign, self._clock(), may_move=may_move)
            return (card, *await waiting_lines(work, reader, campaign, self._slots))
        found = await work.campaigns.visible(reader.contact_id or 0, visible_precincts(reader))
        card = await status_board.board(work, found, self._clock()) if found else Reply("campaign.no_campaigns")
        return (cards.with_new(card) if may(reader, Capability.DRAFT) else card,)

    async def holds(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Replies:
        """Its precincts, to hold one of them (safety I1). Raises NotFound."""
        return (status_board.hold_card(await self._seen_by(work, reader, campaign_id)),)

    async def own_waits(self, work: UnitOfWork, author: Person) -> Replies:
        """A line for each campaign that the author handed in and nobody decided on; none when nothing waits."""
        found = await work.approvals.own_waits(author.contact_id) if author.contact_id is not None else ()
        campaigns = [await work.campaigns.get(campaign_id) for campaign_id in found[:_MOST_LINES]]
        lines = [await waiting_lines(work, author, campaign, self._slots) for campaign in campaigns]
        return tuple(line for each in lines for line in each)

    async def _retry(self, work: UnitOfWork, person: Person, campaign: Campaign) -> Replies:
        """Of what waited meanwhile only the newest goes to each person (safety S5); pressed twice it does nothing."""
        if await work.stopped_posts.retry(campaign.id):
            await work.kill_switch.note_backlog(campaign.id, self._clock())
            await log_step(work, person, "retry", campaign.id, self._clock())
        return (await status_board.card(work, person, campaign, self._clock(), may_move=True),)

    async def _edit(self, work: UnitOfWork, person: Person, campaign: Campaign) -> Replies:
        contact_id = check_author(person, campaign)
        waiting = waits(campaign) or waits_for_author(campaign)
        if campaign.status not in LIVE | {CampaignStatus.DRAFT} or waiting:
            raise ForbiddenTransition(
                f"A campaign that is {campaign.status} cannot be edited now.", "Ask the approver to send it back."
            )
        await work.campaigns.set_status(campaign, campaign.status, self._clock())
        await work.campaigns.reopen(campaign.id, contact_id, self._clock())
        await log_step(work, person, "edit", campaign.id, self._clock())
        return (cards.reopened_card(campaign),)

    async def _own_campaign(self, work: UnitOfWork, author: Person, campaign_id: int) -> Campaign:
        """The one whose draft is open. Raises NotFound for another one, whose button is old."""
        draft = await own_draft(work, author)
        if draft.campaign_id != campaign_id:
            raise NotFound("This draft is not the one you are on.", "Open your draft from the menu.", "no_draft")
        return await work.campaigns.get(campaign_id)

    async def _too_few(self, work: UnitOfWork, author: Person, campaign: Campaign) -> Reply:
        ranking = (await work.targeting.latest_ranking()).ranking
        wider = _boroughs(campaign.precincts).resolve(ranking)
        try:
            check_targets(author, wider)
        except NotAllowed:
            wider = campaign.precincts
        can_widen = wider != campaign.precincts and await self._audiences.would_do(work, campaign, wider)
        return too_few_card(campaign, self._audiences.minimum, can_widen=can_widen)

    async def _seen_by(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Campaign:
        campaign = await work.campaigns.get(campaign_id)
        if not may_see(reader, campaign):
            # The same error as for a number that does not exist: which campaigns there are is not for everybody.
            raise NotFound("There is no such campaign.", "Open the list of campaigns and choose one.")
        return campaign


_MOST_LINES = 3
"""Waiting campaigns that the menu names; the list of campaigns has them all."""

_VERBS: Mapping[str, CampaignStatus] = {
    "launch": CampaignStatus.SCHEDULED,
    "pause": CampaignStatus.PAUSED,
    "cancel": CampaignStatus.CANCELLED,
    "finish": CampaignStatus.FINISHED,
}


def _after(campaign: Campaign, verb: str) -> CampaignStatus:
    if verb == "resume":
        return CampaignStatus.RUNNING if campaign.launched_at else CampaignStatus.SCHEDULED
    # A campaign that waits is launched by its approval, and one that is paused goes on by "resume".
    if verb == "launch" and campaign.status is not CampaignStatus.APPROVED:
        raise ForbiddenTransition(
            f"A campaign that is {campaign.status} cannot be launched.", "It is launched when it is approved."
        )
    if verb not in _VERBS:
        raise InvalidInput("There is no such step.", "Use the buttons under the status.")
    return _VERBS[verb]


def _boroughs(precincts: tuple[int, ...]) -> TargetRule:
    boroughs = tuple(dict.fromkeys(borough_of(number) for number in precincts))
    return TargetRule(TargetKind.BOROUGHS, boroughs)


def _may_move(person: Person, campaign: Campaign) -> bool:
    try:
        check_mover(person, campaign)
    except NotAllowed:
        return False
    return True
