"""All that the second person looks at before they decide, on one card (safety S1)."""

import asyncio
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign_engine.domain.campaign import ADULT_APPROVED_KINDS, Campaign, PostContent, PostStatus
from campaign_engine.domain.contact import Person
from campaign_engine.domain.message import Reply
from campaign_engine.domain.picture import PostPicture
from campaign_engine.domain.post_changes import PostChanges, post_changes
from campaign_engine.domain.precinct import Ranking
from campaign_engine.domain.rehearsal import COARSE
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services import check_ins, clashes
from campaign_engine.services.audiences import USED_UP, Audiences
from campaign_engine.services.campaign_steps import in_status, with_targets
from campaign_engine.services.free_slots import FreeSlots
from campaign_engine.services.post_texts import PostTexts
from campaign_engine.services.rehearsing import Grounds, grounds, played
from campaign_engine.services.turn import Replies

MOST_CARDS = 4
"""Of one look; the others are said in a number, and come when these are decided."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What the cards of one look need, read once for all of them; `sizes` of the first ones only (safety K3)."""

    ranking: Ranking
    campaigns: tuple[Campaign, ...]
    sizes: tuple[Mapping[str, object], ...]
    approved: Mapping[int, PostContent]
    grounds: Grounds

    def rooms_of(self, campaign: Campaign) -> tuple[str, ...]:
        """Titles of the rooms that the first post would go to."""
        content = campaign.posts[0].content
        met = [room for room in self.grounds.rooms[campaign.id] if room.channel in content.channels]
        return tuple(room.title for room in met if room.id not in content.without_rooms)

    def changes_of(self, campaign: Campaign) -> tuple[PostChanges, ...]:
        """Of each post that waits and was approved before; none where all of it is new."""
        found = (
            post_changes(self.approved[post.id], post.content, lambda rule: rule.resolve(self.ranking))
            for post in in_status(campaign, PostStatus.SUBMITTED)
            if post.id in self.approved
        )
        return tuple(found)


class Reviewing:
    """Reads only; `slots` offers another time for what missed its own."""

    def __init__(self, clock: Clock, texts: PostTexts, audiences: Audiences, slots: FreeSlots) -> None:
        self._clock = clock
        self._texts = texts
        self._audiences = audiences
        self._slots = slots

    async def waiting(self, work: UnitOfWork, approver: Person, looks: int) -> Replies:
        """One card each, oldest first; sizes on the first `looks` of them (safety K3)."""
        found = await work.campaigns.waiting_for(approver)
        if not found:
            return (Reply("campaign.nothing_waiting", options=cards.MENU),)
        read = await self._read(work, found[:MOST_CARDS], looks)
        replies: list[Reply] = []
        for number, campaign in enumerate(read.campaigns):
            shown = await self._cards(work, approver, read, number)
            replies += (*check_ins.note(campaign, self._texts), *shown)
        if len(found) > MOST_CARDS:
            replies.append(Reply("approval.more_waiting", {"count": len(found) - MOST_CARDS}))
        return tuple(replies)

    async def _read(self, work: UnitOfWork, found: Sequence[Campaign], looks: int) -> "_Read":
        """Eight statements, however many wait."""
        ranking = await work.targeting.latest_ranking()
        campaigns = tuple(with_targets(campaign, ranking) for campaign in found)
        return _Read(
            ranking.ranking,
            campaigns,
            await self._audiences.seen(work, *campaigns[:looks]),
            await work.reviews.approved(*(campaign.id for campaign in campaigns)),
            await grounds(work, campaigns, self._clock()),
        )

    async def _cards(self, work: UnitOfWork, approver: Person, read: "_Read", number: int) -> Replies:
        """The card, and above it each picture that is no longer the one that was approved."""
        campaign = read.campaigns[number]
        offer = await self._slots.offer(work, campaign, is_author=False)
        if offer is not None:
            return (offer,)
        reach = read.sizes[number] if number < len(read.sizes) else USED_UP
        card = cards.reading_card("campaign.waiting", approver, campaign, self._texts.all_of(campaign), reach)
        changes = read.changes_of(campaign)
        review = {
            "adult": campaign.kind in ADULT_APPROVED_KINDS,
            "rooms_named": read.rooms_of(campaign),
            "leaving": await self._leaving(work, campaign, read.grounds),
            "changes": tuple(one.as_values() for one in changes),
        }
        card = dataclasses.replace(card, values={**card.values, **review})
        card = await asyncio.to_thread(self._texts.linting.noted, card, campaign)
        before = [await _before(work, campaign.title, one.picture, approver.language) for one in changes if one.picture]
        shown = await clashes.noted(work, card, campaign, self._clock(), read.grounds.others)
        return (*(one for one in before if one is not None), shown)

    async def _leaving(self, work: UnitOfWork, campaign: Campaign, known: Grounds) -> Mapping[str, datetime] | None:
        """New York times at which the first message leaves and the last one has, of the next firing (safety F12)."""
        rehearsal = await played(work, campaign, self._texts.hours, known)
        firings: list[dict[str, Any]] = rehearsal.as_values()
        if not firings:
            return None
        first = firings[0]["leaves"] or firings[0]["wall"]
        last = max((channel["last"] for channel in firings[0]["channels"] if channel["last"]), default=first + COARSE)
        return {"first": first, "last": last}


async def _before(
    work: UnitOfWork, title: str, pictures: tuple[PostPicture | None, PostPicture | None], language: str
) -> Reply | None:
    """The picture that was approved, with its words; none where there was none."""
    old, new = pictures
    if old is None:
        return None
    alt, kept = old.alt_in(language), await work.pictures.get(old.key)
    picture = dataclasses.replace(kept, alt=alt) if kept is not None else None
    return Reply("approval.picture_before", {"title": title, "alt": alt, "gone": new is None}, picture=picture)
