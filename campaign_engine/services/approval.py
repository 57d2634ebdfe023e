"""The second person: reads what waits, agrees to exactly that, or sends it back (safety S1)."""

import dataclasses

from campaign_engine.domain.campaign import Campaign, CampaignStatus, PostStatus, check_campaign_transition
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import Conflict, ForbiddenTransition
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import check_approver, waits
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services import check_ins
from campaign_engine.services.campaign_steps import in_status, log_step, resolved, with_targets
from campaign_engine.services.post_texts import PostTexts

Replies = tuple[Reply, ...]


class Approval:
    """Every step checks first and writes last, so that an error leaves nothing half-done."""

    def __init__(self, clock: Clock, texts: PostTexts) -> None:
        self._clock = clock
        self._texts = texts

    async def approve(self, work: UnitOfWork, approver: Person, campaign_id: int, seen: str) -> Replies:
        """The second person agrees to what the card showed; targets are frozen, and it is scheduled at once.

        Raises NotAllowed (safety S1), Conflict when it is not what was shown, InvalidInput when its time passed.
        """
        campaign, ranking = await resolved(work, await work.campaigns.get(campaign_id))
        contact_id = check_approver(approver, campaign)
        _check_waits(campaign)
        if len(seen) < cards.SEEN_DIGITS or not campaign.approval_hash(campaign.precincts).startswith(seen):
            raise Conflict("It changed since you saw it.", "Read the new version, then decide.")
        for post in in_status(campaign, PostStatus.SUBMITTED):
            self._texts.check_times(post, self._clock(), begun=True)
            await check_ins.check(work, campaign, post, self._texts, self._clock)
        await self._texts.check_named(work, in_status(campaign, PostStatus.SUBMITTED))
        after = campaign.status
        if after is CampaignStatus.SUBMITTED:
            check_campaign_transition(after, CampaignStatus.APPROVED)
            campaign = dataclasses.replace(campaign, status=CampaignStatus.APPROVED)
            after = CampaignStatus.SCHEDULED
        await work.campaigns.set_status(campaign, after, self._clock())
        await work.campaigns.approve_posts(campaign_id, contact_id, self._clock())
        await work.campaigns.freeze_targets(campaign_id, campaign.precincts, ranking.id)
        await log_step(work, approver, "approve", campaign_id, self._clock())
        approved = await work.campaigns.get(campaign_id)
        return (cards.approved_card(approved, self._clock()),)

    async def send_back(self, work: UnitOfWork, approver: Person, campaign_id: int) -> Replies:
        """To draft again; of a campaign that runs only the posts that wait. Raises NotAllowed, ForbiddenTransition."""
        campaign, _ = await resolved(work, await work.campaigns.get(campaign_id))
        check_approver(approver, campaign)
        _check_waits(campaign)
        after = CampaignStatus.DRAFT if campaign.status is CampaignStatus.SUBMITTED else campaign.status
        changed = await work.campaigns.set_status(campaign, after, self._clock())
        await work.campaigns.return_posts(campaign_id)
        await log_step(work, approver, "return", campaign_id, self._clock())
        return (cards.short_card("campaign.returned", changed),)

    async def waiting(self, work: UnitOfWork, approver: Person) -> Replies:
        """One card each, oldest first."""
        found = await work.campaigns.waiting_for(approver)
        if not found:
            return (Reply("campaign.nothing_waiting"),)
        ranking = await work.targeting.latest_ranking()
        replies: list[Reply] = []
        for campaign in found:
            shown = with_targets(campaign, ranking)
            card = cards.reading_card("campaign.waiting", approver, shown, self._texts.all_of(shown))
            replies += (*check_ins.note(shown, self._texts), self._texts.linting.noted(card, shown))
        return tuple(replies)


def _check_waits(campaign: Campaign) -> None:
    if not waits(campaign):
        raise ForbiddenTransition(
            "Nothing in this campaign waits for approval any more.", "Open its status to see how it stands."
        )
