"""Pledge follow-through: who is asked about their plan, when, by which way, and how what they say is counted."""

from datetime import timedelta
from typing import Any

import pytest

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import Role
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.holding import Actor
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.integration.test_moving import code_of
from tests.support import FakeClock
from tests.support.automatic import approve_texts
from tests.support.books import everything, read, recomputed
from tests.support.books import opened as books
from tests.support.channels import RecordingChannel
from tests.support.engine import House, Phone
from tests.support.planned import House as Planned
from tests.support.sending import Stage, opened

DAY = timedelta(days=1)
QUESTION = "About two weeks ago you made a plan here."
THANKS, OVER = "Thank you for telling us.", "This question is over"


class Drive:
    """A town with a running pledge drive in the 75th, whose clock stands at four on a school day."""

    def __init__(self, store: SqlStore, clock: FakeClock, url: str) -> None:
        self.town, self.url, self.clock = House(store, clock), url, clock
        self.begun = clock()
        self.campaign = 0

    async def launch(self) -> None:
        await self.town.furnish()
        planned = await Planned(self.town.store, self.clock).plan(status=CampaignStatus.RUNNING)
        self.campaign = planned.campaign_id
        await self.change(tables.campaigns.update().values(launched_at=self.clock() - DAY))

    async def change(self, statement: Any) -> None:
        async with self.town.store.database.write() as connection:
            await connection.execute(statement)

    async def ally(self, name: str, *, asks: bool = True, channel: str = "telegram", language: str = "en") -> Phone:
        """Joined with a plan today; said yes to being asked unless told otherwise."""
        phone = self.town.person(name, channel, language)
        await phone.start()
        for data in ("a:13-15", "n:75", "pl:A", "if:walk", "t:no", *(("cs:survey:on",) if asks else ())):
            await phone.press(data)
        return phone

    def day(self, number: float) -> None:
        self.clock.now = self.begun + number * DAY

    async def send_all(self, channel: RecordingChannel) -> list[str]:
        """Who got what is queued."""
        before = len(channel.calls)
        self.clock.advance(timedelta(minutes=11))
        lane = await opened(Stage(self.town.store, self.clock), channel)
        while await lane.drain():
            self.clock.advance(timedelta(seconds=2))
        await lane.release()
        return channel.reached[before:]

    async def asked(self) -> list[tuple[int, str | None]]:
        return [(row.contact_id, row.outcome) for row in await self.town.rows(tables.follow_ups)]

    def counts(self) -> tuple[int, int, int]:
        """Followed through, not, and silent; and nothing else is what a recomputation finds."""
        with books(self.url, self.campaign) as found:
            kept, facts = everything(found), read(found)
            assert recomputed(found) == kept
        return facts.total("followed_through"), facts.total("not_followed"), facts.total("no_answer")


@pytest.fixture
async def drive(store: SqlStore, clock: FakeClock, database_url: str) -> Drive:
    drive = Drive(store, clock, database_url)
    await drive.launch()
    return drive


async def test_7_1_asked_once_two_weeks_after_a_plan_and_counted_whatever_is_said(
    drive: Drive, channel: RecordingChannel
) -> None:
    did, not_yet, rather_not, silent = [await drive.ally(name) for name in ("1", "2", "3", "4")]
    spanish = await drive.ally("5", language="es")
    await drive.ally("never said yes", asks=False)
    drive.day(13.9)
    assert await drive.town.follow_ups.tick() == 0
    drive.day(14)
    assert await drive.town.follow_ups.tick() == 5
    assert await drive.send_all(channel) == ["1", "2", "3", "4", "5"]
    message = channel.calls[0].message
    assert message.text.startswith(QUESTION)
    assert [row[0].label for row in message.choices] == ["Yes, I did", "Not yet", "No, or I'd rather not say"]
    assert "¿lo hiciste?" in channel.calls[-1].message.text
    assert drive.counts() == (0, 0, 0)
    said = [await did.press("fu:did"), await not_yet.press("fu:not_yet"), await rather_not.press("fu:no")]
    assert len({*said}) == 1, "whatever they say, they are thanked alike"
    assert THANKS in said[0]
    assert drive.counts() == (1, 2, 0)
    assert OVER in await did.press("fu:not_yet"), "the first answer stays"
    assert "you said you did it" in await did.command("export")
    assert "you said no, not yet, or rather not say" in await not_yet.command("export")
    drive.day(21.1)
    assert await drive.town.follow_ups.tick() == 0
    assert OVER in await silent.press("fu:did")
    assert "sin respuesta" in await spanish.command("export")
    assert drive.counts() == (1, 2, 2)
    drive.day(60)
    await drive.town.retention.run(drive.clock())
    assert {outcome for _, outcome in await drive.asked()} == {"over"}
    assert await drive.town.follow_ups.tick() == 0
    await did.press("del:yes")
    assert len(await drive.asked()) == 4
    with books(drive.url, drive.campaign) as found:
        assert read(found).total("followed_through") == 1


async def test_7_1_asked_in_the_conversation_where_they_are_here_anyway(
    drive: Drive, channel: RecordingChannel
) -> None:
    phone, no = await drive.ally("1"), await drive.ally("2", asks=False)
    drive.day(13)
    assert QUESTION not in await phone.press("m")
    drive.day(14)
    await phone.press("pa:7")
    assert QUESTION not in await phone.press("m")
    await phone.press("pa:end")
    with drive.town.statements() as seen:
        assert QUESTION in await phone.press("m")
    assert "Yes, I did" in phone.buttons
    assert len(seen) == 3, seen
    assert QUESTION not in await phone.press("m")
    assert QUESTION not in await no.press("m")
    with drive.town.statements() as seen:
        assert THANKS in await phone.press("fu:did")
    assert len(seen) == 3, seen
    assert await drive.town.follow_ups.tick() == 0
    drive.day(20)
    assert await drive.town.follow_ups.tick() == 0
    assert drive.counts() == (1, 0, 0)


