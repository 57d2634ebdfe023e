"""Posts that wait on the page: shown, read, and looked for by all open pages together."""

from collections.abc import Sequence
from contextlib import suppress

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Destination
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.sending import InboxPost
from campaign_engine.ports.unit_of_work import Store
from web.cookies import CHANNEL

PAGE = 20


class PageInbox:
    """Readers are named by the address of their chat."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def posts(self, address: str, before: str = "") -> Sequence[InboxPost]:
        """Newest first, and which of them no page showed yet; these count as read from now on."""
        who = Destination(CHANNEL, address)
        async with self._store.read() as work:
            found = await work.inbox.waiting(who, PAGE, before)
        if any(post.unread for post in found):
            with suppress(StoreUnavailable):  # then they are shown as new once more
                async with self._store.write() as work:
                    await work.inbox.mark_read(who, (found[-1].created_at, found[0].created_at), self._clock())
        return found

    async def since(self, address: str, key: str) -> Sequence[InboxPost]:
        """Oldest first, those after the post of this key; all of the newest when there is none."""
        async with self._store.read() as work:
            found = await work.inbox.waiting(Destination(CHANNEL, address), PAGE)
        keys = [post.key for post in found]
        return tuple(reversed(found[: keys.index(key)] if key in keys else found))

    async def mark(self, address: str) -> str:
        """By which `newer` names a reader."""
        async with self._store.read() as work:
            return work.inbox.mark(Destination(CHANNEL, address))

    async def newest(self) -> int:
        """Number of the last post of anybody."""
        async with self._store.read() as work:
            return await work.inbox.newest()

    async def newer(self, than: int) -> Sequence[tuple[int, str]]:
        """Numbers and readers' marks of what was put after that post."""
        async with self._store.read() as work:
            return await work.inbox.newer(than)
