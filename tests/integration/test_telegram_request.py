"""What an error of the wire to Telegram means, byte by byte; the exact client over real sockets."""

import asyncio
import contextlib
import logging
import socket
import struct
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram.request import RequestData

from campaign_engine.channels import telegram_request
from campaign_engine.channels.telegram import TelegramChannel, close_bot, open_bot
from campaign_engine.channels.telegram_request import AiohttpRequest, NotSent, proxy_for
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Destination, Message, Picture

TOKEN = "42:very-secret"
MAYA = Destination("telegram", "1000")
WORDS = Message("meet at the library")
ANSWER = b'{"ok": true, "result": {"message_id": 7}}'
SENT = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(ANSWER), ANSWER)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def read_whole(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    return head + await reader.readexactly(length)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        await read_whole(reader)
        writer.write(SENT)


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def reset_before(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hung_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_whole(reader)


async def cut_short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_whole(reader)
    writer.write(SENT[:-5])
    await writer.drain()


async def stalled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_whole(reader)
    writer.write(SENT[:-5])
    await reader.read()


async def no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_whole(reader)
    writer.write(b"220 mail here\r\n\r\n")


def says(status: bytes, body: bytes, headers: bytes = b"") -> Serve:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_whole(reader)
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), headers, body))

    return say


@asynccontextmanager
async def served(serve: Serve) -> AsyncIterator[str]:
    tasks: set[asyncio.Task[None] | None] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*filter(None, tasks))


@asynccontextmanager
async def channel_to(root: str) -> AsyncIterator[TelegramChannel]:
    """Of a bot that was never initialised: a lane may send before the bot has come up."""
    bot = open_bot(TOKEN, root)
    try:
        yield TelegramChannel(bot)
    finally:
        await close_bot(bot)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POOL_SECONDS", "CONNECT_SECONDS", "READ_SECONDS"):
        monkeypatch.setattr(telegram_request, name, 0.1)


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def all_of(error: BaseException) -> str:
    """Whatever a traceback, or somebody who looks for causes, could show of it."""
    seen: list[BaseException | None] = [error]
    while (last := seen[-1]) is not None:
        seen.append(last.__cause__ or last.__context__)
    return "".join(traceback.format_exception(error)) + "".join(map(repr, seen))


async def refusal(channel: TelegramChannel) -> SendError:
    with pytest.raises(SendError) as raised:
        await channel.send(WORDS, MAYA)
    assert "very-secret" not in all_of(raised.value)
    return raised.value


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("serve", "code"),
    [
        pytest.param(silent, "no_answer", id="no answer"),
        pytest.param(reset_before, "no_answer", id="reset before it was read"),
        pytest.param(hung_up, "no_answer", id="hung up after it was read"),
        pytest.param(cut_short, "no_answer", id="answer cut short"),
        pytest.param(stalled, "no_answer", id="answer never ends"),
        pytest.param(no_http, "no_answer", id="no HTTP"),
        pytest.param(says(b"200 OK", b"<html>"), "no_answer", id="no JSON"),
        pytest.param(says(b"200 OK", b"[]"), "no_answer", id="no object"),
        pytest.param(says(b"200 OK", b'{"ok": true, "result": true}'), "no_answer", id="no message"),
        pytest.param(says(b"307 Moved", b"", b"Location: /elsewhere\r\n"), "no_answer", id="redirect"),
        pytest.param(says(b"502 Bad Gateway", b"<html>"), "no_answer", id="gateway"),
        pytest.param(says(b"401 No", b'{"ok": false, "description": "Unauthorized"}'), "wrong_token", id="token"),
    ],
)
async def test_A2_once_a_byte_was_written_nobody_knows(
    serve: Serve, code: str, heard: pytest.LogCaptureFixture
) -> None:
    async with served(serve) as root, channel_to(root) as channel:
        error = await refusal(channel)
    assert (error.code, error.ambiguous, error.retryable) == (code, code == "no_answer", code != "no_answer")
    logged = "".join(record.getMessage() for record in heard.records)
    assert "very-secret" not in logged
    assert "library" not in logged


