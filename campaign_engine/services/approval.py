"""The second person: reads what waits, agrees to exactly that, or sends it back (safety S1)."""

import dataclasses
from datetime import datetime

from campaign_engine.domain.campaign import Campaign, CampaignStatus, PostStatus, check_campaign_transition
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import Conflict, ForbiddenTransition
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import check_approver, waits, waits_for_author
from campaign_engine.domain.return_reason import ReturnReason, check_words
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import StaffContact, StoredRanking
from campaign_engine.ports.reviews import Returned
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import approval_cards, check_ins, event_series
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services.audiences import Audiences
from campaign_engine.services.campaign_steps import in_status, log_step, resolved
from campaign_engine.services.free_slots import FreeSlots
from campaign_engine.services.post_texts import PostTexts
from campaign_engine.services.reviewing import MOST_CARDS, Reviewing
from campaign_engine.services.text_approvals import check_wording
from campaign_engine.services.turn import Answer, Notice, Replies


class Approval:
    """Every step checks first and writes last, so that an error leaves nothing half-done."""

    def __init__(self, clock: Clock, texts: PostTexts, audiences: Audiences) -> None:
        self._clock = clock
        self._texts = texts
        self._audiences = audiences
        self._slots = FreeSlots(clock, texts.hours)
        self._reviewing = Reviewing(clock, texts, audiences, self._slots)

    async def approve(self, work: UnitOfWork, approver: Person, campaign_id: int, seen: str) -> Answer:
        """The second person agrees to what the card showed; targets are frozen, and it is scheduled at once.

        A time that passed is not approved: the next free one is offered. Raises NotAllowed (safety S1), Conflict when
        it is not what was shown, ForbiddenTransition when somebody else decided first.
        """
        campaign, ranking = await resolved(work, await work.campaigns.get(campaign_id))
        contact_id = check_approver(approver, campaign)
        check_waits(campaign)
        check_seen(campaign, seen)
        offer = await self._slots.offer(work, campaign, is_author=False)
        if offer is not None:
            return Answer((offer,))
        for post in in_status(campaign, PostStatus.SUBMITTED):
            self._texts.check_times(post.content.schedule, self._clock(), begun=True)
            await check_ins.check(work, campaign, post, self._texts, self._clock)
            await check_wording(work, post.content)
            await event_series.check(work, campaign, post.content.schedule)
        await self._texts.check_named(work, in_status(campaign, PostStatus.SUBMITTED))
        await schedule(work, campaign, ranking, self._clock())
        await work.campaigns.approve_posts(campaign_id, contact_id, self._clock())
        await work.reviews.forget_return(campaign_id)
        await log_step(work, approver, "approve", campaign_id, self._clock())
        approved = await work.campaigns.get(campaign_id)
        going = cards.next_wall(approved, self._clock())
        told = approval_cards.news("approved_told", approved, approver=approver.handle, next=going)
        author = await work.campaigns.author(approved)
        return Answer((cards.approved_card(approved, self._clock()),), notices_to(author, told))

    async def send_back(
        self, work: UnitOfWork, approver: Person, campaign_id: int, reason: str, words: str = ""
    ) -> Answer:
        """To draft again, in the author's own words; of a campaign that runs only the posts that wait.

        `reason` is one of domain.return_reason, with `words` where it is the approver's own; the author reads both.
        Raises NotAllowed, InvalidInput, ForbiddenTransition.
        """
        words = check_words(words) if reason == ReturnReason.OWN else ""
        campaign, _ = await resolved(work, await work.campaigns.get(campaign_id))
        check_approver(approver, campaign)
        if not waits_for_author(campaign):
            check_waits(campaign)
        changed = await back_to_draft(work, campaign, self._clock())
        await log_step(work, approver, "return", campaign_id, self._clock())
        await work.reviews.note_return(campaign_id, Returned(reason, words, self._clock()))
        told = approval_cards.returned_told(changed, approver.handle, reason, words)
        author = await work.campaigns.author(changed)
        return Answer((cards.short_card("campaign.returned", changed),), notices_to(author, told))

    async def waiting(self, work: UnitOfWork, approver: Person, looks: int) -> Replies:
        """See services.reviewing."""
        return await self._reviewing.waiting(work, approver, looks)

    async def looks(self, work: UnitOfWork, approver: Person) -> int:
        """On how many of the cards that wait sizes may be shown today; each is counted (safety K3)."""
        if approver.contact_id is None:
            return 0
        shown = (await work.campaigns.waiting_for(approver))[:MOST_CARDS]
        return await self._audiences.may_look(work, approver.contact_id, len(shown)) if shown else 0


def check_waits(campaign: Campaign) -> None:
    """Raise ForbiddenTransition when somebody decided before."""
    if not waits(campaign):
        raise ForbiddenTransition(
            "Somebody decided on this one before you. Nothing waits any more.",
            "Its status shows how it stands.",
            "decided_first",
        )


def check_seen(campaign: Campaign, seen: str) -> None:
    """Raise Conflict unless the button belongs to what the campaign says now; `precincts` are those of today."""
    if len(seen) < cards.SEEN_DIGITS or not campaign.approval_hash(campaign.precincts).startswith(seen):
        raise Conflict("It changed since you saw it.", "Read the new version, then decide.")


async def take(work: UnitOfWork, campaign: Campaign, after: CampaignStatus, now: datetime) -> Campaign:
    """Be the first to write. Raises Conflict, or ForbiddenTransition when another one has just decided."""
    try:
        return await work.campaigns.set_status(campaign, after, now)
    except Conflict:
        now_there = await work.campaigns.get(campaign.id)
        if not waits_for_author(now_there):
            check_waits(now_there)
        raise


async def schedule(work: UnitOfWork, campaign: Campaign, ranking: StoredRanking, now: datetime) -> None:
    """A campaign whose posts have two people behind them is scheduled; one that is live goes on as it is."""
    after = campaign.status
    if after is CampaignStatus.SUBMITTED:
        check_campaign_transition(after, CampaignStatus.APPROVED)
        campaign = dataclasses.replace(campaign, status=CampaignStatus.APPROVED)
        after = CampaignStatus.SCHEDULED
    await take(work, campaign, after, now)
    await work.campaigns.freeze_targets(campaign.id, campaign.precincts, ranking.id)


async def back_to_draft(work: UnitOfWork, campaign: Campaign, now: datetime) -> Campaign:
    """What waits becomes a draft again; fixes are undone."""
    after = CampaignStatus.DRAFT if campaign.status is CampaignStatus.SUBMITTED else campaign.status
    changed = await take(work, campaign, after, now)
    await work.approvals.undo_fixes(campaign.id)
    await work.campaigns.return_posts(campaign.id)
    await work.approvals.bring_up(campaign.id, now)
    return changed


def notices_to(staff: StaffContact | None, reply: Reply) -> tuple[Notice, ...]:
    """Nothing for somebody who is gone."""
    return () if staff is None else (Notice(staff, reply),)
