"""A Bot API that answers at once: python -m benchmarks.fast_telegram CORE [strict] [people=COUNT].

It checks nothing, so that a benchmark measures the client; a strict one holds the platform's limits and, after one
that was broken, the whole bot. With people, so many have pressed Start when the bot begins to ask, each once. Prints
its port, one line; ends when its input does.
"""

import asyncio
import json
import os
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from campaign_engine.cli import loops
from tests.platforms.telegram_rules import Refusal
from tests.platforms.telegram_traffic import Gate, Limits

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


MOST_UPDATES = 100
NOBODY_SECONDS = 0.5
"""How long a bot waits for updates when there are none."""

_OFFSET = re.compile(rb"offset\"?[=:]\s*\"?(\d+)")
_CHAT = re.compile(rb"chat_id\"?[=:]\s*\"?(-?\d+)")


@dataclass
class Book:
    """What all connections did; `gate` is None where nothing is checked."""

    gate: Gate | None = None
    sends: int = 0
    refused: int = 0
    sent_at: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    people: int = 0

    def updates(self, request: bytes) -> list[object]:
        """The next that wait, at most as many as Telegram gives at once."""
        found = _OFFSET.search(request)
        first = max(1, int(found[1]) if found else 1)
        return [_start(number) for number in range(first, min(first + MOST_UPDATES, self.people + 1))]

    def send(self, request: bytes) -> bytes:
        """The answer."""
        if self.gate is not None:
            found = _CHAT.search(request)
            chat = int(found[1]) if found else 0
            kind = SimpleNamespace(id=chat, kind="private" if chat > 0 else "group")
            try:
                self.gate.check_hold("sendmessage")
                self.gate.check_pace("sendmessage", cast("Any", kind))
            except Refusal as refusal:
                self.refused += 1
                return _http(refusal.to_json(), b"429 Too Many Requests")
            self.sent_at[min(chat, 0)].append(time.monotonic())
        self.sends += 1
        if self.people:
            self.sent_at[0].append(time.monotonic())
        return _SENT_NOW

    def report(self) -> dict[str, object]:
        """Messages a second to people (under 0) and to each group, from the first to the last."""
        warm = self.people // 10
        kept = {chat: at[warm:] for chat, at in self.sent_at.items()}
        rates = {chat: (len(at) - 1) / (at[-1] - at[0]) for chat, at in kept.items() if len(at) > 1}
        return {"sends": self.sends, "refused": self.refused, "rates": rates}


class FastTelegram(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answers every request that is there whole."""
        self._read += data
        while (end := self._end()) > 0:
            request = bytes(self._read[:end])
            del self._read[:end]
            self._answer(request)

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

    def _later(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)

    def _answer(self, request: bytes) -> None:
        method = request[: request.find(b"\r\n")].split(b" ")[1].rpartition(b"/")[2].lower()
        write = self._transport.write
        match method:
            case b"sendmessage":
                write(self._book.send(request))
            case b"getupdates":
                updates = self._book.updates(request)
                answer = _http({"ok": True, "result": updates})
                asyncio.get_running_loop().call_later(0 if updates else NOBODY_SECONDS, self._later, answer)
            case b"getme":
                write(_http({"ok": True, "result": USER}))
            case b"report":
                write(_http({"ok": True, "result": self._book.report()}))
            case _:
                write(_http({"ok": True, "result": True}))


def _start(number: int) -> object:
    """One person presses Start."""
    person = {"id": 10_000 + number, "is_bot": False, "first_name": "Maya", "language_code": "en"}
    command = {"type": "bot_command", "offset": 0, "length": 6}
    chat = {"id": person["id"], "first_name": "Maya", "type": "private"}
    words = {"message_id": 1, "date": 1_795_000_000, "text": "/start", "entities": [command]}
    return {"update_id": number, "message": {"from": person, "chat": chat, **words}}


def _http(body: object, status: bytes = b"200 OK") -> bytes:
    content = json.dumps(body).encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(content))
    return head + content


_SENT_NOW = _http(SENT)


async def main(book: Book) -> None:
    """Until the end of the input."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: FastTelegram(book), "127.0.0.1", 0, backlog=512)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    crowd = [int(word.partition("=")[2]) for word in sys.argv[2:] if word.startswith("people=")]
    loops.run(main(Book(Gate(Limits()) if "strict" in sys.argv else None, people=sum(crowd))))
