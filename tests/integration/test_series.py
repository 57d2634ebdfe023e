"""The lesson series: who gets which lesson when, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.dialogue import lesson_files
from campaign_engine.dialogue.lesson_files import course
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import AgeBand, LessonCode, Topic
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.lesson import DONE
from campaign_engine.domain.message import Destination
from campaign_engine.domain.windows import DEFAULT_HOURS
from campaign_engine.ports.holding import Actor
from campaign_engine.services.posting import Posting
from campaign_engine.services.series import Series
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.automatic import approve_texts
from tests.support.channels import RecordingChannel
from tests.support.engine import text_approvals
from tests.support.planned import House
from tests.support.sending import Stage, opened

DAY = timedelta(days=1)
SERIES = Topic.LESSON_SERIES


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts()
    return house


async def series(house: House, *, approved: bool = True, but: str = "") -> Series:
    texts = text_approvals(house.clock)
    if approved:
        chosen = (one for name, one in texts.versions.items() if name != but)
        await approve_texts(house.store, chosen, house.clock())
    return Series(house.store, house.clock, DEFAULT_HOURS, texts)


async def send_all(house: House, channel: RecordingChannel) -> None:
    """What is queued leaves, whatever the pace."""
    house.clock.advance(timedelta(minutes=11))
    lane = await opened(Stage(house.store, house.clock), channel)
    while await lane.drain():
        house.clock.advance(timedelta(seconds=2))
    await lane.release()


async def steps(house: House) -> list[tuple[str, str]]:
    names = {contact_id: name for name, contact_id in house.people.items()}
    return [(names[row.contact_id], row.lesson) for row in await house.rows(tables.series_steps)]


async def finish(house: House, name: str, *codes: LessonCode) -> None:
    async with house.store.write() as work:
        for code in codes:
            await work.lessons.reach(house.people[name], code, DONE)


async def test_a_subscriber_gets_the_first_lesson_with_a_button_that_opens_it(
    house: House, channel: RecordingChannel
) -> None:
    await house.ally("1", topic=SERIES)
    await house.ally("2", topic=SERIES, language="es")
    await house.ally("no", topic=Topic.AREA_UPDATES)
    assert await (await series(house)).tick() == 2
    await send_all(house, channel)
    assert channel.reached == ["1", "2"]
    assert [call.message.text.splitlines()[0] for call in channel.calls] == [
        "A short lesson is ready for you. It takes 3 minutes, whenever you like.",
        "Hay una lección corta lista para ti. Son 3 minutos, cuando quieras.",
    ]
    assert [call.message.choices[0][0].data for call in channel.calls] == ["ln:B1", "ln:B1"]
    assert await steps(house) == [("1", "B1"), ("2", "B1")]


async def test_S5_at_most_two_a_week_twenty_hours_apart_each_lesson_once(
    house: House, channel: RecordingChannel
) -> None:
    await house.ally("1", topic=SERIES)
    ticker, days, begun = await series(house), [], house.clock()
    for day in range(29):
        house.clock.now = begun + day * DAY
        if await ticker.tick():
            days.append(day)
            await send_all(house, channel)
    assert days == [0, 1, 8, 9, 16, 17, 24, 25], "a week counts from when a message left, some minutes later"
    assert [call.message.choices[0][0].data for call in channel.calls] == [f"ln:{code}" for code in LessonCode][:8]


async def test_S5_what_a_person_did_alone_is_left_out_and_what_they_began_is_not(house: House) -> None:
    await house.ally("1", topic=SERIES)
    await finish(house, "1", LessonCode.READ, LessonCode.COOL)
    async with house.store.write() as work:
        await work.lessons.reach(house.people["1"], LessonCode.HELP, 2)
    await (await series(house)).tick()
    assert await steps(house) == [("1", "B3")]


async def test_S5_a_step_waits_behind_a_campaign_and_is_not_suppressed(house: House, channel: RecordingChannel) -> None:
    await house.ally("1", topic=SERIES)
    async with house.store.write() as work:
        await work.contacts.answer_topic(house.people["1"], Topic.AREA_UPDATES, True, house.clock())
    await house.open(await house.plan(status=CampaignStatus.RUNNING))
    await house.freeze()
    ticker = await series(house)
    assert await ticker.tick() == 0, "something else is on its way"
    await send_all(house, channel)
    assert await ticker.tick() == 0, "less than 20 hours ago"
    house.clock.advance(DAY)
    assert await ticker.tick() == 1
    assert await steps(house) == [("1", "B1")]


async def test_C3_C6_only_subscribers_who_can_be_reached_and_no_adults(house: House) -> None:
    await house.ally("yes", topic=SERIES)
    await house.ally("22", topic=SERIES, age_band=AgeBand.FROM_22)
    await house.ally("paused", topic=SERIES, paused_until=house.clock() + DAY)
    await house.ally("stopped", topic=SERIES)
    await house.ally("refused", topic=None)
    await house.ally("discord", topic=SERIES, channel="discord")
    async with house.store.write() as work:
        await work.contacts.opt_out(Destination("telegram", "stopped"), house.people["stopped"], house.clock())
        await work.contacts.answer_topic(house.people["refused"], SERIES, False, house.clock())
    await (await series(house)).tick()
    assert await steps(house) == [("yes", "B1")]


async def test_C6_who_says_no_after_the_queue_gets_nothing_and_is_due_again_after_a_yes(
    house: House, channel: RecordingChannel
) -> None:
    await house.ally("1", topic=SERIES)
    ticker = await series(house)
    await ticker.tick()
    async with house.store.write() as work:
        await work.contacts.answer_topic(house.people["1"], SERIES, False, house.clock())
    await send_all(house, channel)
    assert await house.statuses() == [("suppressed", "no_consent")]
    assert channel.reached == []
    async with house.store.write() as work:
        await work.contacts.answer_topic(house.people["1"], SERIES, True, house.clock())
    assert await ticker.tick() == 0, "not on the same day"
    house.clock.advance(DAY)
    assert await ticker.tick() == 1
    assert await steps(house) == [("1", "B1")]


async def test_I1_nothing_is_queued_in_a_held_precinct_and_a_hold_keeps_what_was(house: House) -> None:
    await house.ally("1", topic=SERIES)
    ticker = await series(house)
    await ticker.tick()
    async with house.store.write() as work:
        await work.holds.hold(75, Actor(None, "ana7"), house.clock())  # type: ignore[arg-type]
        await work.holds.settle(house.clock())
    assert await house.statuses() == [("held", "hold")]
    await house.ally("2", topic=SERIES)
    assert await ticker.tick() == 0
    house.clock.advance(DAY)
    async with house.store.write() as work:
        await work.holds.settle(house.clock())
    assert [status for status, _ in await house.statuses()] == ["expired"]
    house.clock.advance(2 * DAY)
    assert await ticker.tick() == 2
    assert await steps(house) == [("1", "B1"), ("2", "B1")]


async def test_S4_nothing_is_queued_outside_the_window_and_what_missed_it_comes_another_day(house: House) -> None:
    await house.ally("1", topic=SERIES)
    ticker = await series(house)
    house.clock.advance(timedelta(hours=8))
    assert await ticker.tick() == 0
    house.clock.advance(timedelta(hours=16))
    assert await ticker.tick() == 1
    house.clock.advance(DAY)
    await Posting(house.store, house.clock).tick()
    assert await house.statuses() == [("expired", "stale")]
    assert await ticker.tick() == 1


async def test_S1_a_text_that_nobody_approved_is_not_sent(house: House) -> None:
    await house.ally("1", topic=SERIES)
    assert await (await series(house, approved=False)).tick() == 0
    assert await steps(house) == []
    assert await (await series(house)).tick() == 1


async def test_S1_a_lesson_that_nobody_approved_is_left_out_and_its_readers_wait(house: House) -> None:
    await house.ally("1", topic=SERIES)
    await house.ally("2", topic=SERIES)
    await finish(house, "2", LessonCode.READ)
    ticker = await series(house, but="lesson_B1")
    assert await ticker.tick() == 1
    assert await steps(house) == [("2", "B2")]
    assert await (await series(house)).tick() == 1


async def test_S1_a_lesson_that_was_changed_is_approved_anew(
    house: House, channel: RecordingChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.ally("1", topic=SERIES)
    assert await (await series(house)).tick() == 1
    lesson = course()[LessonCode.READ]
    text = replace(lesson.texts["es"], screens=(*lesson.texts["es"].screens[:-1], "Otra cosa."))
    changed = {**course(), LessonCode.READ: replace(lesson, texts={**lesson.texts, "es": text})}
    monkeypatch.setattr(lesson_files, "course", lambda: changed)
    await house.ally("2", topic=SERIES)
    assert await (await series(house, approved=False)).tick() == 0
    assert await (await series(house)).tick() == 1
    assert len(await house.rows(tables.posts)) == 2


async def test_S1_the_lane_asks_again_whether_the_lesson_was_approved(house: House, channel: RecordingChannel) -> None:
    await house.ally("1", topic=SERIES)
    await (await series(house)).tick()
    async with house.store.database.write() as connection:
        spanish = tables.text_approvals.delete().filter_by(name="lesson_B1", language="es")
        await connection.execute(spanish)
    await send_all(house, channel)
    assert await house.statuses() == [("suppressed", "text_unapproved")]
    assert channel.reached == []


async def test_S3_nothing_is_queued_while_everything_is_stopped(house: House) -> None:
    await house.ally("1", topic=SERIES)
    async with house.store.write() as work:
        await work.kill_switch.press(None, house.clock())
    assert await (await series(house)).tick() == 0


async def test_whoever_knows_them_all_gets_one_last_message_and_no_more(
    house: House, channel: RecordingChannel
) -> None:
    await house.ally("1", topic=SERIES)
    await finish(house, "1", *LessonCode)
    ticker = await series(house)
    for _ in range(3):
        await ticker.tick()
        await send_all(house, channel)
        house.clock.advance(10 * DAY)
    message = channel.calls[0].message
    assert len(channel.calls) == 1
    assert "last message of the series" in message.text
    assert message.choices[0][0].data == "ln:paper"


async def test_the_last_of_twelve_done_later_brings_the_end(house: House) -> None:
    await house.ally("1", topic=SERIES)
    await finish(house, "1", *list(LessonCode)[:11])
    ticker = await series(house)
    await ticker.tick()
    assert await steps(house) == [("1", "A4")]
    async with house.store.database.write() as connection:
        await connection.execute(tables.deliveries.update().values(status=DeliveryStatus.SENT))
    house.clock.advance(8 * DAY)
    assert await ticker.tick() == 0, "the last one was sent and is not done"
    await finish(house, "1", LessonCode.SHOW_UP)
    assert await ticker.tick() == 1
    assert await steps(house) == [("1", "A4"), ("1", "end")]


async def test_two_clocks_at_once_send_each_step_once(house: House) -> None:
    for number in range(20):
        await house.ally(str(number), topic=SERIES)
    await finish(house, "7", LessonCode.READ)
    first = await series(house)
    await first.tick()
    house.clock.advance(8 * DAY)
    async with house.store.database.write() as connection:
        await connection.execute(
            tables.deliveries.update().values(status=DeliveryStatus.SENT, updated_at=house.clock() - 8 * DAY)
        )
    second = await series(house)
    await asyncio.gather(first.tick(), second.tick(), first.tick(), return_exceptions=False)
    rows = await house.rows(tables.deliveries)
    assert len(rows) == 40
    assert len(await steps(house)) == 40
    assert {row.contact_id: 1 for row in rows if row.status == "queued"} == dict.fromkeys(house.people.values(), 1)


async def test_a_clock_that_dies_in_between_leaves_nothing_half_done(house: House) -> None:
    await house.ally("1", topic=SERIES)
    ticker = await series(house)

    async def die() -> None:
        async with house.store.write() as work:
            post_id = await work.series.post(ticker._content("B1", "lesson_step"), house.clock())
            assert await work.series.send(post_id, "B1", house.clock(), house.clock() + DAY) == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await die()
    assert await steps(house) == []
    assert await house.rows(tables.deliveries) == []
    assert await ticker.tick() == 1


async def test_its_campaign_is_in_nobodys_list_and_no_clock_fires_or_ends_it(house: House) -> None:
    await house.ally("1", topic=SERIES)
    ticker = await series(house)
    await ticker.tick()
    house.clock.advance(DAY)
    done = await Posting(house.store, house.clock).tick()
    assert (done.opened, done.finished) == (0, 0)
    (campaign,) = await house.rows(tables.campaigns)
    assert (campaign.kind, campaign.status) == (CampaignKind.SERIES, CampaignStatus.RUNNING)
    async with house.store.read() as work:
        assert await work.campaigns.visible(1, frozenset({75})) == ()
    await ticker.tick()
    assert len(await house.rows(tables.campaigns)) == 1
    assert len(await house.rows(tables.posts)) == 1


async def test_C8_what_was_sent_goes_with_the_person(house: House) -> None:
    await house.ally("1", topic=SERIES)
    await (await series(house)).tick()
    async with house.store.read() as work:
        assert (await work.contacts.held(Destination("telegram", "1"))).lessons_sent == ("B1",)
    async with house.store.write() as work:
        await work.contacts.delete(Destination("telegram", "1"), house.people["1"], house.clock())
    assert await house.rows(tables.series_steps) == []


async def test_asking_who_is_due_costs_the_same_for_many(house: House) -> None:
    ticker, counted = await series(house), []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            counted.append(statement)

    await house.ally("1", topic=SERIES)
    await ticker.tick()
    engine = house.store.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    for number in range(2, 30):
        await house.ally(str(number), topic=SERIES)
    counted.clear()
    assert await ticker.tick() == 28
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len(counted) <= 10
