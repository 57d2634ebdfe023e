"""Texts that the program sends by itself: none leaves in a wording that nobody approved (safety S1)."""

import asyncio
from dataclasses import replace

import pytest

from campaign_engine import rendering
from campaign_engine.dialogue.lesson_files import course
from campaign_engine.domain.automatic_texts import AUTOMATIC_TEXTS, keys_of
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import LANGUAGES, LessonCode, Role, Topic
from campaign_engine.domain.message import Reply
from campaign_engine.domain.planner import Reason
from campaign_engine.rendering import Renderer
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from scripts import automatic_texts as script
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.engine import House, Phone, text_approvals
from tests.support.planned import House as Plans
from tests.support.sending import Stage, opened

NAME = "aftermath"


@pytest.fixture
async def fresh(store: SqlStore, clock: FakeClock) -> House:
    """An installation that was just set up."""
    house = House(store, clock)
    await house.furnish(texts_approved=False)
    return house


@pytest.fixture
async def plans(store: SqlStore, clock: FakeClock) -> Plans:
    plans = Plans(store, clock)
    await plans.precincts()
    return plans


async def send(plans: Plans, texts: dict[str, str], language: str = "en") -> tuple[list[str], tuple[str, str]]:
    """An automatic post to one ally: who got it, and how its row ended."""
    plan = await plans.plan(
        kind=CampaignKind.AFTERMATH, status=CampaignStatus.RUNNING, texts=texts, automatic=NAME, targets=(75,)
    )
    await plans.ally("kim", topic=Topic.CHECK_INS, language=language)
    await plans.open(plan)
    await plans.freeze()
    channel = RecordingChannel()
    await (await opened(Stage(plans.store, plans.clock), channel)).drain()
    return channel.reached, (await plans.statuses())[-1]


async def approve(plans: Plans, texts: dict[str, str]) -> None:
    async with plans.store.write() as work:
        assert await work.text_approvals.approve(keys_of(NAME, texts), None, "oak3", plans.clock())
        assert not await work.text_approvals.approve(keys_of(NAME, texts), None, "elm4", plans.clock())


async def test_S1_an_automatic_text_that_nobody_approved_never_leaves_and_is_recorded(plans: Plans) -> None:
    reached, row = await send(plans, {"en": "I'm here. 988", "es": "Estoy aquí. 988"})
    assert (reached, row) == ([], ("suppressed", Reason.TEXT_UNAPPROVED))


async def test_S1_an_approved_one_leaves(plans: Plans) -> None:
    texts = {"en": "I'm here. 988", "es": "Estoy aquí. 988"}
    await approve(plans, texts)
    reached, row = await send(plans, texts)
    assert (reached, row) == (["kim"], ("sent", ""))


@pytest.mark.parametrize("changed", [{"en": "I'm here! 988"}, {"es": "Estoy aquí! 988"}])
async def test_S1_one_changed_sign_in_one_language_is_another_version(plans: Plans, changed: dict[str, str]) -> None:
    texts = {"en": "I'm here. 988", "es": "Estoy aquí. 988"}
    await approve(plans, texts)
    assert (await send(plans, {**texts, **changed}))[1] == ("suppressed", Reason.TEXT_UNAPPROVED)


async def test_S1_the_same_words_are_not_approved_under_another_name(plans: Plans) -> None:
    texts = {"en": "I'm here. 988", "es": "Estoy aquí. 988"}
    async with plans.store.write() as work:
        await work.text_approvals.approve(keys_of("event_cancelled", texts), None, "oak3", plans.clock())
    assert (await send(plans, texts))[0] == []


async def test_S1_a_safety_lead_reads_it_in_each_language_and_approves_it_once(fresh: House) -> None:
    lead = await fresh.staff("dee4", Role.SAFETY_LEAD)
    await lead.command("menu")
    await lead.tap(f"Waiting for you ({len(AUTOMATIC_TEXTS)})")
    card = await lead.tap("Check-in after a hard time (waits)")
    assert "Written by Groundswell 1.2.3." in card
    assert "It may be a hard day around you." in card
    assert "Puede ser un día difícil" in card
    assert "{{" not in card
    version = fresh.texts.versions[NAME].short
    assert f"version {version}" in card
    assert "Approved" in await lead.tap("Approve this text")
    async with fresh.store.read() as work:
        assert await fresh.texts.is_approved(work, NAME)
    entry = (await fresh.rows(tables.audit_entries))[-1]
    assert (entry.actor, entry.action, entry.object) == ("dee4", "approve_text", f"text:{NAME}:{version}")
    assert "Approved by dee4 on" in await lead.press(f"tx:{NAME}")
    assert "Approve this text" not in lead.buttons


async def test_S1_when_all_are_approved_the_menu_asks_nothing(fresh: House) -> None:
    lead = await fresh.staff("dee4", Role.SAFETY_LEAD)
    for text in AUTOMATIC_TEXTS:
        await lead.press(f"tx:{text.name}")
        await lead.tap("Approve this text")
    await lead.command("menu")
    assert not any(data == "tx" for data in lead.buttons.values())


