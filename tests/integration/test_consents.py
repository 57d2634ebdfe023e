"""Consents, breaks and leaving over the real store, on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.consent import UNTIL_RESUMED
from campaign_engine.domain.contact import CONSENT_KINDS, Consent, Role, Topic
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.engine import House, Phone
from tests.support.planned import House as Plans
from tests.support.sending import Stage, opened

DAY = timedelta(days=1)


@pytest.fixture
async def ally(house: House) -> Phone:
    """Joined yesterday with the pledge to learn, and no to updates."""
    phone = house.person("maya")
    await phone.start()
    await phone.tap("13 to 15", "Brooklyn", "East New York", "Learn", "I feel unsafe", "No thanks")
    house.clock.advance(DAY)
    return phone


async def test_C4_one_question_stands_below_the_menu_and_its_answer_is_kept(house: House, ally: Phone) -> None:
    assert "Want the short lessons" in await ally.command("menu")
    assert list(ally.buttons)[-2:] == ["No thanks", "Yes"]
    await ally.tap("No thanks")
    known = await ally.known()
    assert known.topics[Topic.LESSON_SERIES] is False
    assert known.asked == {Topic.LESSON_SERIES: house.clock()}
    assert "Want" not in await ally.command("menu")


async def test_C5_a_question_that_nobody_answered_is_not_put_again_for_365_days(house: House, ally: Phone) -> None:
    await ally.command("menu")
    await house.retention.run(house.clock() + 3 * DAY)
    seen = []
    for _ in range(53):
        house.clock.advance(7 * DAY)
        await ally.command("menu")
        seen.append("short lessons" in ally.text)
    assert seen.index(True) == 52
    assert sum(seen) == 1


async def test_C5_a_withdrawal_counts_as_a_no_and_stop_is_one_of_everything(house: House, ally: Phone) -> None:
    await ally.command("menu")
    await ally.tap("Yes", "What I get", "Turn off lessons")
    house.clock.advance(9 * DAY)
    await ally.say("STOP")
    await ally.start()
    for _ in range(12):
        house.clock.advance(28 * DAY)
        assert "\nWant" not in await ally.command("menu")
        assert "May I" not in ally.text
    assert set((await ally.known()).asked) == set(CONSENT_KINDS)


async def test_C4_every_consent_can_be_switched_by_one_tap_and_nothing_needs_one(house: House, ally: Phone) -> None:
    assert "You never said yes" in await ally.press("cs")
    for kind in CONSENT_KINDS:
        await ally.press(f"cs:{kind}:on")
        assert ally.screen[-1].edits
    known = await ally.known()
    assert all(known.answers[kind].granted for kind in CONSENT_KINDS)
    for kind in CONSENT_KINDS:
        await ally.press(f"cs:{kind}:off")
    known = await ally.known()
    assert not any(answer.granted for answer in known.answers.values())
    assert "988" in await ally.press("m:help")
    assert "Your pledge: " in await ally.press("m:pledge")
    assert "Pick one pledge" in await ally.tap("Change pledge")


@pytest.mark.parametrize(("label", "length"), [("A day", 1), ("A week", 7), ("A month", 30)])
async def test_a_break_is_kept_and_only_its_end_or_their_word_ends_it(
    house: House, ally: Phone, label: str, length: int
) -> None:
    await ally.command("menu")
    await ally.tap("More…", "Take a break", label)
    assert (await ally.known()).paused_until == house.clock() + length * DAY
    await ally.command("pause")
    await ally.tap("A day")
    assert (await ally.known()).paused_until == house.clock() + length * DAY
    assert "on a break until" in await ally.tap("What I get")
    await ally.tap("End the break")
    assert (await ally.known()).paused_until is None
    assert {row.kind for row in await house.rows(tables.actions)} >= {"pause"}


async def test_C8_export_says_every_answer_question_and_break(ally: Phone) -> None:
    await ally.command("menu")
    await ally.press("pa:open")
    for kind in (Consent.SURVEY, Topic.CHECK_INS):
        await ally.press(f"cs:{kind}:on")
    said = await ally.command("export")
    assert "check-ins: yes" in said
    assert "short surveys: yes" in said
    assert "area updates: no" in said
    assert "won't ask you about for a year: lessons, since November 25, 2026" in said
    assert "A break until you end it" in said
    assert str(UNTIL_RESUMED.year) not in said


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
async def test_C8_export_view_and_breaks_answer_in_every_language(ally: Phone, language: str) -> None:
    await ally.press(f"l:{language}")
    for data in ("m", "m:export", "cs", "cs:survey:on", "pa", "pa:7", "m", "pa:end", "m:stop", "cs", "m:export"):
        await ally.press(data)
        assert all(message.text for message in ally.screen)


async def test_a_question_costs_no_statement_of_its_own(house: House, ally: Phone) -> None:
    await ally.say("hello")
    await ally.press("cs")
    with house.statements() as seen:
        assert "Want the short lessons" in await ally.press("m")
    assert len(seen) == 2
    with house.statements() as seen:
        await ally.press("cq:lesson_series:yes")
    assert len(seen) == 3


async def event_post(house: House, kind: CampaignKind = CampaignKind.PRESENCE) -> int:
    """A post that asks for a pledge; its number."""
    plan = await Plans(house.store, house.clock).plan(kind=kind, status=CampaignStatus.RUNNING)
    return plan.post_id


async def test_C4_C5_event_news_is_asked_once_after_a_pledge_under_the_post_of_an_event(
    house: House, ally: Phone
) -> None:
    post = await event_post(house)
    assert "events near you" not in await ally.press(f"g:{post}")
    with house.statements() as seen:
        said = await ally.press("if:walk")
    assert "Want to hear about events near you?" in said
    assert len(seen) == 3
    await ally.tap("No thanks")
    known = await ally.known()
    assert known.topics[Topic.EVENT_NEWS] is False
    assert known.asked == {Topic.EVENT_NEWS: house.clock()}
    for days in (2, 300):
        house.clock.advance(days * DAY)
        other = await event_post(house)
        await ally.press(f"g:{other}")
        assert "events near you" not in await ally.press("if:walk")


async def test_C4_a_pledge_under_another_post_asks_no_event_news(house: House, ally: Phone) -> None:
    await ally.press(f"g:{await event_post(house, CampaignKind.PLEDGE)}")
    assert "events near you" not in await ally.press("if:walk")


async def test_C4_event_news_is_never_asked_in_a_join(house: House) -> None:
    phone = house.person("newcomer")
    await phone.start(f"p_{await event_post(house)}")
    said = [await phone.press(data) for data in ("a:13-15", "n:75", "pl:A", "if:walk", "t:no", "m")]
    assert "You are in" in "".join(said) or "menu" in "".join(said).lower()
    assert "events near you" not in "".join(said)
    assert not (await phone.known()).asked


async def hold(house: House, precinct: int) -> None:
    lead = await house.staff("dee4", Role.SAFETY_LEAD)
    await lead.press(f"hd:h:{precinct}")


async def test_C4_check_ins_are_asked_when_the_menu_is_opened_in_a_precinct_that_was_held(
    house: House, ally: Phone
) -> None:
    await hold(house, 75)
    assert "want a short check-in" in await ally.command("menu")
    await ally.tap("Yes")
    assert (await ally.known()).topics[Topic.CHECK_INS] is True
    house.clock.advance(8 * DAY)
    assert "check-in" not in await ally.command("menu")


async def test_C4_H3_check_ins_are_not_asked_right_after_a_help_card(house: House, ally: Phone) -> None:
    await hold(house, 75)
    assert "988" in await ally.say("i want to die")
    assert "check-in" not in await ally.command("menu")
    await ally.press("pa:end")
    assert "check-in" not in await ally.tap("Menu")
    await ally.command("help")
    assert "check-in" not in await ally.tap("Menu")


async def test_C4_a_hold_elsewhere_makes_no_moment(house: House, ally: Phone) -> None:
    await hold(house, 73)
    assert "check-in" not in await ally.command("menu")


async def test_S9_who_gets_event_news_is_told_what_a_break_does_not_keep_back(ally: Phone) -> None:
    assert "One thing comes during a break" not in await ally.press("pa")
    await ally.press("cs:event_news:on")
    assert "One thing comes during a break too: word that an event" in await ally.press("pa")
    await ally.press("pa:7")
    assert "nothing comes until then but word that an event" in await ally.press("cs")


@pytest.fixture
async def stage(store: SqlStore, clock: FakeClock) -> Stage:
    stage = Stage(store, clock)
    await stage.campaign()
    await stage.people("1", "2", "3")
    return stage


def phone_of(stage: Stage, name: str) -> Phone:
    return House(stage.store, stage.clock).person(name, "telegram")


async def test_S5_C6_a_break_keeps_messages_back_and_brings_none_of_them_later(stage: Stage) -> None:
    channel = RecordingChannel()
    assert await stage.fire() == 3
    paused = phone_of(stage, "1")
    await paused.press("pa:7")
    await (await opened(stage, channel)).drain()
    assert sorted(call.to.address for call in channel.calls) == ["2", "3"]
    stage.clock.advance(DAY)
    assert await stage.fire() == 2
    lane = await opened(stage, channel)
    await lane.drain()
    await paused.press("pa:end")
    await lane.drain()
    assert sorted(call.to.address for call in channel.calls) == ["2", "2", "3", "3"]
    assert await stage.fire() == 3


async def test_A1_C8_what_waits_for_somebody_who_deletes_never_leaves(stage: Stage, database_url: str) -> None:
    channel = RecordingChannel()
    async with stage.store.database.read() as connection:
        known = sa.select(tables.contacts.c.pseudonym).where(tables.contacts.c.id == stage.contacts["1"])
        pseudonym = str(await connection.scalar(known))
    assert await stage.fire() == 3
    gone = phone_of(stage, "1")
    await gone.command("delete")
    assert "It is deleted" in await gone.tap("Yes, delete it")
    lane = await opened(stage, channel)
    await lane.drain()
    assert sorted(call.to.address for call in channel.calls) == ["2", "3"]
    rows = {(row.status, row.reason) for row in await stage.rows() if row.status != "sent"}
    assert len(rows) == 1
    assert {status for status, _ in rows} <= {"suppressed", "cancelled"}
    assert await stage.fire() == 2
    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))
        files = [path, path.with_name(path.name + "-wal")]
        assert not [file for file in files if pseudonym.encode() in file.read_bytes()]
    async with stage.store.database.read() as connection:
        marks = list(await connection.scalars(sa.select(tables.do_not_contact.c.address_hash)))
        left = [await connection.scalar(sa.select(sa.func.count()).select_from(tables.contacts))]
    assert marks == [stage.store.database.cipher.lookup("telegram", "1")]
    assert left == [2]


async def test_C7_after_stop_nothing_that_was_waiting_leaves(stage: Stage) -> None:
    channel = RecordingChannel()
    await stage.fire()
    stopped = phone_of(stage, "2")
    assert "/start" in await stopped.say("বন্ধ করুন")
    assert len(stopped.screen) == 1
    lane = await opened(stage, channel)
    await lane.drain()
    assert await stage.fire() == 2
    await lane.drain()
    assert {call.to.address for call in channel.calls} == {"1", "3"}
