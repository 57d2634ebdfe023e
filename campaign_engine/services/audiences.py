"""How many a campaign would reach: enough for direct messages, and never shown exactly (safety S2, K3)."""

from collections.abc import Mapping
from dataclasses import replace

from campaign_engine.domain.audience import MIN_AUDIENCE, Audience, AudienceSize
from campaign_engine.domain.campaign import Campaign, CampaignKind, Post, topic_of
from campaign_engine.domain.contact import Person
from campaign_engine.domain.rounding import LOOKS_A_DAY, rounded_size
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import UnitOfWork

Reach = Mapping[str, object] | None
"""For templates: `people` (rounded, None is under 20), `rooms`, `direct`; only `looks` when the day's are used up."""

USED_UP: Mapping[str, object] = {"looks": LOOKS_A_DAY}


class Audiences:
    """The minimum is the operator's (GROUNDSWELL_MIN_AUDIENCE)."""

    def __init__(self, clock: Clock, minimum: int = MIN_AUDIENCE) -> None:
        self._clock = clock
        self.minimum = minimum

    async def reach(self, work: UnitOfWork, reader: Person, campaign: Campaign) -> Reach:
        """What the card of a campaign says, counted as a look of this reader; None for nobody in particular."""
        if reader.contact_id is None or not campaign.posts:
            return None
        if not await self.may_look(work, reader.contact_id):
            return USED_UP
        (seen,) = await self.seen(work, campaign)
        return seen

    async def seen(self, work: UnitOfWork, *campaigns: Campaign) -> tuple[Mapping[str, object], ...]:
        """The same for looks that were counted before; the campaigns have posts."""
        first = [_audience(campaign, campaign.posts[0]) for campaign in campaigns]
        sizes = await work.audiences.sizes(first, self._clock())
        return tuple(
            {"people": rounded_size(size.people), "rooms": size.rooms, "direct": not whom.rooms_only}
            for whom, size in zip(first, sizes, strict=True)
        )

    async def may_look(self, work: UnitOfWork, contact_id: int, wanted: int = 1) -> int:
        """Count looks at sizes (safety K3), also for whoever shows sizes elsewhere; how many there may be."""
        return await work.audiences.look(contact_id, to_wall(self._clock()).date(), LOOKS_A_DAY, wanted)

    async def too_few(self, work: UnitOfWork, author: Person, campaign: Campaign, post: Post) -> bool:
        """Whether a direct post in an organizer's own words would reach fewer than the minimum (safety S2).

        It tells something about a size, so that it is a look too; whoever has none left is not told now, and the freeze
        of the audience decides.
        """
        if campaign.kind is CampaignKind.AFTERMATH or not post.content.needs_minimum or author.contact_id is None:
            return False
        if not await self.may_look(work, author.contact_id):
            return False
        return (await self._size(work, campaign, post)).people < self.minimum

    async def would_do(self, work: UnitOfWork, campaign: Campaign, precincts: tuple[int, ...]) -> bool:
        """Whether direct posts would reach enough people in these precincts instead; part of the look before it."""
        wider = replace(campaign, precincts=precincts)
        direct = [post for post in campaign.posts if post.content.needs_minimum]
        return all([(await self._size(work, wider, post)).people >= self.minimum for post in direct])

    async def _size(self, work: UnitOfWork, campaign: Campaign, post: Post) -> AudienceSize:
        return await work.audiences.size(_audience(campaign, post), self._clock())


def _audience(campaign: Campaign, post: Post) -> Audience:
    content = post.content
    topic, without = topic_of(campaign.kind), content.without_rooms
    return Audience(topic, content.channels, campaign.precincts, content.rooms_only, without)
