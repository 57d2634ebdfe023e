"""The City's feeds by themselves, once a week: what fails waits for the next night, and the edition in use stays."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass

from campaign_engine.domain.city_week import CityWeek
from campaign_engine.domain.errors import BrokenFile, FeedFailed
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.feeds import EVERY_FEED, FeedName, OpenData
from campaign_engine.ports.unit_of_work import Store
from campaign_engine.services.syncing import Synced, Syncing

Sleep = Callable[[float], Awaitable[None]]
OpenSource = Callable[[Sleep], AbstractAsyncContextManager[OpenData]]
"""A portal that waits by the function it is given."""

log = logging.getLogger(__name__)


class _Ends(Exception):
    """The program is told to end; the pages that arrived are kept."""


@dataclass(frozen=True, slots=True)
class CityFeeds:
    """Any number of processes may have one; which of them asks is the queue's affair."""

    store: Store
    syncing: Syncing
    clock: Clock
    open_source: OpenSource
    week: CityWeek

    async def run(self, stop: asyncio.Event) -> tuple[Synced, ...]:
        """Every feed that was not looked at this week, until `stop`; one that fails keeps none of the others back.

        Raises StoreUnavailable.
        """
        due = await self.due()
        done: list[Synced] = []
        if not due:
            return ()

        async def sleep(seconds: float) -> None:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), seconds)
            look(0, 0)

        def look(_done: int, _total: int | None) -> None:
            if stop.is_set():
                raise _Ends

        async with self.open_source(sleep) as source:
            with suppress(_Ends):
                for feed in due:
                    look(0, 0)
                    try:
                        done.append(await self.syncing.sync(source, feed, look))
                    except (FeedFailed, BrokenFile) as error:
                        log.warning("the City's %s could not be loaded (%s), again next night", feed, error.code)
                        if error.code == EVERY_FEED:
                            break
        return tuple(done)

    async def due(self) -> tuple[FeedName, ...]:
        """Not looked at since this week began, in the order in which they are loaded. Raises StoreUnavailable."""
        began = self.week.began(self.clock())
        async with self.store.read() as work:
            looked = await work.feeds.looked_at()
        return tuple(feed for feed in FeedName if feed not in looked or looked[feed] < began)