async def test_7_1_a_plan_chosen_anew_begins_its_two_weeks_and_each_pledge_is_asked_about_once(
    drive: Drive, channel: RecordingChannel
) -> None:
    phone = await drive.ally("1")
    drive.day(10)
    await phone.press("m:pledge")
    await phone.press("if:video")
    drive.day(23)
    assert await drive.town.follow_ups.tick() == 0
    drive.day(24)
    assert await drive.town.follow_ups.tick() == 1
    await drive.send_all(channel)
    await phone.press("fu:did")
    await phone.press("if:walk")
    for day in range(25, 60):
        drive.day(day)
        assert await drive.town.follow_ups.tick() == 0
    assert drive.counts() == (1, 0, 0)


async def test_S5_C6_I1_it_waits_for_caps_breaks_holds_and_other_messages_and_goes_last(
    drive: Drive, channel: RecordingChannel
) -> None:
    capped, paused, stopped, _ = [await drive.ally(name) for name in ("capped", "paused", "stopped", "other")]
    team = await drive.town.staff("river7", Role.ORGANIZER)
    await team.press("cs:survey:on")
    drive.day(12)
    planned = Planned(drive.town.store, drive.clock)
    sent = tables.deliveries.insert().values(
        occurrence_id=await planned.open(await planned.plan(status=CampaignStatus.RUNNING)),
        contact_id=await capped.contact_id(), is_room=False, lane="telegram", language="en", status="sent", reason="",
        attempts=1, epoch=1, platform_id="", updated_at=drive.clock(),
    )  # fmt: skip
    await drive.change(sent)
    drive.day(14)
    await capped.press("fq:1")
    await paused.press("pa:7")
    async with drive.town.store.write() as work:
        await work.holds.hold(75, Actor(None, "ana7"), drive.clock() - 5 * DAY)  # type: ignore[arg-type]  # nobody's
    assert await drive.town.follow_ups.tick() == 0, "held for seven days"
    drive.day(16.5)
    assert await drive.town.follow_ups.tick() == 0, "at night"
    drive.day(17)
    await drive.change(tables.campaigns.update().values(kind=CampaignKind.AFTERMATH))
    assert await drive.town.follow_ups.tick() == 0, "their area grieves"
    await drive.change(tables.campaigns.update().values(kind=CampaignKind.PLEDGE))
    assert await drive.town.follow_ups.tick() == 2
    rows = [row for row in await drive.town.rows(tables.deliveries) if row.status == DeliveryStatus.QUEUED]
    assert {row.priority for row in rows} == {5}
    await stopped.say("STOP")
    assert await drive.send_all(channel) == ["other"]
    drive.day(20)
    assert await drive.town.follow_ups.tick() == 1, "the one who got a message six days ago is due by now"
    assert await drive.send_all(channel) == ["capped"]
    drive.day(29)
    await drive.town.follow_ups.tick()
    assert drive.counts() == (0, 0, 2), "who was never told is no silence"


async def test_S1_S3_a_question_that_never_left_is_due_again_and_counts_nobody(
    drive: Drive, channel: RecordingChannel
) -> None:
    phone = await drive.ally("1")
    drive.day(14)
    await drive.change(tables.text_approvals.delete().where(tables.text_approvals.c.name == "follow_up"))
    assert await drive.town.follow_ups.tick() == 0
    async with drive.town.store.write() as work:
        await work.kill_switch.press(None, drive.clock())
    await approve_texts(drive.town.store, drive.town.texts.versions.values(), drive.clock())
    assert await drive.town.follow_ups.tick() == 0
    await drive.change(tables.kill_switch.delete())
    assert await drive.town.follow_ups.tick() == 1
    await drive.change(tables.deliveries.update().values(status=DeliveryStatus.EXPIRED))
    drive.day(15)
    assert await drive.town.follow_ups.tick() == 1
    assert await drive.send_all(channel) == ["1"]
    await phone.press("cs:survey:off")
    assert OVER in await phone.press("fu:did"), "without their yes nothing is kept"
    await drive.change(tables.deliveries.update().values(status=DeliveryStatus.FAILED))
    drive.day(23)
    await drive.town.follow_ups.tick()
    assert (await drive.asked())[0][1] == "over"
    with books(drive.url, drive.campaign) as found:
        assert not read(found).total("no_answer")


async def test_S7_on_discord_only_with_a_direct_chat_and_two_clocks_ask_once(drive: Drive) -> None:
    await drive.ally("1", channel="discord")
    await drive.ally("2")
    drive.day(14)
    assert await drive.town.follow_ups.tick() == 1
    assert await drive.town.follow_ups.tick() == 0
    assert len(await drive.asked()) == 1


async def test_N5_two_chats_that_become_one_keep_one_answer(drive: Drive) -> None:
    drive.town.accounts.telegram = "groundswell_bot"
    page, chat = await drive.ally("1", channel="web"), await drive.ally("2")
    drive.day(14)
    for phone, said in ((page, "fu:not_yet"), (chat, "fu:did")):
        await phone.press("m")
        await phone.press(said)
    assert drive.counts() == (1, 1, 0)
    await chat.start(f"m_{await code_of(page)}")
    await chat.tap("Yes, it was me")
    assert len(await drive.asked()) == 1
    with books(drive.url, drive.campaign) as found:
        facts = read(found)
        assert (facts.total("followed_through"), facts.total("not_followed")) == (1, 0)
