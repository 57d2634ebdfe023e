"""What services need to keep about approval: what waits, for whom and how long; who looked at sizes of audiences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from campaign_engine.domain.audience import Audience, AudienceSize
from campaign_engine.domain.campaign import Campaign, Post, PostContent
from campaign_engine.domain.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Wait:
    """A post version that waits: for an approver, or for its author when an approver fixed it.

    `fixer_id` and `fixer` (the work handle) are None and empty unless it was `fixed`, and when the fixer is gone.
    `before` is what the fix was made of.
    """

    post_id: int
    campaign_id: int
    since: datetime
    fixed: bool = False
    fixer_id: int | None = None
    fixer: str = ""
    before: PostContent | None = None

    def minutes(self, now: datetime) -> int:
        """How long it has waited."""
        return max(0, (now - self.since) // timedelta(minutes=1))


class ApprovalsRepository(Protocol):
    """Waiting posts; every writer goes through `CampaignsRepository.set_status` first."""

    async def begin(self, campaign_id: int, now: datetime) -> None:
        """Its submitted posts wait from now on."""

    async def renew(self, post: Post, content: PostContent, now: datetime, fixer_id: int | None = None) -> None:
        """A new version of a waiting post by the same author: submitted anew, or fixed when there is a fixer."""

    async def follow(self, post: Post, content: PostContent, now: datetime) -> None:
        """A new version that stays approved, by whom and since when it was: only its times follow an event (S9)."""

    async def withdraw(self, post_id: int) -> None:
        """Nothing more of this one post leaves."""

    async def countersign(self, campaign_id: int, now: datetime) -> None:
        """Fixed posts are approved in the version they have, by the one who fixed them."""

    async def undo_fixes(self, campaign_id: int) -> None:
        """Fixed posts become drafts again in the words of their author."""

    async def bring_up(self, campaign_id: int, now: datetime) -> None:
        """Its drafts are the ones their author is asked about next."""

    async def waits(self, campaign_id: int) -> tuple[Wait, ...]:
        """What waits in a campaign, in order of post."""

    async def own_waits(self, author_id: int) -> tuple[int, ...]:
        """Campaigns of this author in which something waits, oldest first."""

    async def all_waiting(self) -> tuple[Wait, ...]:
        """Everything that waits and was not found past its time yet, without what a fix was made of."""

    async def nudge(self, quiet_since: datetime, most: int, now: datetime) -> tuple[Wait, ...]:
        """Count a nudge of whatever waits since then and was not nudged since; nothing `most` times nudged or passed.

        Any number of processes may ask: each nudge is given to one of them.
        """

    async def mark_passed(self, post_id: int, now: datetime) -> bool:
        """That a waiting post missed its time; False when it was known or does not wait any more."""

    async def neighbours(self, campaign: Campaign, post_id: int) -> Sequence[Schedule]:
        """Schedules of other posts, approved or waiting, of the campaign and of others that share a precinct."""

    async def note_small(self, occurrence_id: int, now: datetime) -> None:
        """That the audience of an occurrence was too small for direct messages; once."""

    async def untold_small(self, now: datetime) -> tuple[int, ...]:
        """Campaigns whose author is to hear of that; each occurrence is given once."""


class AudiencesRepository(Protocol):
    """How many somebody would reach, and how often somebody asked."""

    async def size(self, audience: Audience, now: datetime) -> AudienceSize:
        """By the query that freezes deliveries (safety S2)."""

    async def sizes(self, audiences: Sequence[Audience], now: datetime) -> tuple[AudienceSize, ...]:
        """The same of each, in their order."""

    async def look(self, contact_id: int, day: date, most: int, wanted: int = 1) -> int:
        """Count looks of a staff member on a New York day; how many of them `most` allows (safety K3)."""

    async def forget_looks(self, before: date) -> int:
        """How many were removed."""
