"""Who on Discord is in an audience, and where they are written to, over both databases (safety S7)."""

from campaign_engine.domain.audience import Audience
from campaign_engine.domain.contact import AddressStatus, Medium, Topic
from campaign_engine.domain.message import Destination
from campaign_engine.store.tables import addresses
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.sending import PRECINCT, Stage, opened


async def stage_of(store: SqlStore, clock: FakeClock) -> Stage:
    """Three said yes to direct messages: one has a chat, one waits for it, one took the yes back; one said nothing."""
    stage = Stage(store, clock)
    await stage.campaign("discord")
    await stage.people("open", "waits", "off", "silent", channel="discord")
    async with store.write() as work:
        for name in ("open", "waits", "off"):
            await work.contacts.answer_topic(stage.contacts[name], Medium.DIRECT_MESSAGES, True, clock())
        for name in ("open", "off"):
            assert await work.threads.keep(Destination("discord", name, thread=f"chat of {name}"))
        await work.contacts.answer_topic(stage.contacts["off"], Medium.DIRECT_MESSAGES, False, clock())
    return stage


async def test_S7_only_who_asked_for_a_chat_and_has_one_is_in_an_audience(store: SqlStore, clock: FakeClock) -> None:
    stage = await stage_of(store, clock)
    assert await stage.fire() == 1
    channel = RecordingChannel("discord")
    await (await opened(stage, channel)).drain()
    assert [(call.to.address, call.to.thread) for call in channel.calls] == [("open", "chat of open")]


async def test_S7_a_yes_that_is_taken_back_counts_for_what_waits_already(store: SqlStore, clock: FakeClock) -> None:
    stage = await stage_of(store, clock)
    await stage.fire()
    async with store.write() as work:
        await work.contacts.answer_topic(stage.contacts["open"], Medium.DIRECT_MESSAGES, False, clock())
    channel = RecordingChannel("discord")
    await (await opened(stage, channel)).drain()
    assert channel.calls == []
    assert await stage.counts() == {"suppressed": 1}


async def test_a_rehearsal_counts_the_same_people(store: SqlStore, clock: FakeClock) -> None:
    await stage_of(store, clock)
    async with store.read() as work:
        sizes = await work.audiences.size(Audience(Topic.AREA_UPDATES, ("discord",), (PRECINCT,)), clock())
    assert sizes.people == 1


async def test_C7_a_chat_is_not_kept_for_somebody_who_said_stop_or_never_yes(store: SqlStore, clock: FakeClock) -> None:
    stage = await stage_of(store, clock)
    waits, silent = (Destination("discord", name, thread="chat") for name in ("waits", "silent"))
    async with store.write() as work:
        assert await work.threads.lacks(waits)
        await work.contacts.opt_out(waits, stage.contacts["waits"], clock())
        assert not await work.threads.lacks(waits)
        assert not await work.threads.keep(waits)
        assert not await work.threads.keep(silent)
    assert await stage.address_status("waits") == AddressStatus.OPTED_OUT


async def test_A1_no_chat_stands_in_the_file_in_plain(store: SqlStore, clock: FakeClock) -> None:
    await stage_of(store, clock)
    async with store.database.read() as connection:
        kept = [row.thread_cipher for row in await connection.execute(addresses.select()) if row.thread_cipher]
    assert len(kept) == 2
    assert all(b"chat" not in one for one in kept)


async def test_chats_are_counted_by_day_up_to_the_limit_and_no_further(store: SqlStore, clock: FakeClock) -> None:
    day = clock().date()
    async with store.write() as work:
        assert [await work.threads.reserve("discord", day, 2) for _ in range(4)] == [True, True, False, False]
        assert await work.threads.reserve("discord", day, 3)
