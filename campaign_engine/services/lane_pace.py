"""The pacing of one sending account in this process, shared by its broadcasts and its replies."""

from collections.abc import Awaitable, Callable

from campaign_engine.domain.pacing import LaneLimits, Pacer

_SHORTEST_SLEEP = 0.001
"""Seconds; a clock that counts microseconds would never reach a moment that lies closer."""


class LanePace:
    """Implements bots.replies.Pace; `monotonic` gives seconds, `sleep` waits for them."""

    def __init__(
        self, limits: LaneLimits, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._limits = limits
        self._alone, self._beside = Pacer(limits), Pacer(limits.beside_broadcasts)
        self._pacer = self._alone
        self._now = monotonic
        self._sleep = sleep
        self._held_until = float("-inf")

    async def slot(self, chat: str, *, priority: bool = False) -> None:
        """Wait until one message may go to this chat; `priority` is for replies to people."""
        while (wait := self._reserve(chat, priority)) > 0:
            await self._sleep(max(wait, _SHORTEST_SLEEP))

    async def slot_within(self, seconds: float, chat: str) -> float:
        """0 when a broadcast to this chat may leave; else how long it still has to wait, at once when that is longer.

        A delivery must not wait for long between its last check and its leaving.
        """
        deadline = self._now() + seconds
        while (wait := self._reserve(chat, priority=False)) > 0:
            if self._now() + wait > deadline:
                return wait
            await self._sleep(max(wait, _SHORTEST_SLEEP))
        return 0.0

    def share(self, *, elsewhere: bool) -> None:
        """Whether another process broadcasts through this account: then only what it leaves for replies is ours."""
        self._pacer = self._beside if elsewhere else self._alone

    def hold(self, seconds: float) -> None:
        """The platform asked the whole account to wait, replies too; never shortens a longer wait."""
        self._held_until = max(self._held_until, self._now() + seconds)

    @property
    def held_for(self) -> float:
        """Seconds until the account may send again; 0 when it is not held."""
        return max(0.0, self._held_until - self._now())

    def _reserve(self, chat: str, priority: bool) -> float:
        return self.held_for or self._pacer.reserve(self._now(), chat, self._limits.is_group(chat), priority)
