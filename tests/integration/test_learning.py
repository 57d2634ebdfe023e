"""Lessons over the real store, on both databases, and one of them as a person reads it."""

from datetime import timedelta

import pytest

from campaign_engine.dialogue.lesson_files import course
from campaign_engine.domain.contact import LessonCode, Topic
from campaign_engine.domain.lesson import DONE
from campaign_engine.store.tables import consents, dialogues, lesson_progress
from tests.support.engine import House, Phone


async def joined(house: House, channel: str = "telegram", language: str = "en") -> Phone:
    """Without updates, with the pledge to learn and a plan."""
    phone = await house.person("ally", channel).join(updates=False)
    for data in (f"l:{language}", "m:pledge", "pl:B", "if:video"):
        await phone.press(data)
    return phone


async def finish(phone: Phone, *codes: LessonCode) -> None:
    for code in codes:
        await phone.press(f"ln:{code}:{course()[code].right}")


async def test_N2_only_the_code_and_how_far_are_kept(house: House) -> None:
    phone = await joined(house)
    await phone.press("ln:B1")
    await phone.press("ln:B1:3")
    await phone.press("ln:B1:a")
    assert [(row.lesson, row.reached) for row in await house.rows(lesson_progress)] == [("B1", 3)]
    (state,) = await house.rows(dialogues)
    assert (state.flow, state.field, state.data) == ("learn", "B1:q", {})
    await finish(phone, LessonCode.READ)
    await phone.press("ln:B1:2")
    assert [(row.lesson, row.reached) for row in await house.rows(lesson_progress)] == [("B1", DONE)]
    assert set(lesson_progress.c.keys()) == {"contact_id", "lesson", "reached"}


async def test_a_lesson_is_taken_up_after_days_when_the_state_is_gone(house: House) -> None:
    phone = await joined(house)
    await phone.press("ln:B2")
    await phone.press("ln:B2:3")
    house.clock.advance(timedelta(days=9))
    async with house.store.write() as work:
        await work.dialogues.forget_old(house.clock(), house.clock())
    assert await house.rows(dialogues) == []
    await phone.command("menu")
    await phone.tap("Learn", "▸ 2. Cool it down")
    assert "Cool it down · 3 of 4" in phone.text


async def test_C8_export_names_lessons_and_delete_removes_them(house: House) -> None:
    phone = await joined(house)
    await finish(phone, LessonCode.CALL)
    await phone.press("ln:B1")
    said = await phone.command("export")
    assert "Lessons you opened: Read the temperature, How to call 911 (done). Not your answers." in said
    assert "Finished a lesson: " in said
    await phone.press("del:yes")
    assert await house.rows(lesson_progress) == []


async def test_the_menu_question_about_the_series_is_answered_and_kept(house: House) -> None:
    phone = await joined(house)
    await finish(phone, LessonCode.READ)
    assert "Want the short lessons sent to you" in phone.text
    await phone.tap("Yes")
    assert [row.topic for row in await house.rows(consents) if row.granted] == [Topic.LESSON_SERIES]


@pytest.mark.parametrize("channel", ["web", "telegram", "discord"])
async def test_a_step_of_a_lesson_costs_at_most_three_statements(house: House, channel: str) -> None:
    phone = await joined(house, channel=channel)
    costs = []
    for data in ("ln", "ln:B1", "ln:B1:2", "ln:B1:2", "ln:B1:q", "ln:B1:a", "ln:B1:b", "ln:B2", "ln:B2:c", "ln:B1:b"):
        with house.statements() as seen:
            await phone.press(data)
        costs.append(len(seen))
    assert costs == [2, 3, 3, 2, 3, 2, 3, 3, 3, 2]


async def test_readers_of_other_languages_get_english_and_one_line_that_says_so(house: House) -> None:
    phone = await joined(house, channel="telegram")
    await phone.press("l:ru")
    said = await phone.press("ln:B1")
    assert "Read the temperature · 1 of 4" in said
    assert "Это на английском" in said


@pytest.mark.parametrize(("language", "headline"), [("en", "Twelve skills"), ("es", "Doce habilidades")])
async def test_N1_the_certificate_is_a_picture_that_names_nobody(house: House, language: str, headline: str) -> None:
    phone = await joined(house, language=language)
    await finish(phone, *list(LessonCode)[:6])
    await phone.press("ln:paper")
    (half,) = phone.screen
    await finish(phone, *list(LessonCode)[6:])
    await phone.press("ln:paper")
    (whole,) = phone.screen
    other = await house.person("other", "web").join()
    await other.press(f"l:{language}")
    await finish(other, *LessonCode)
    await other.press("ln:paper")
    assert half.picture is not None
    assert whole.picture is not None
    assert half.picture.content != whole.picture.content
    assert other.screen[0].picture == whole.picture, "nothing in it depends on who it is"
    assert headline.lower() in whole.picture.alt.lower()
    assert whole.picture.content.startswith(b"\x89PNG")


async def test_the_certificate_waits_for_no_transaction(house: House) -> None:
    phone = await joined(house)
    await finish(phone, *LessonCode)
    with house.statements() as seen:
        await phone.press("ln:paper")
    assert len(seen) == 2
