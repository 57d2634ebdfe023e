"""Counts conditional pledges once a day, ends them, and says so once to whoever is in (F17; safety K3, S5, S6)."""

from datetime import date, datetime

from campaign_engine.domain.area import moved, rounded
from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.joint import Joint, Outcome, last_shown, outcome_of
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import NEVER, to_wall
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.own_sending import OwnSender, end_of_day, is_stopped


def text_of(outcome: Outcome) -> str:
    """Name of the automatic text that says so."""
    return f"joint_{outcome}"


class JointWords(OwnSender):
    """Ticks; any number of them over one database: each ends once, and its message goes to a person once."""

    async def tick(self) -> int:
        """How many messages were queued; none outside the window or while everything is stopped (safety S3, S4).

        Raises StoreUnavailable.
        """
        now = self._clock()
        if not self._hours.is_allowed(now):
            return 0
        async with self._store.read() as work:
            if await is_stopped(work):
                return 0
        await self._count(now)
        async with self._store.write() as work:
            await work.joints.free(now)
        async with self._store.read() as work:
            untold = await work.joints.untold(now)
            ready = [joint for joint in untold if await self._is_worded(work, joint)]
        return sum([await self._send(joint, now) for joint in ready])

    async def _count(self, now: datetime) -> None:
        """Once a day, so that nobody sees by the minute who joins; an end is found in the same look."""
        today = to_wall(now).date()
        async with self._store.read() as work:
            due = [(joint, joined) for joint, joined, on in await work.joints.open_ones() if on != today]
        for joint, joined in due:
            async with self._store.write() as work:
                await _count_one(work, joint, joined, today, now)

    async def _is_worded(self, work: UnitOfWork, joint: Joint) -> bool:
        return joint.outcome is not None and await self._texts.is_approved(work, text_of(joint.outcome))

    async def _send(self, joint: Joint, now: datetime) -> int:
        """What is left of it in the evening expires, and is due again on another day of the week after its end."""
        if joint.outcome is None:
            return 0
        try:
            async with self._store.write() as work:
                post_id = await work.joints.post(self._content(joint, joint.outcome), now)
                return await work.joints.send(post_id, joint.id, now, end_of_day(now))
        except Conflict:
            return 0  # another clock began with it; who is left is due at the next tick

    def _content(self, joint: Joint, outcome: Outcome) -> PostContent:
        values = {
            "count": joint.shown or 0,
            "goal": joint.plan.goal,
            "start": joint.plan.start.value,
            "joint": joint.id,
        }
        name = text_of(outcome)
        texts = self._texts.texts(name)
        return PostContent(texts, NEVER, DIRECT_CHANNELS, TargetRule(), fixed=True, automatic=name, values=values)


async def _count_one(work: UnitOfWork, joint: Joint, joined: int, today: date, now: datetime) -> None:
    frozen = moved(joint.frozen, joined)
    outcome = outcome_of(joint, joined, today)
    if outcome is None:
        await work.joints.freeze(joint.id, frozen, rounded(frozen), today)
    else:
        await work.joints.close(joint, outcome, last_shown(joint, outcome, frozen), now)
