"""A post on its way to the page while its reader moves to a chat arrives once, on both databases (safety N5)."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
import sqlalchemy as sa

from campaign_engine.channels.web import WebChannel
from campaign_engine.domain.delivery import Receipt
from campaign_engine.domain.message import Destination, Message
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.domain.schedule import to_utc
from campaign_engine.ports.channel import Channel
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables as t
from tests.integration.test_moving import code_of
from tests.support.bots import running_post
from tests.support.channels import RecordingChannel
from tests.support.engine import House

Moves = Callable[[], Awaitable[object]]
PAGE = Destination("web", "tab")


class Interleaved(WebChannel):
    """`first` happens before the post is put, `then` before anybody is told that it was."""

    def __init__(self, house: House, first: Moves, then: Moves) -> None:
        super().__init__(house.store, house.clock)
        self._first, self._then = first, then

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        if to != PAGE:
            return await super().send(message, to, key)
        await self._first()
        receipt = await super().send(message, to, key)
        await self._then()
        return receipt


@pytest.fixture
def house(house: House) -> House:
    house.accounts.telegram = "groundswell_bot"
    return house


async def drained(house: House, channel: Channel) -> None:
    pace = LanePace(UNLIMITED, lambda: house.clock().timestamp(), house.clock.sleep)
    parts = LaneParts(house.store, channel, house.renderer, pace, house.clock, lambda _: "East", house.accounts.page)
    lane = Lane(parts)
    assert await lane.take()
    await lane.drain()
    await lane.release()


async def nothing() -> None:
    pass


async def waiting(house: House) -> list[str]:
    async with house.store.read() as work:
        return [post.text for post in await work.inbox.waiting(PAGE)]


async def read_on_the_page(house: House) -> None:
    async with house.store.write() as work:
        [post] = await work.inbox.waiting(PAGE)
        await work.inbox.mark_read(PAGE, (post.created_at, post.created_at), house.clock())


async def waits(house: House, moving: asyncio.Task[str]) -> None:
    """Until the move has begun and stands before what is not committed yet."""
    blocked = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(60):
        for turn in itertools.count():
            await asyncio.sleep(0)
            assert not moving.done()
            async with house.store.database.read() as connection:
                if turn > 20 if house.store.database.is_sqlite else await connection.scalar(blocked):
                    return


@pytest.mark.parametrize("moves", ["before it is put", "before it is recorded", "after it was read"])
async def test_N5_a_post_under_way_at_a_move_is_read_once(house: House, moves: str) -> None:
    page, chat = await house.person("tab").join(), house.person("tel", "telegram")
    await running_post(house)
    house.clock.advance(to_utc(datetime.fromisoformat("2026-12-01T16:00")) - house.clock())
    await Posting(house.store, house.clock, 0).tick()
    code = await code_of(page)

    async def move() -> None:
        if moves == "after it was read":
            await read_on_the_page(house)
        assert "came along" in await chat.start(f"m_{code}")

    at_once = moves == "before it is put"
    await drained(house, Interleaved(house, move if at_once else nothing, nothing if at_once else move))
    bot = RecordingChannel()
    await drained(house, bot)
    on_page = moves == "after it was read"
    assert bot.reached.count("tel") == (not on_page)
    assert await waiting(house) == []
    assert await house.rows(t.inbox) == []
    [mine] = [row for row in await house.rows(t.deliveries) if row.contact_id == await chat.contact_id()]
    assert (mine.status, mine.lane) == ("sent", "web" if on_page else "telegram")


async def test_N5_what_is_put_at_the_very_moment_of_a_move_is_shown_to_nobody(house: House) -> None:
    """On PostgreSQL the move has begun, and does not see it; the night takes it away."""
    page, chat = await house.person("tab").join(), house.person("tel", "telegram")
    code = await code_of(page)
    async with house.store.write() as work:
        assert await work.inbox.deliver(PAGE, "1", Message("News"), house.clock())
        moving = asyncio.create_task(chat.start(f"m_{code}"))
        await waits(house, moving)
    assert "came along" in await moving
    assert await waiting(house) == []
    async with house.store.write() as work:
        assert not await work.inbox.deliver(PAGE, "2", Message("More"), house.clock())
        await work.inbox.forget_old(house.clock().replace(year=2020))
    assert await house.rows(t.inbox) == []
