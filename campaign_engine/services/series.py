"""The lesson series: the next lesson of each subscriber, at most two a week, one at a time (safety C6, S5)."""

from datetime import datetime

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.automatic_texts import name_of_lesson
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.lesson import SERIES_END
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import NEVER
from campaign_engine.services.own_sending import OwnSender, end_of_day, is_stopped

STEP_TEXT, END_TEXT = "lesson_step", "lesson_end"


class Series(OwnSender):
    """Ticks; any number of them over one database, and each step goes to a person once."""

    async def tick(self) -> int:
        """How many steps were queued; none outside the window or while everything is stopped (safety S3, S4).

        A message or a lesson that nobody approved as it is now is left out, and its readers stay due (safety S1).
        Raises StoreUnavailable.
        """
        now = self._clock()
        if not self._hours.is_allowed(now):
            return 0
        async with self._store.write() as work:
            await work.series.free(now)
        async with self._store.read() as work:
            if await is_stopped(work):
                return 0
            due = await work.series.due(now)
            names = {code: END_TEXT if code == SERIES_END else STEP_TEXT for code in due}
            ready = [code for code, name in names.items() if await self._texts.is_approved(work, *_texts(code, name))]
        return sum([await self._send(code, names[code], now) for code in ready])

    async def _send(self, code: str, name: str, now: datetime) -> int:
        """What is left of it in the evening expires, and is due again on another day."""
        try:
            async with self._store.write() as work:
                post_id = await work.series.post(self._content(code, name), now)
                return await work.series.send(post_id, code, now, end_of_day(now))
        except Conflict:
            return 0  # another clock began with the same step; who is left is due at the next tick

    def _content(self, code: str, name: str) -> PostContent:
        return PostContent(
            self._texts.texts(name),
            NEVER,
            DIRECT_CHANNELS,
            TargetRule(),
            fixed=True,
            automatic=name,
            lesson=code,
            lesson_hashes={} if code == SERIES_END else self._texts.lesson_hashes(code),
        )


def _texts(code: str, name: str) -> tuple[str, ...]:
    """The message, and the lesson that it leads to."""
    return (name,) if code == SERIES_END else (name, name_of_lesson(code))
