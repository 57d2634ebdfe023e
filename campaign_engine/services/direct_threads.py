"""Direct chats on Discord: opened at a person's own tap, few a day, none for a day after Discord said "too fast"."""

from datetime import datetime, timedelta

from campaign_engine.domain.message import Destination, Message, Option, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import Store

MOST_A_DAY = 20
"""Chats that the bot opens in one New York day; Discord has put bots away after 25 to 40 (safety S7)."""

STOPPED_FOR = timedelta(hours=24)
_AGAIN = ((Option(label="direct.again", data="cs:direct_messages:on"),),)
_MENU = ((Option(label="menu.open", data="m"),),)


class DirectThreads:
    """Implements bots.parts.DirectThreads. Every method raises StoreUnavailable."""

    def __init__(self, store: Store, renderer: Renderer, clock: Clock, most_a_day: int = MOST_A_DAY) -> None:
        self._store = store
        self._renderer = renderer
        self._clock = clock
        self._most = most_a_day

    async def may_open(self, channel: str) -> bool:
        """Counts one more; False once the day's number is reached, and for a day after `stop`."""
        now = self._clock()
        async with self._store.write() as work:
            until = await work.marks.get(_stop_mark(channel))
            if until and datetime.fromisoformat(until) > now:
                return False
            return await work.threads.reserve(channel, to_wall(now).date(), self._most)

    async def stop(self, channel: str) -> None:
        """The platform said that we open too many."""
        async with self._store.write() as work:
            await work.marks.put(_stop_mark(channel), (self._clock() + STOPPED_FOR).isoformat())

    async def opened(self, who: Destination) -> bool:
        """Updates go to `who.thread` from now on; False for somebody who did not ask for it or said STOP."""
        async with self._store.write() as work:
            return await work.threads.keep(who)

    async def met(self, who: Destination) -> bool:
        """Somebody wrote in `who.thread` by themselves: True where it is the chat they still waited for."""
        async with self._store.read() as work:
            waited = await work.threads.lacks(who)
        return waited and await self.opened(who)

    def say(self, block: str, language: str) -> Message:
        """What became of it: `hello` in the new chat, `opened`, `here`, or `closed` and `later` with a way on."""
        rows = _AGAIN if block in ("closed", "later") else _MENU
        return self._renderer.answers((Reply(f"direct.{block}", options=rows),), language)[0]


def _stop_mark(channel: str) -> str:
    return f"no_chats_opened_{channel}"
