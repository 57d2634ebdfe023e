"""What else goes to the same people around the same time, or says the same: for the author and the second person."""

import dataclasses
from datetime import datetime

from campaign_engine.domain.campaign import Campaign
from campaign_engine.domain.clashes import LATELY, Clash, clashes
from campaign_engine.domain.message import Reply
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.post_pictures import picture_of

MOST_SHOWN = 3

Others = tuple[Campaign, ...]


async def lately(work: UnitOfWork, now: datetime) -> Others:
    """What any campaign may clash with; one statement. Drafts of others are not looked at."""
    return await work.campaigns.lately(now - LATELY)


async def clashes_of(
    work: UnitOfWork, campaign: Campaign, now: datetime, others: Others | None = None
) -> tuple[Clash, ...]:
    """`campaign` has the precincts of today; `others` as of `lately`, read where they are None."""
    return clashes(campaign, await lately(work, now) if others is None else others, now)


async def noted(
    work: UnitOfWork, card: Reply, campaign: Campaign, now: datetime, others: Others | None = None
) -> Reply:
    """The card with the other campaigns named on it, and the picture of the post above it."""
    found = await clashes_of(work, campaign, now, others)
    shown = tuple(clash.as_values() for clash in found[:MOST_SHOWN])
    pictures = [await picture_of(work, post.content) for post in campaign.posts if post.content.picture]
    card = dataclasses.replace(card, picture=pictures[0] if pictures else None)
    return dataclasses.replace(card, values={**card.values, "clashes": shown, "more_clashes": len(found) - len(shown)})
