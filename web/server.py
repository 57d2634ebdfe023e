"""Runs the pages with uvicorn inside the loop of the process."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from campaign_engine.domain.errors import ConfigurationError

PATIENCE = 3
"""Seconds that open requests get when the process stops."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the process, and says when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None are captured."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say so."""
        await super().startup(sockets)
        self._on_ready()


async def serve(app: FastAPI, host: str, port: int, stop: asyncio.Event, on_ready: Callable[[str], None]) -> None:
    """Answer until `stop`; `on_ready` gets the address, with the port that was free when `port` is 0.

    What the app has as `state.closing` ends answers that would never end by themselves.

    Raises ConfigurationError when the address cannot be had.
    """
    listener = _listen(host, port)
    taken = listener.getsockname()[1]
    config = uvicorn.Config(
        app,
        http="h11",  # it limits the length of a request's head, which httptools does not
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    server = _Server(config, lambda: on_ready(f"http://{_shown(host)}:{taken}"))
    with listener:
        running = asyncio.create_task(server.serve([listener]))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            getattr(app.state, "closing", _nothing)()
            server.should_exit = True
            await running


def _nothing() -> None:
    """Most apps have no such answers."""


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server((host, port), family=family, backlog=512)
        # Connections inherit it. asyncio sets it only on sockets that name their protocol, which this one does not:
        # without it the end of each answer waits some 40 ms for the reader's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ConfigurationError(
                f"Port {port} is taken.",
                "Stop the program that uses it, or choose another one by GROUNDSWELL_WEB_PORT.",
            ) from error
        raise ConfigurationError(
            f"The pages cannot listen on {host}, port {port}.", "Check GROUNDSWELL_WEB_HOST and GROUNDSWELL_WEB_PORT."
        ) from error
