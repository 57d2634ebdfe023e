"""Posts that wait on the page, on both databases."""

from datetime import timedelta

import sqlalchemy as sa

from campaign_engine.domain.message import Choice, Destination, Message
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock

ANA = Destination("web", "page-of-ana")
BEN = Destination("web", "page-of-ben")


def post(text: str = "Hi") -> Message:
    return Message(text, "es", ((Choice("Yes", "g:1"), Choice("More", url="https://ours.example")), (Choice("No"),)))


async def test_a_post_is_read_as_it_was_put_newest_first(store: SqlStore, clock: FakeClock) -> None:
    async with store.write() as work:
        for number in range(3):
            await work.inbox.put(ANA, str(number), post(f"Post {number}"), clock())
        clock.advance(timedelta(minutes=1))
        await work.inbox.put(ANA, "3", post("Post 3"), clock())
        waiting = await work.inbox.waiting(ANA, limit=3)
    assert [one.text for one in waiting] == ["Post 3", "Post 2", "Post 1"]
    assert (waiting[0].language, waiting[0].choices, waiting[0].created_at) == ("es", post().choices, clock())


async def test_a_repeated_delivery_is_one_post(store: SqlStore, clock: FakeClock) -> None:
    for text in ("first", "again"):
        async with store.write() as work:
            await work.inbox.put(ANA, "delivery-7", post(text), clock())
    async with store.read() as work:
        assert [one.text for one in await work.inbox.waiting(ANA)] == ["first"]


async def test_A1_a_post_is_read_by_its_reader_only_and_its_row_names_neither_them_nor_the_delivery(
    store: SqlStore, clock: FakeClock
) -> None:
    async with store.write() as work:
        await work.inbox.put(ANA, "delivery-7", post("for Ana"), clock())
        await work.inbox.put(BEN, "delivery-7", post("for Ben"), clock())
        assert [one.text for one in await work.inbox.waiting(ANA)] == ["for Ana"]
        assert [one.text for one in await work.inbox.waiting(BEN)] == ["for Ben"]
        assert await work.inbox.waiting(Destination("telegram", ANA.address)) == ()
    async with store.database.read() as connection:
        rows = str((await connection.execute(sa.select(tables.inbox))).all())
    assert ANA.address not in rows
    assert "delivery-7" not in rows


async def test_C8_a_deletion_empties_the_inbox_of_its_reader(store: SqlStore, clock: FakeClock) -> None:
    async with store.write() as work:
        for who in (ANA, BEN):
            await work.inbox.put(who, "1", post(), clock())
        await work.contacts.delete(ANA, None, clock())
        assert await work.inbox.waiting(ANA) == ()
        assert len(await work.inbox.waiting(BEN)) == 1


async def test_A5_old_posts_are_forgotten(store: SqlStore, clock: FakeClock) -> None:
    async with store.write() as work:
        await work.inbox.put(ANA, "1", post(), clock())
        clock.advance(timedelta(days=30))
        await work.inbox.put(ANA, "2", post("new"), clock())
        assert await work.inbox.forget_old(clock()) == 1
        assert await work.inbox.forget_old(clock()) == 0
        assert [one.text for one in await work.inbox.waiting(ANA)] == ["new"]
