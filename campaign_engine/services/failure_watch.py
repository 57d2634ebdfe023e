"""How many messages of one post failed in a row, and what is done about it."""

import logging
from collections import Counter

from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.services.lane_parts import FailingPosts
from campaign_engine.services.verdicts import is_posts_own

log = logging.getLogger(__name__)

MOST_FAILURES = 5
"""Messages of one post in a row that fail for no reason of their readers'; then the post is stopped."""


class FailureWatch:
    """Of one lane; counted in memory, so that a restart counts anew."""

    def __init__(self, failing: FailingPosts | None) -> None:
        self._failing = failing
        self._failures: Counter[tuple[int, int]] = Counter()
        self._to_stop: dict[tuple[int, int], str] = {}

    def met(self, claimed: Claimed, outcome: Outcome) -> None:
        """How one message ended."""
        post = (claimed.post_id, claimed.version)
        if outcome.status is DeliveryStatus.SENT:
            self._failures.pop(post, None)
        elif is_posts_own(outcome):
            self._failures[post] += 1
            if self._failures[post] >= MOST_FAILURES:
                self._to_stop[post] = outcome.reason

    async def act(self) -> None:
        """Stop what failed too often; what the database keeps from being stopped now is stopped the next time."""
        if not self._to_stop:
            return
        to_stop, self._to_stop = self._to_stop, {}
        for post, reason in to_stop.items():
            if self._failing is None:
                continue
            try:
                await self._failing.stop(*post, reason)
            except StoreUnavailable:
                log.warning("the database is away, a post that fails was not stopped")
                self._to_stop[post] = reason
            else:
                del self._failures[post]
