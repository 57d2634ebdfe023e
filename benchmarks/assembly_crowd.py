"""Pupils who sign up by a site's page, each with a browser of their own: python -m benchmarks.assembly_crowd ...

Raw HTTP over sockets that stay open, so that the crowd costs little beside the pages. Prints what it saw as JSON.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

ANSWERS = ("a:16-17", "pl:A", "if:walk", "t:no")
_KEY = re.compile(rb'name="key" value="([^"]+)"')
_COOKIE = re.compile(rb"(?im)^set-cookie: ([^=;\s]+)=([^;\r]*)")
_LOCATION = re.compile(rb"(?im)^location: (\S+)\r$")
_LENGTH = re.compile(rb"(?im)^content-length: (\d+)\r$")


@dataclass
class Seen:
    """Milliseconds of every answer; whoever did not see the last page is missing."""

    waited: list[float] = field(default_factory=list)
    done: int = 0
    troubles: list[str] = field(default_factory=list)


@dataclass
class Line:
    """One socket that stays open."""

    host: str
    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(self, verb: str, path: str, cookies: dict[str, str], body: str = "") -> tuple[bytes, bytes]:
        """Head and body of the answer; where the server has closed an idle socket a browser asks again on a new one."""
        try:
            return await self._asked(verb, path, cookies, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.writer = None
            return await self._asked(verb, path, cookies, body)

    async def _asked(self, verb: str, path: str, cookies: dict[str, str], body: str) -> tuple[bytes, bytes]:
        if self.reader is None or self.writer is None or self.reader.at_eof():
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        kept = "; ".join(f"{name}={value}" for name, value in cookies.items())
        head = f"{verb} {path} HTTP/1.1\r\nhost: {self.host}:{self.port}\r\ncookie: {kept}\r\n"
        if verb == "POST":
            head += f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n"
        self.writer.write(f"{head}\r\n{body}".encode())
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(answer)
        return answer, await self.reader.readexactly(int(length[1])) if length else b""


async def sign_up(line: Line, code: str, seen: Seen) -> None:
    """From the first page to the last, as a browser without scripts does it."""
    cookies: dict[str, str] = {}
    path = f"/s/{code}"
    page = await _get(line, path, cookies, seen)
    for data in ANSWERS:
        key = _KEY.search(page)
        if key is None:
            seen.troubles.append(page[:200].decode(errors="replace"))
            return
        body = f"key={quote(key[1].decode())}&data={quote(data)}"
        head, _ = await _timed(line, "POST", path, cookies, seen, body)
        moved = _LOCATION.search(head)
        if moved is None:
            seen.troubles.append(head[:60].decode())
            return
        path = moved[1].decode()
        page = await _get(line, path, cookies, seen)
    seen.done += b'href="/chat/' in page


async def _get(line: Line, path: str, cookies: dict[str, str], seen: Seen) -> bytes:
    return (await _timed(line, "GET", path, cookies, seen))[1]


async def _timed(
    line: Line, verb: str, path: str, cookies: dict[str, str], seen: Seen, body: str = ""
) -> tuple[bytes, bytes]:
    start = time.perf_counter()
    head, page = await line.ask(verb, path, cookies, body)
    seen.waited.append(1000 * (time.perf_counter() - start))
    cookies.update({name.decode(): value.decode() for name, value in _COOKIE.findall(head)})
    return head, page


async def crowd(roots: list[str], code: str, people: int, seconds: float) -> Seen:
    """They come evenly over so many seconds, and in turn to every address."""
    seen, start = Seen(), time.perf_counter()
    free: list[list[Line]] = [[] for _ in roots]

    async def one(number: int) -> None:
        await asyncio.sleep(max(0.0, start + number * seconds / people - time.perf_counter()))
        at = number % len(roots)
        split = urlsplit(roots[at])
        line = free[at].pop() if free[at] else Line(str(split.hostname), int(split.port or 80))
        await sign_up(line, code, seen)
        free[at].append(line)

    await asyncio.gather(*(one(number) for number in range(people)))
    return seen


def main(roots: str, code: str, people: str, seconds: str) -> None:
    """`roots` are separated by commas."""
    start = time.perf_counter()
    seen = asyncio.run(crowd(roots.split(","), code, int(people), float(seconds)))
    waited = sorted(seen.waited)
    said = {
        "p50": waited[len(waited) // 2],
        "p99": waited[int(len(waited) * 0.99)],
        "worst": waited[-1],
        "requests": len(waited),
        "done": seen.done,
        "troubles": seen.troubles[:5],
        "seconds": time.perf_counter() - start,
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
