"""The server inside our own loop."""

import asyncio
import signal
import socket

import httpx
import pytest
from fastapi import FastAPI

from campaign_engine.domain.errors import ConfigurationError
from web import server
from web.server import serve


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def scheme(request_scheme: str = "") -> dict[str, str]:
        return {"scheme": request_scheme}

    return app


async def test_a_taken_port_is_a_clear_error(app: FastAPI) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} is taken"):
            await serve(app, "127.0.0.1", port, asyncio.Event(), print)


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
async def test_an_address_that_is_not_ours_is_a_clear_error(app: FastAPI, host: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot listen"):
        await serve(app, host, 0, asyncio.Event(), print)


async def test_it_stops_when_told_and_frees_its_port(app: FastAPI) -> None:
    stop: asyncio.Event = asyncio.Event()
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    before = signal.getsignal(signal.SIGINT)
    running = asyncio.create_task(serve(app, "127.0.0.1", 0, stop, ready.set_result))
    root = await ready
    assert signal.getsignal(signal.SIGINT) is before, "signals belong to the process"
    async with httpx.AsyncClient(base_url=root) as browser:
        assert (await browser.get("/")).status_code == 200
        stop.set()
        await running
        with pytest.raises(httpx.ConnectError):
            await browser.get("/")


async def test_it_stops_when_its_task_is_cancelled(app: FastAPI) -> None:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(serve(app, "127.0.0.1", 0, asyncio.Event(), ready.set_result))
    root = await ready
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with httpx.AsyncClient(base_url=root) as browser:
        with pytest.raises(httpx.ConnectError):
            await browser.get("/")


def test_the_end_of_an_answer_does_not_wait_for_the_reader() -> None:
    with server._listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