@pytest.mark.usefixtures("soon", "heard")
async def test_A2_what_never_left_is_safe_to_send_again() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with channel_to(f"http://127.0.0.1:{closed.getsockname()[1]}") as channel:
            assert (await refusal(channel)).code == "not_connected"  # refused
    async with channel_to("http://nowhere.invalid") as channel:
        assert (await refusal(channel)).code == "not_connected"  # no such name
    async with served(no_http) as root, channel_to(root.replace("http", "https")) as channel:
        assert (await refusal(channel)).code == "not_connected"  # no TLS there
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_connection(full.getsockname()):
        async with channel_to(f"http://127.0.0.1:{full.getsockname()[1]}") as channel:
            error = await refusal(channel)
    assert (error.code, error.retryable, error.ambiguous) == ("not_connected", True, False)  # no answer to a SYN
    assert (await refusal(channel)).code == "not_connected"  # closed


async def test_no_free_connection_in_time_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("POOL_SECONDS", "CONNECT_SECONDS"):
        monkeypatch.setattr(telegram_request, name, 0.1)
    request = AiohttpRequest(1)
    async with served(silent) as root:
        asked = (
            request.call(f"{root}/sendMessage", b"{}"),
            request.do_request(f"{root}/getUpdates", "POST", RequestData()),
        )
        first = [asyncio.create_task(one) for one in asked]
        await asyncio.sleep(0)
        with pytest.raises(NotSent):
            await request.call(f"{root}/sendMessage", b"{}")
        with pytest.raises(NotSent):
            await request.do_request(f"{root}/getUpdates", "POST", RequestData())
        for one in first:
            one.cancel()
        await asyncio.wait(first)
        await request.shutdown()


async def test_behind_a_proxy_a_message_is_one_request_of_the_same_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(answer) as root:
        monkeypatch.setenv("http_proxy", root)
        monkeypatch.setenv("no_proxy", "")
        request = AiohttpRequest(1)
        assert await request.call("http://telegram.invalid/sendMessage", b"{}") == {"message_id": 7}
        await request.shutdown()


async def test_an_upload_is_one_form_and_ambiguous_once_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[bytes] = []

    async def photo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await read_whole(reader))

    async with served(photo) as root, channel_to(root) as channel:
        shown = Message(
            "meet", picture=Picture(b"\x89PNG" + bytes(2_000_000), "0" * 64, "a map", "image/png", once=True)
        )
        with pytest.raises(SendError) as raised:
            await channel.send(shown, MAYA)
    assert raised.value.ambiguous
    assert len(got) == 1
    head = got[0][:1500]
    assert b"Content-Type: multipart/form-data; boundary=" in head
    assert b'name="caption"' in head
    assert b'name="photo"; filename="000000000000.png"' in head
    assert bytes(2_000_000) in got[0]


async def test_closed_connections_open_again_when_the_bot_does() -> None:
    request = AiohttpRequest(1)
    async with served(answer) as root:
        await request.call(f"{root}/x", b"{}")
        await request.shutdown()
        with pytest.raises(NotSent):
            await request.call(f"{root}/x", b"{}")
        await request.initialize()
        assert await request.call(f"{root}/x", b"{}") == {"message_id": 7}
        await request.shutdown()
        await request.shutdown()


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "http_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    assert proxy_for("https://api.telegram.org/bot1:a/getMe") is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.school:3128")
    assert proxy_for("https://api.telegram.org/bot1:a/getMe") == "http://proxy.school:3128"
    assert proxy_for("http://127.0.0.1:8081/bot1:a/getMe") is None
    monkeypatch.setenv("NO_PROXY", "telegram.org")
    assert proxy_for("https://api.telegram.org/bot1:a/getMe") is None
