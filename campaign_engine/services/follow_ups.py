"""Pledge follow-through: one question two weeks after a plan, to those who said yes to it (measures; safety C6, S5)."""

from campaign_engine.dialogue.follow_up import TEXT
from campaign_engine.dialogue.follow_up_intents import AnswerFollowUp, AskFollowUp
from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import Conflict
from campaign_engine.domain.follow_up import FollowThrough
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import NEVER
from campaign_engine.services.own_sending import OwnSender, end_of_day, is_stopped
from campaign_engine.services.turn import Handlers, Replies, Turn


class FollowUps(OwnSender):
    """Ticks; any number of them over one database, and each pledge is asked about once."""

    async def tick(self) -> int:
        """How many questions were queued; none outside the window, while everything is stopped, or before somebody
        approved the text (safety S1, S3, S4). Questions whose time is over are closed. Raises StoreUnavailable.
        """
        now = self._clock()
        if not self._hours.is_allowed(now):
            return 0
        async with self._store.write() as work:
            await work.follow_ups.free(now)
            await work.follow_ups.close(now)
        async with self._store.read() as work:
            if await is_stopped(work) or not await self._texts.is_approved(work, TEXT):
                return 0
            if not await work.follow_ups.is_due(now):
                return 0
        try:
            async with self._store.write() as work:
                post_id = await work.follow_ups.post(self._content(), now)
                return await work.follow_ups.send(post_id, now, end_of_day(now))
        except Conflict:
            return 0  # another clock began with the same question; who is left is due at the next tick

    def _content(self) -> PostContent:
        texts = self._texts.texts(TEXT)
        return PostContent(texts, NEVER, DIRECT_CHANNELS, TargetRule(), fixed=True, automatic=TEXT)


async def ask(turn: Turn, intent: AskFollowUp) -> Replies:
    """Kept before the question is read, so that it is put once."""
    if turn.person.contact_id is not None:
        await turn.work.follow_ups.ask(turn.person.contact_id, intent.pledge_id, turn.now)
    return ()


async def answer(turn: Turn, intent: AnswerFollowUp) -> Replies:
    """One of two words, counted in the same transaction (ADR 25)."""
    if turn.person.contact_id is not None:
        outcome = FollowThrough.DID if intent.did else FollowThrough.DID_NOT
        await turn.work.follow_ups.answer(turn.person.contact_id, intent.pledge_id, outcome, turn.now)
    return ()


def handlers() -> Handlers:
    """Dispatch table of this file."""
    return {AskFollowUp: ask, AnswerFollowUp: answer}
