"""A Bot API that answers at once and checks nothing: python -m benchmarks.fast_telegram CORE.

So a benchmark measures the client. Prints its port, one line; ends when its input does.
"""

import asyncio
import json
import os
import sys
from typing import cast

USER = {"id": 42, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
SENT = {
    "ok": True,
    "result": {
        "message_id": 1,
        "from": USER,
        "chat": {"id": 1000, "first_name": "Maya", "type": "private"},
        "date": 1_795_000_000,
        "text": "Three minutes today: what would you do if a friend is angry and you know it?",
        "link_preview_options": {"is_disabled": True},
    },
}


class FastTelegram(asyncio.Protocol):
    """One kept connection."""

    sends = 0
    """Of all connections."""

    def __init__(self) -> None:
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answers every request that is there whole."""
        self._read += data
        while (end := self._end()) > 0:
            path = bytes(self._read[: self._read.find(b"\r\n")]).split(b" ")[1]
            del self._read[:end]
            self._transport.write(_answer(path))

    def _end(self) -> int:
        """Of the first request; 0 while some of it is missing."""
        head = self._read.find(b"\r\n\r\n")
        if head < 0:
            return 0
        headers = bytes(self._read[:head]).lower()
        length = headers.find(b"content-length:")
        if length >= 0:
            end = head + 4 + int(headers[length + 15 :].split(b"\r\n", 1)[0])
            return end if len(self._read) >= end else 0
        if b"transfer-encoding: chunked" in headers:
            last = self._read.find(b"\r\n0\r\n\r\n", head)
            return last + 7 if last >= 0 else 0
        return head + 4


def _answer(path: bytes) -> bytes:
    method = path.rpartition(b"/")[2].lower()
    if method == b"sendmessage":
        FastTelegram.sends += 1
        return _SENT_NOW
    return _http({"ok": True, "result": USER if method == b"getme" else FastTelegram.sends})


def _http(body: object) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


_SENT_NOW = _http(SENT)


async def main() -> None:
    """Until the end of the input."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(FastTelegram, "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    try:
        import uvloop  # type: ignore[import-not-found, unused-ignore] # faster where it is there
    except ImportError:
        asyncio.run(main())
    else:
        uvloop.run(main())
