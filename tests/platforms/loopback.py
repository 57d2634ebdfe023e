"""A small web server on a port of its own."""

import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from types import TracebackType
from typing import Self

from aiohttp import web

_QUIET = range(20_000, 32_000)
"""Below those that Linux gives to whoever asks for any."""


def free_port() -> int:
    """One that nobody takes by chance before it is used, or while its server is away."""
    while True:
        port = secrets.choice(_QUIET)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@asynccontextmanager
async def on_loopback(app: web.Application) -> AsyncIterator[str]:
    """Its address, until the block ends."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


class LocalServer:
    """Listens while its block lasts; `root` is its address then."""

    root: str = ""
    _listening: AbstractAsyncContextManager[str]

    def app(self) -> web.Application:
        """What is listened for."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        self._listening = on_loopback(self.app())
        self.root = await self._listening.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._listening.__aexit__(kind, error, trace)
