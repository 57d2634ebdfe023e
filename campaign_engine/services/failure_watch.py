"""How many messages of one post failed in a row, whoever sent them, and what is done about it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.ports.stopping import Run
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.lane_parts import FailingPosts
from campaign_engine.services.turn import Notice
from campaign_engine.services.verdicts import is_posts_own

MOST_FAILURES = 5
"""Messages of one post in a row that fail for no reason of their readers'; then the post is stopped."""

Post = tuple[int, int]
Ended = dict[Post, list[str | None]]
"""Of each post in its version, in order: why a message failed, or None for any number that left."""


class Batch:
    """What ended since the last one."""

    def __init__(self, lane: str, failing: FailingPosts | None, ended: Mapping[Post, list[str | None]]) -> None:
        self.notices: list[Notice] = []
        self._lane = lane
        self._failing = failing
        self._ended = ended

    async def count(self, work: UnitOfWork) -> None:
        """In the transaction; what failed too often is stopped in it too, before anything more is claimed."""
        if self._failing is None:
            return
        for (post_id, version), ended in sorted(self._ended.items()):
            runs = _runs(ended)
            run = Run(post_id, version, runs[0], runs[-1] if len(runs) > 1 else None)
            longest = max(*runs, await work.stopped_posts.count(self._lane, run))
            if longest < MOST_FAILURES:
                continue
            reason = [one for one in ended if one is not None][-1]
            notice = await self._failing.stop(work, post_id, version, reason)
            if notice is not None:
                self.notices.append(notice)


class FailureWatch:
    """Of one lane; the count is kept in the database, with what it counts."""

    def __init__(self, lane: str, failing: FailingPosts | None) -> None:
        self._lane = lane
        self._failing = failing
        self._ended: Ended = {}

    def met(self, claimed: Claimed, outcome: Outcome) -> None:
        """How one message ended."""
        if outcome.status is DeliveryStatus.SENT:
            ended = self._ended.setdefault((claimed.post_id, claimed.version), [])
            if not ended or ended[-1] is not None:
                ended.append(None)
        elif is_posts_own(outcome):
            self._ended.setdefault((claimed.post_id, claimed.version), []).append(outcome.reason)

    @asynccontextmanager
    async def batch(self) -> AsyncIterator[Batch]:
        """Around the transaction that records what ended: authors are told when it ended well, else it counts later."""
        ended, self._ended = self._ended, {}
        batch = Batch(self._lane, self._failing, ended)
        try:
            yield batch
        except BaseException:
            for post, later in self._ended.items():
                ended.setdefault(post, []).extend(later)
            self._ended = ended
            raise
        if self._failing is not None:
            for notice in batch.notices:
                await self._failing.tell(notice)


def _runs(ended: list[str | None]) -> list[int]:
    """Failures in a row, before, between and after those that left."""
    runs = [0]
    for reason in ended:
        if reason is None:
            runs.append(0)
        else:
            runs[-1] += 1
    return runs
