"""The own-area card: what an area has become, sent back to its own allies (F16; safety C6, S5)."""

from datetime import datetime

from campaign_engine.domain.area import goal_above
from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import NEVER
from campaign_engine.services.own_sending import OwnSender, end_of_day, is_stopped

TEXT = "own_area"


class AreaCards(OwnSender):
    """Ticks; any number of them over one database, and each figure goes to a person once."""

    async def tick(self) -> int:
        """How many cards were queued; none outside the window, while everything is stopped, or before somebody approved
        the text (safety S1, S3, S4). Raises StoreUnavailable.
        """
        now = self._clock()
        if not self._hours.is_allowed(now):
            return 0
        async with self._store.write() as work:
            await work.areas.free(now)
        async with self._store.read() as work:
            if await is_stopped(work) or not await self._texts.is_approved(work, TEXT):
                return 0
            due = await work.areas.due(now)
        return sum([await self._send(shown, now) for shown in due])

    async def _send(self, shown: int, now: datetime) -> int:
        """What is left of it in the evening expires, and is due again on another day."""
        try:
            async with self._store.write() as work:
                post_id = await work.areas.post(self._content(shown), now)
                return await work.areas.send(post_id, shown, now, end_of_day(now))
        except Conflict:
            return 0  # another clock began with the same figure; who is left is due at the next tick

    def _content(self, shown: int) -> PostContent:
        values = {"count": shown, "goal": goal_above(shown)}
        texts = self._texts.texts(TEXT)
        return PostContent(texts, NEVER, DIRECT_CHANNELS, TargetRule(), fixed=True, automatic=TEXT, values=values)
