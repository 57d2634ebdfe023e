"""What somebody who handed a campaign in wants to know: who may read it, how long it has waited."""

from campaign_engine.domain.campaign import Campaign, PostStatus
from campaign_engine.domain.contact import Person
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import waits, waits_for_author
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import approval_cards
from campaign_engine.services.campaign_steps import resolved
from campaign_engine.services.free_slots import FreeSlots


async def waiting_lines(work: UnitOfWork, reader: Person, campaign: Campaign, slots: FreeSlots) -> tuple[Reply, ...]:
    """One for each post that waits, with what the author can do about it; none when nothing does."""
    if not waits(campaign) and not waits_for_author(campaign):
        return await _came_back(work, reader, campaign)
    campaign, _ = await resolved(work, campaign)
    is_author = reader.contact_id == campaign.author_id
    offer = await slots.offer(work, campaign, is_author=True) if is_author else None
    if offer is not None:
        return (offer,)
    approvers = [staff.handle for staff in await work.campaigns.approvers(campaign)]
    contents = {post.id: post.content for post in campaign.posts}
    lines: list[Reply] = []
    for wait in await work.approvals.waits(campaign.id):
        if is_author and wait.before is not None:
            lines.append(approval_cards.fixed_card(campaign, wait.fixer, wait.before, contents[wait.post_id]))
        else:
            lines.append(approval_cards.waits_for(campaign, wait, approvers, slots.clock()))
    return tuple(lines)


async def _came_back(work: UnitOfWork, reader: Person, campaign: Campaign) -> tuple[Reply, ...]:
    """Why, for the author, until it is handed in anew."""
    editing = any(post.status is PostStatus.DRAFT for post in campaign.posts)
    returned = await work.reviews.returned(campaign.id) if editing and reader.contact_id == campaign.author_id else None
    return () if returned is None else (approval_cards.came_back(campaign, returned.reason, returned.words),)
