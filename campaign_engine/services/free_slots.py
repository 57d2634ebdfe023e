"""The next free time for a post that nobody read before its own had passed."""

from datetime import datetime

from campaign_engine.domain.campaign import WAITING, Campaign, Post
from campaign_engine.domain.message import Reply
from campaign_engine.domain.slots import busy_days, has_passed, next_free_slot
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import approval_cards


class FreeSlots:
    """In the hours of this installation."""

    def __init__(self, clock: Clock, hours: SendingHours) -> None:
        self.clock = clock
        self._hours = hours

    def passed_post(self, campaign: Campaign) -> Post | None:
        """A post that waits although none of its times is still to come."""
        waiting = (post for post in campaign.posts if post.status in WAITING)
        return next((post for post in waiting if has_passed(post.content.schedule, self.clock())), None)

    async def next(self, work: UnitOfWork, campaign: Campaign, post: Post) -> datetime | None:
        """On a day without another post of the campaign or in its precincts, which must be those of today."""
        taken = busy_days(await work.approvals.neighbours(campaign, post.id), self.clock())
        return next_free_slot(post.content.schedule, taken, self.clock(), self._hours)

    async def offer(self, work: UnitOfWork, campaign: Campaign, *, is_author: bool) -> Reply | None:
        """The card with the next free time, None while every waiting post can still go out."""
        post = self.passed_post(campaign)
        if post is None:
            return None
        missed = max(post.content.schedule.walls())
        return approval_cards.passed_card(campaign, missed, await self.next(work, campaign, post), is_author=is_author)
