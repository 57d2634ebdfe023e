"""News for open pages: one stream per reader, and one look at the database for all of them together."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum

from campaign_engine.domain.errors import StoreUnavailable

MOST = 1000
"""Streams of one process; who comes then has the plain page."""

LOOK_SECONDS = 2.0
BEAT_SECONDS = 20.0
"""Proxies cut what is silent for longer than a minute or so."""

LATE_SECONDS = 20.0
"""A post may be committed so much later than one of a higher number."""

UNDER_WAY = 50
"""Posts that may be on their way into the database under lower numbers when the first look is taken."""

log = logging.getLogger("groundswell.web")

Newer = Callable[[int], Awaitable[Sequence[tuple[int, str]]]]


class News(StrEnum):
    """What a stream tells its page."""

    POST = "post"
    NOTHING = "nothing"
    OVER = "over"


class Stream:
    """What one page waits for."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()
        self._is_over = False

    def wake(self) -> None:
        """Something was put for its reader."""
        self._changed.set()

    def end(self) -> None:
        """Another page of the same reader took its place, or the process stops."""
        self._is_over = True
        self._changed.set()

    async def next(self) -> News:
        """Waits; NOTHING is a sign of life."""
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            return News.NOTHING
        self._changed.clear()
        return News.OVER if self._is_over else News.POST


class Streams:
    """All of one process; nothing is looked for while there is none.

    `newest` and `newer` tell what was put, by number and reader's mark.
    """

    def __init__(self, newest: Callable[[], Awaitable[int]], newer: Newer, seconds: float = LOOK_SECONDS) -> None:
        self._newest = newest
        self._newer = newer
        self._seconds = seconds
        self._open: dict[str, Stream] = {}
        self._looking: asyncio.Task[None] | None = None
        self._is_closed = False

    @property
    def is_full(self) -> bool:
        """Whether one more would be too many, or none is opened because the process stops."""
        return self._is_closed or len(self._open) >= MOST

    def __len__(self) -> int:
        return len(self._open)

    @asynccontextmanager
    async def open(self, mark: str) -> AsyncIterator[Stream]:
        """The stream of this reader; an earlier one ends."""
        stream = Stream()
        if earlier := self._open.get(mark):
            earlier.end()
        self._open[mark] = stream
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        try:
            yield stream
        finally:
            if self._open.get(mark) is stream:
                del self._open[mark]

    def close(self) -> None:
        """End all of them, so that the server can stop."""
        self._is_closed = True
        for stream in self._open.values():
            stream.end()
        if self._looking is not None:
            self._looking.cancel()

    async def _look(self) -> None:
        """Until the last stream has gone. Numbers are looked at again for a while: the order of commits is another."""
        loop = asyncio.get_running_loop()
        told: deque[tuple[float, int]] = deque()
        floor: int | None = None
        while self._open:
            try:
                if floor is None:
                    floor = max(0, await self._newest() - UNDER_WAY)
                    for each in self._open.values():
                        each.wake()  # for what was put since its page was written
                seen = {number for _, number in told}
                for number, mark in await self._newer(floor):
                    if number not in seen:
                        told.append((loop.time(), number))
                        if stream := self._open.get(mark):
                            stream.wake()
                while told and loop.time() - told[0][0] > LATE_SECONDS:
                    floor = max(floor, told.popleft()[1])
            except StoreUnavailable:
                log.warning("open pages: the database is away, looking again")
            await asyncio.sleep(self._seconds)
