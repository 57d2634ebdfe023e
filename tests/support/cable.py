"""The cable to a site or a database, which a test can pull out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from tests.platforms.loopback import free_port

_CHUNK = 65_536


class Cable:
    """Chromium's own offline mode reaches a page that was just loaded again a moment too late; no socket does not."""

    def __init__(self, root: str) -> None:
        at = urlsplit(root)
        self._to = (at.hostname or "", at.port or 0)
        self._open: set[asyncio.StreamWriter] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.root = ""

    async def plug_in(self) -> None:
        """At the address of before, where there was one."""
        port = urlsplit(self.root).port if self.root else free_port()
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", port)
        host, port = self._server.sockets[0].getsockname()
        self.root = f"http://{host}:{port}"

    async def pull_out(self) -> None:
        """What is under way is lost, and nothing connects any more."""
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._to)
        both = (writer, far_writer)
        self._open.update(both)
        for ways in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._one_way(*ways))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _one_way(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while part := await reader.read(_CHUNK):
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            pass  # one end hung up, so the other is told below
        finally:
            self._open.discard(writer)
            writer.close()


@asynccontextmanager
async def cable_to(root: str) -> AsyncIterator[Cable]:
    """Plugged in."""
    cable = Cable(root)
    await cable.plug_in()
    try:
        yield cable
    finally:
        await cable.pull_out()
