"""What people are told about posts that wait too long, audiences that were too small, and unconfirmed messages.

All of it is in the database and in the menus, so that a notice that does not arrive takes nothing from anybody.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from campaign_engine.domain.errors import GroundswellError
from campaign_engine.domain.slots import has_passed
from campaign_engine.domain.windows import SendingHours, is_night
from campaign_engine.ports.approvals import Wait
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.notifier import Notifier
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store, UnitOfWork
from campaign_engine.services import approval_cards
from campaign_engine.services.approval import notices_to
from campaign_engine.services.campaign_steps import resolved
from campaign_engine.services.free_slots import FreeSlots
from campaign_engine.services.turn import Notice
from campaign_engine.services.unconfirmed import news

EVERY = timedelta(hours=2)
"""How long something waits before the first nudge, and how far nudges are apart."""

MOST_NUDGES = 6
"""Of one version: two afternoons of them. Then it stays in the menu and is said no more."""

log = logging.getLogger(__name__)


class Nudging:
    """Ticks; any number of them over one database, and each notice is given once. Staff sleep at night too (S4)."""

    def __init__(self, store: Store, clock: Clock, renderer: Renderer, notifier: Notifier, hours: SendingHours) -> None:
        self._store = store
        self._clock = clock
        self._hours = hours
        self._slots = FreeSlots(clock, hours)
        self._renderer = renderer
        self._notifier = notifier

    async def tick(self) -> int:
        """How many notices were handed on; none at night, and what can wait only in the sending window (safety S4).

        Raises StoreUnavailable.
        """
        now = self._clock()
        if is_night(now):
            return 0
        notices: list[Notice] = []
        async with self._store.write() as work:
            if self._hours.is_allowed(now):
                notices += await self._passed(work, now)
                notices += await self._nudged(work, now)
                notices += await self._small(work, now)
            # Who hears of it tomorrow cannot send it again any more (safety S6).
            notices += await self._unconfirmed(work, now)
        for notice in notices:
            await self._tell(notice)
        return len(notices)

    async def _passed(self, work: UnitOfWork, now: datetime) -> list[Notice]:
        """Author and approvers hear that the time passed, with the next free one."""
        notices: list[Notice] = []
        for wait in await work.approvals.all_waiting():
            campaign, _ = await resolved(work, await work.campaigns.get(wait.campaign_id))
            post = next((one for one in campaign.posts if one.id == wait.post_id), None)
            if post is None or not has_passed(post.content.schedule, now):
                continue
            if not await work.approvals.mark_passed(wait.post_id, now):
                continue
            for_author = await self._slots.offer(work, campaign, is_author=True)
            for_approver = await self._slots.offer(work, campaign, is_author=False)
            if for_author is None or for_approver is None:
                continue
            notices.extend(notices_to(await work.campaigns.author(campaign), for_author))
            if not wait.fixed:
                notices.extend(Notice(staff, for_approver) for staff in await work.campaigns.approvers(campaign))
        return notices

    async def _nudged(self, work: UnitOfWork, now: datetime) -> list[Notice]:
        """Once each two hours at most: the approvers in scope, or the author who is asked for a yes."""
        notices: list[Notice] = []
        for wait in await work.approvals.nudge(now - EVERY, MOST_NUDGES, now):
            notices.extend(await _nudge(work, wait, now))
        return notices

    async def _small(self, work: UnitOfWork, now: datetime) -> list[Notice]:
        notices: list[Notice] = []
        for campaign_id in await work.approvals.untold_small(now):
            campaign = await work.campaigns.get(campaign_id)
            said = approval_cards.news("was_small", campaign)
            notices.extend(notices_to(await work.campaigns.author(campaign), said))
        return notices

    async def _unconfirmed(self, work: UnitOfWork, now: datetime) -> list[Notice]:
        """Its author hears that messages may or may not have left; a later interruption is told again."""
        notices: list[Notice] = []
        for campaign_id in await work.unconfirmed.untold(now):
            campaign = await work.campaigns.get(campaign_id)
            notices.extend(notices_to(await work.campaigns.author(campaign), news(campaign)))
        return notices

    async def _tell(self, notice: Notice) -> None:
        try:
            message = self._renderer.reply(notice.reply, notice.to.language)
            await self._notifier.notify(notice.to.to, message)
        except GroundswellError as error:
            log.warning("a nudge was not handed on (%s)", error.code)


async def _nudge(work: UnitOfWork, wait: Wait, now: datetime) -> Sequence[Notice]:
    campaign, _ = await resolved(work, await work.campaigns.get(wait.campaign_id))
    minutes = wait.minutes(now)
    if wait.fixed:
        said = approval_cards.news("fix_still_waits", campaign, minutes=minutes, fixer=wait.fixer)
        return notices_to(await work.campaigns.author(campaign), said)
    said = approval_cards.nudge(campaign, minutes)
    return tuple(Notice(staff, said) for staff in await work.campaigns.approvers(campaign))
