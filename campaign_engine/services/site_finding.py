"""Finding a site by its name, for students without a code, hosts and the team (F18)."""

import asyncio

from campaign_engine.domain.action import FoundSite
from campaign_engine.domain.site_search import SiteIndex
from campaign_engine.ports.unit_of_work import Store, UnitOfWork

MOST = 8


class SiteFinding:
    """Keeps the index of names in memory until a site is added, renamed or closed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stamp = ""
        self._index = SiteIndex(())

    async def find(self, text: str, limit: int = MOST) -> tuple[FoundSite, ...]:
        """Likeliest first, none for what is like no site. Raises StoreUnavailable."""
        async with self._store.read() as work:
            return await self.find_in(work, text, limit)

    async def find_in(self, work: UnitOfWork, text: str, limit: int = MOST) -> tuple[FoundSite, ...]:
        """The same inside a transaction."""
        stamp = await work.sites.stamp()
        if stamp != self._stamp:
            # Some 0.1 s for 2,500 names: not in the loop that answers everybody.
            self._index = await asyncio.to_thread(SiteIndex, await work.sites.named())
            self._stamp = stamp
        return await work.sites.chosen(self._index.search(text, limit))
