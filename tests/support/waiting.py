"""Waiting for what nothing tells of when it changes."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable


async def eventually(check: Callable[[], Awaitable[bool] | bool], within: float = 60, pause: float = 0.01) -> None:
    """Until it is true; `within` seconds are for a machine that many tests share. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while not (await found if inspect.isawaitable(found := check()) else found):  # noqa: ASYNC110 - see above
            await asyncio.sleep(pause)