async def test_S1_an_approver_reads_all_of_a_lesson_in_each_language_before_they_approve_it(fresh: House) -> None:
    approver = await fresh.staff("oak3", Role.APPROVER)
    await approver.press("tx")
    assert "Lesson: Read the temperature (waits)" in approver.buttons
    card = await approver.tap("Lesson: Read the temperature")
    for language, text in course()[LessonCode.READ].texts.items():
        shown = next(message.text for message in approver.screen if text.title in message.text)
        assert all(part in shown for part in text.parts), language
        assert f"✓ {text.answers['b'].text}" in shown
    assert "Nobody has approved this version. Until then the series leaves it out." in card
    assert "Approved: Lesson: Read the temperature" in await approver.tap("Approve this text")
    async with fresh.store.read() as work:
        assert await fresh.texts.is_approved(work, "lesson_B1")
        assert not await fresh.texts.is_approved(work, "lesson_B1", "lesson_B2")


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ORGANIZER, Role.ADMIN, Role.ANALYST])
async def test_S1_an_adult_text_is_not_approved_by_others(fresh: House, role: Role) -> None:
    phone = await fresh.staff("ben2", role)
    await phone.press("tx")
    assert f"tx:{NAME}" not in phone.buttons.values()
    await phone.press(f"tx:{NAME}:{fresh.texts.versions[NAME].short}")
    assert not await fresh.rows(tables.text_approvals)


async def test_S1_approval_of_an_outdated_version_changes_nothing(fresh: House) -> None:
    lead = await fresh.staff("dee4", Role.SAFETY_LEAD)
    assert "This text has a new version." in await lead.press(f"tx:{NAME}:deadbeef")
    assert "Automatic texts" in lead.buttons
    assert "There is no such text." in await lead.press("tx:nothing")
    assert not await fresh.rows(tables.text_approvals)


async def test_S1_two_who_approve_at_once_leave_one_approval(fresh: House) -> None:
    leads = [await fresh.staff(handle, Role.SAFETY_LEAD) for handle in ("dee4", "eve5")]
    data = f"tx:{NAME}:{fresh.texts.versions[NAME].short}"
    said = await asyncio.gather(*(lead.press(data) for lead in leads))
    assert all("Approved" in one for one in said)
    assert len(await fresh.rows(tables.text_approvals)) == len(LANGUAGES)
    entries = [one for one in await fresh.rows(tables.audit_entries) if one.action == "approve_text"]
    assert len(entries) == 1


async def test_S1_what_was_changed_here_is_not_approved_by_whoever_holds_the_keys(
    fresh: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_shipped", dict)
    operator = await fresh.staff("dee4", Role.SAFETY_LEAD)
    await fresh.grant(await operator.contact_id() or 0, "dee4", Role.ADMIN)
    data = f"tx:{NAME}:{fresh.texts.versions[NAME].short}"
    assert "changed on your own installation" in await operator.press(data)
    assert not await fresh.rows(tables.text_approvals)
    other = await fresh.staff("eve5", Role.SAFETY_LEAD)
    assert "Written by whoever runs this installation." in await other.press(f"tx:{NAME}")
    assert "Approved" in await other.tap("Approve this text")


async def hand_in(house: House) -> tuple[Phone, Phone]:
    organizer, lead = await house.staff("ana7", Role.ORGANIZER), await house.staff("dee4", Role.SAFETY_LEAD)
    await organizer.press("hd:i:75")
    await lead.press("hd:k:1")
    await organizer.press("hd:a:75")
    await organizer.tap("English and Spanish")
    await organizer.say("November 25 at 4 pm")
    await organizer.tap("Send for approval")
    return organizer, lead


async def test_S1_I2_a_check_in_needs_its_version_approved_and_then_its_use(fresh: House) -> None:
    _, lead = await hand_in(fresh)
    await lead.press("o:waiting")
    assert "Nobody has approved this version of the text yet." in await lead.tap("Approve")
    await lead.tap("Automatic texts", "Check-in after a hard time")
    await lead.tap("Approve this text")
    await lead.press("o:waiting")
    assert "is approved" in await lead.tap("Approve")
    assert (await fresh.rows(tables.post_versions))[0].content["automatic"] == NAME


async def test_S1_an_approver_who_left_takes_the_name_along_and_leaves_the_approval(fresh: House) -> None:
    lead = await fresh.staff("dee4", Role.SAFETY_LEAD)
    await lead.press(f"tx:{NAME}")
    await lead.tap("Approve this text")
    await lead.press("del:yes")
    async with fresh.store.read() as work:
        assert await fresh.texts.is_approved(work, NAME)
    assert {row.approver_id for row in await fresh.rows(tables.text_approvals)} == {None}


def test_S1_S9_the_list_of_what_ships_is_that_of_the_templates(clock: FakeClock) -> None:
    assert script.FILE.read_text(encoding="utf-8") == script.content()
    versions = text_approvals(clock).versions
    assert [version.text for version in versions.values()] == list(AUTOMATIC_TEXTS)
    assert all(version.shipped for version in versions.values())
    changed = replace(versions[NAME], fixed=tuple(replace(one, shipped=False) for one in versions[NAME].fixed))
    assert not changed.shipped


@pytest.mark.parametrize("name", [text.name for text in AUTOMATIC_TEXTS if not text.lesson])
def test_every_automatic_text_is_whole_and_has_a_name(clock: FakeClock, name: str) -> None:
    renderer = Renderer()
    for one in text_approvals(clock).versions[name].fixed:
        renderer.check(one.text, automatic=True)
    for language in LANGUAGES:
        assert renderer.reply(Reply("texts.entry", {"name": name, "waits": False}), language).text
