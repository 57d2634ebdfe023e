"""The own-area card: what an area has become, sent back to its own allies (F16; safety C6, S5)."""

from datetime import datetime, time, timedelta

from campaign_engine.domain.area import goal_above
from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import NEVER, to_utc, to_wall
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.text_approvals import TextApprovals

TEXT = "own_area"


class AreaCards:
    """Ticks; any number of them over one database, and each figure goes to a person once."""

    def __init__(self, store: Store, clock: Clock, hours: SendingHours, texts: TextApprovals) -> None:
        self._store = store
        self._clock = clock
        self._hours = hours
        self._texts = texts

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
            switch = await work.kill_switch.state()
            if (switch is not None and switch.is_on) or not await self._texts.is_approved(work, TEXT):
                return 0
            due = await work.areas.due(now)
        return sum([await self._send(shown, now) for shown in due])

    async def _send(self, shown: int, now: datetime) -> int:
        """What is left of it in the evening expires, and is due again on another day."""
        tomorrow = to_wall(now).date() + timedelta(days=1)
        try:
            async with self._store.write() as work:
                post_id = await work.areas.post(self._content(shown), now)
                return await work.areas.send(post_id, shown, now, to_utc(datetime.combine(tomorrow, time())))
        except Conflict:
            return 0  # another clock began with the same figure; who is left is due at the next tick

    def _content(self, shown: int) -> PostContent:
        values = {"count": shown, "goal": goal_above(shown)}
        texts = self._texts.texts(TEXT)
        return PostContent(texts, NEVER, DIRECT_CHANNELS, TargetRule(), fixed=True, automatic=TEXT, values=values)
