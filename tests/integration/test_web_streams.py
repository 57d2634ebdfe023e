"""Server-sent events on a real socket: what they bring, how many there are, and that nothing hangs on them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Choice, Destination, Message
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House
from tests.support.page import Page
from tests.support.site import Health, parts_of, served
from web import server, streams
from web.streams import News, Streams

ANA, BEN = "ana-s-own-phone", "ben-s-own-phone"


@dataclass
class Pages:
    root: str
    house: House

    async def put(self, who: str, text: str) -> None:
        self.house.clock.advance(timedelta(seconds=1))
        post = Message(text, choices=((Choice("I pledge", "m"),),))
        async with self.house.store.write() as work:
            await work.inbox.put(Destination("web", who), text, post, self.house.clock())

    @asynccontextmanager
    async def listening(self, who: str, last: str = "", **headers: str) -> AsyncIterator[AsyncIterator[str]]:
        """Lines of a stream, once it said hello."""
        cookies = {"groundswell_chat": who}
        async with (
            httpx.AsyncClient(base_url=self.root, cookies=cookies, timeout=15) as browser,
            browser.stream("GET", "/chat/events", params={"last": last}, headers=headers) as answer,
        ):
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["x-accel-buffering"] == "no"
            assert "no-transform" in answer.headers["cache-control"]
            lines = answer.aiter_lines()
            assert await until(lines, "event: ") == "event: hello"
            yield lines


async def until(lines: AsyncIterator[str], start: str) -> str:
    async for line in lines:
        if line.startswith(start):
            return line
    raise AssertionError(f"the stream ended before {start!r}")


@pytest.fixture
async def pages(store: SqlStore, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Pages]:
    house = House(store, clock)
    await house.furnish()
    async with served(parts_of(house, tmp_path, Health())) as root:
        yield Pages(root, house)


async def test_a_post_comes_to_its_reader_and_goes_on_where_the_line_broke(pages: Pages) -> None:
    async with pages.listening(ANA) as ana, pages.listening(BEN) as ben:
        await pages.put(ANA, "For <Ana>")
        key = (await until(ana, "id: "))[4:]
        assert await until(ana, "event: ") == "event: post"
        assert "For &lt;Ana&gt;" in await until(ana, "data: <li")
        await pages.put(BEN, "For Ben")
        assert "For Ben" in await until(ben, "data: <li"), "and nothing of Ana's before"
    await pages.put(ANA, "Meanwhile")
    async with pages.listening(ANA, **{"Last-Event-ID": key}) as ana:
        assert "Meanwhile" in await until(ana, "data: <li")
    async with httpx.AsyncClient(base_url=pages.root) as stranger:
        assert (await stranger.get("/chat/events")).status_code == 204
        assert (await stranger.get("/chat/" + "w" * 22 + "/events")).status_code == 204


async def test_a_second_page_takes_the_place_of_the_first(pages: Pages) -> None:
    async with pages.listening(ANA) as first, pages.listening(ANA) as second:
        assert await until(first, "event: ") == "event: over"
        await pages.put(ANA, "News")
        assert "News" in await until(second, "data: <li")


async def test_the_server_stops_at_once_though_pages_listen(
    store: SqlStore, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 60)
    house = House(store, clock)
    await house.furnish()
    async with served(parts_of(house, tmp_path, Health())) as root:
        listening = Pages(root, house).listening(ANA)
        lines = await listening.__aenter__()
        begun = time.monotonic()
    assert time.monotonic() - begun < 30, "uvicorn waited for its patience to end"
    assert await until(lines, "event: ") == "event: over"
    await listening.__aexit__(None, None, None)


async def test_streams_are_bounded_share_one_look_and_live_through_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "MOST", 2)
    looks: list[int] = []
    put: list[tuple[int, str]] = [(7, "old")]
    away = asyncio.Event()

    async def newest() -> int:
        return max(number for number, _ in put)

    async def newer(than: int) -> list[tuple[int, str]]:
        looks.append(than)
        if away.is_set():
            raise StoreUnavailable("The database is away.", "Wait.")
        return [one for one in put if one[0] > than]

    found = Streams(newest, newer, 0.01)
    await asyncio.sleep(0.05)
    assert looks == [], "nobody listens, nobody looks"
    async with found.open("ana") as ana, found.open("ben") as ben:
        assert found.is_full
        assert [await ana.next(), await ben.next()] == [News.POST] * 2, "once, for what came while the page was written"
        put.append((9, "ana"))
        assert await ana.next() is News.POST
        put.append((8, "ben"))
        assert await ben.next() is News.POST, "committed later under a lower number"
        before = len(looks)
        away.set()
        await asyncio.sleep(0.03)
        away.clear()
        put.append((10, "ben"))
        assert await ben.next() is News.POST
        assert len(looks) > before
        monkeypatch.setattr(streams, "BEAT_SECONDS", 0.01)
        assert await ana.next() is News.NOTHING, "told once, and a sign of life"
    assert len(found) == 0
    await asyncio.sleep(0.05)
    before = len(looks)
    await asyncio.sleep(0.05)
    assert len(looks) == before, "the last one has gone"
    found.close()
    assert found.is_full


async def test_the_inbox_tells_new_from_read_and_goes_back_page_by_page(pages: Pages) -> None:
    async with Page(pages.root) as page:
        page._client.cookies.set("groundswell_chat", ANA, domain="127.0.0.1")
        assert "Nothing here yet." in await page.open("/chat/posts")
        assert "Post 1" not in await page.open("/chat")
        for number in range(1, 46):
            await pages.put(ANA, f"Post {number}")
        shown = await page.open("/chat/posts")
        assert shown.split("\n").count("New") == 20
        assert "Post 45" in shown
        assert "Post 25" not in shown.split("\n")
        key = (await page._client.get("/chat/posts")).text.rpartition("?before=")[2][:16]
        older = await page.open(f"/chat/posts?before={key}")
        assert "Post 25" in older.split("\n")
        assert "Post 26" not in older.split("\n")
        last = (await page._client.get(f"/chat/posts?before={key}")).text.rpartition("?before=")[2][:16]
        oldest = await page.open(f"/chat/posts?before={last}")
        assert "Post 5" in oldest.split("\n")
        assert "Older posts" not in oldest
        assert "New" not in (await page.open("/chat/posts")).split("\n"), "seen by now"
        assert "New" not in (await page.open("/chat")).split("\n")
        await pages.put(ANA, "Post 46")
        fresh = await page.open("/chat")
        assert fresh.split("\n").count("New") == 1
        assert "Post 46" in fresh
        assert "How old are you?" in await page.press("I pledge"), "a post's button is an answer in the chat"
        assert "Nothing here yet." in await page.open("/chat/posts?before=nonsense")
