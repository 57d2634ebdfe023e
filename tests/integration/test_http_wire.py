"""The wire under every message to Telegram, byte by byte: what is an answer, what may have left, what is used again."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from campaign_engine.channels import http_wire
from campaign_engine.channels.http_wire import Waits, Wire, WireError

PATIENT = Waits(5.0, 5.0, 5.0, 5.0)
HASTY = Waits(0.1, 5.0, 0.1, 0.25)
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n%s"
OPEN_END = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"

Run = Callable[[Coroutine[Any, Any, None]], None]
Say = Callable[[asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """On each loop that the program may run on."""

    def run(test: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(test)

    return run


@dataclass
class Host:
    """Answers the first request with the first thing to say, and so on; the last one for ever."""

    says: list[Say]
    root: str = ""
    asked: list[bytes] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
                self.asked.append(head + await reader.readexactly(length))
                await self.says[min(len(self.asked), len(self.says)) - 1](writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()


def parts(*data: bytes) -> Say:
    """One after the other, a little later each."""

    async def say(writer: asyncio.StreamWriter) -> None:
        for one in data:
            writer.write(one)
            await asyncio.sleep(0.002)

    return say


def then_shut(data: bytes) -> Say:
    async def say(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.close()

    return say


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(OPEN_END)
    while not writer.is_closing():
        writer.write(b".")
        await asyncio.sleep(0.03)


@asynccontextmanager
async def told(*says: Say, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Host, Wire]]:
    """A host that says these, and a wire of two connections to it."""
    host = Host(list(says))
    server = await asyncio.start_server(host.serve, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    host.root = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    wire = Wire(host.root, 2, "ours")
    try:
        yield host, wire
    finally:
        await wire.close()
        server.close()
        for writer in host.writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("first", "connections"),
    [
        pytest.param(parts(LONG % b"o", b"k"), 1, id="in two parts"),
        pytest.param(parts(LONG % b"ok"), 1, id="whole"),
        pytest.param(
            parts(
                *(bytes([one]) for one in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
            ),
            1,
            id="in pieces, byte by byte",
        ),
        pytest.param(parts(b"HTTP/1.1 100 Continue\r\n\r\n", LONG % b"ok"), 1, id="announced"),
        pytest.param(
            parts(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"), 2, id="the last one there"
        ),
        pytest.param(then_shut(LONG % b"ok"), 2, id="hung up afterwards"),
        pytest.param(parts(LONG % b"ok" + LONG % b"no"), 2, id="two to one request"),
        pytest.param(parts(LONG % b"ok", LONG % b"no"), 2, id="one more that nobody asked for"),
    ],
)
def test_a_whole_answer_counts_and_an_odd_connection_is_not_used_again(run: Run, first: Say, connections: int) -> None:
    async def test() -> None:
        async with told(first, parts(LONG % b"42")) as (host, wire):
            assert await wire.post("/bot1:a/x", b'{"a": 1}', PATIENT) == (200, b"ok")
            await asyncio.sleep(0.02)
            assert await wire.post("/bot1:a/x", b"{}", PATIENT) == (200, b"42")
            assert len(host.writers) == connections
            assert host.asked[0] == (
                b"POST /bot1:a/x HTTP/1.1\r\nHost: %b\r\nUser-Agent: ours\r\nAccept: application/json\r\n"
                b'Content-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a": 1}' % host.root[7:].encode()
            )

    run(test())


@pytest.mark.parametrize(
    ("answer", "late"),
    [
        pytest.param(then_shut(b""), False, id="hung up"),
        pytest.param(then_shut(OPEN_END + b"part"), False, id="cut short"),
        pytest.param(then_shut(b"HTTP/1.1 200 OK\r\n\r\nok"), False, id="without length"),
        pytest.param(parts(b"220 mail here\r\n"), False, id="no HTTP"),
        pytest.param(
            parts(b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nok"), False, id="another protocol"
        ),
        pytest.param(
            parts(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok"), False, id="two lengths"
        ),
        pytest.param(parts(OPEN_END + bytes(200)), False, id="too long"),
        pytest.param(parts(OPEN_END), True, id="never ends"),
        pytest.param(drip, True, id="drips"),
    ],
)
def test_without_a_whole_answer_it_may_have_left(
    run: Run, answer: Say, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_wire, "MOST_BYTES", 100)

    async def test() -> None:
        async with told(answer, parts(LONG % b"42")) as (host, wire):
            with pytest.raises(WireError) as raised:
                await wire.post("/x", b"{}", HASTY)
            assert raised.value.left
            assert raised.value.late is late
            assert await wire.post("/x", b"{}", PATIENT) == (200, b"42")
            assert len(host.writers) == 2

    run(test())


def test_an_answer_that_only_drips_ends_with_the_wait_for_the_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_wire, "MOST_BYTES", 20)

    async def test() -> None:
        async with told(drip) as (_, wire):
            with pytest.raises(WireError) as raised:
                await wire.post("/x", b"{}", HASTY._replace(part=5.0))
            assert (raised.value.left, raised.value.late) == (True, True)

    run(test())


def test_a_connection_that_was_shut_while_it_rested_is_replaced_unheard(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_wire, "RESTED_SECONDS", 0.0)

    async def test() -> None:
        async with told(parts(LONG % b"ok")) as (host, wire):
            await wire.post("/x", b"{}", PATIENT)
            host.writers[0].close()
            await asyncio.sleep(0)  # it is shut, but the wire had no time to hear of it
            assert await wire.post("/x", b"{}", PATIENT) == (200, b"ok")
            assert (len(host.writers), len(host.asked)) == (2, 2)

    run(test())


def test_who_stops_waiting_leaves_no_answer_to_the_next(run: Run) -> None:
    given_up = asyncio.Event()

    async def late(writer: asyncio.StreamWriter) -> None:
        await given_up.wait()
        writer.write(LONG % b"no")

    async def test() -> None:
        async with told(late, late, parts(LONG % b"ok")) as (host, wire):
            stopped = [asyncio.create_task(wire.post("/x", b"{}", PATIENT)) for _ in range(2)]
            turns = [asyncio.create_task(wire.post("/x", b"{}", PATIENT)) for _ in range(3)]
            await asyncio.sleep(0.01)
            with pytest.raises(WireError) as raised:
                await wire.post("/x", b"{}", Waits(0.001, 5.0, 5.0, 5.0))
            assert (raised.value.left, raised.value.late) == (False, True)
            for one in (*stopped, turns[0]):
                one.cancel()
            given_up.set()
            assert await asyncio.gather(*turns[1:]) == [(200, b"ok")] * 2
            assert await asyncio.gather(*(wire.post("/x", b"{}", PATIENT) for _ in range(5))) == [(200, b"ok")] * 5
            assert len(host.writers) == 4
            narrow = Wire(host.root, 1, "ours")
            late_comer = asyncio.create_task(narrow.post("/x", b"{}", PATIENT))
            assert await narrow.post("/x", b"{}", PATIENT) == (200, b"ok")
            late_comer.cancel()  # its turn has come, but it has not heard of it
            await asyncio.wait([late_comer])
            assert await narrow.post("/x", b"{}", HASTY) == (200, b"ok")
            await narrow.close()
            ends = asyncio.create_task(wire.post("/x", b"{}", PATIENT))
            await asyncio.sleep(0)
            await wire.close()
            with pytest.raises(WireError) as raised:
                await ends
            assert raised.value.left

    run(test())


def test_whom_it_does_not_trust_it_tells_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls = certified(tmp_path)

    async def test() -> None:
        async with told(parts(LONG % b"ok"), tls=tls) as (host, wire):
            with pytest.raises(WireError) as raised:
                await wire.post("/x", b"{}", PATIENT)
            assert not raised.value.left
            assert not host.asked
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
            anew = cast("Any", ssl.create_default_context).__wrapped__  # conftest has certificates read only once
            monkeypatch.setattr(ssl, "create_default_context", anew)
            trusting = Wire(host.root, 1, "ours")
            for _ in range(2):
                assert await trusting.post("/x", b"{}", PATIENT) == (200, b"ok")
            assert len(host.writers) == 1
            await trusting.close()
        refused = Wire(host.root, 1, "ours")
        with pytest.raises(WireError) as raised:
            await refused.post("/x", b"{}", PATIENT)
        assert not raised.value.left

    run(test())


def certified(folder: Path) -> ssl.SSLContext:
    """Of a server on localhost that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
