"""The approver's one card and the way back to the author, in real chats over both databases."""

import pytest

from campaign_engine.domain.contact import Role
from campaign_engine.domain.retention import RULES
from campaign_engine.domain.rounding import LOOKS_A_DAY
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import tables
from tests.integration.test_approval import told
from tests.integration.test_conversation_staff import TEXT, draft, running, submitted
from tests.support.engine import House


async def test_S1_the_approver_sees_all_of_it_on_one_card(house: House) -> None:
    _, approver = await submitted(house)
    await approver.press("o:waiting")
    assert len(approver.screen) == 1
    for line in (
        "Winter pledge",
        "pledge drive",
        "Where: 30 precincts",
        "Risk: usual",
        "First message: Thursday",
        "the last one of that first post by about",
    ):
        assert line in approver.text
    assert "We look out for each other" in approver.text
    assert "under 20 people" in approver.text
    assert "Since it was last approved" not in approver.text
    assert {"Approve", "Send back", "Fix a typo"} <= set(approver.buttons)


async def test_S1_a_high_risk_kind_says_who_decides(house: House) -> None:
    _, lead = await submitted(house, kind="Remember")
    await lead.press("o:waiting")
    assert "Risk: high. An adult safety lead decides." in lead.text


async def test_S1_an_edit_is_shown_against_what_was_approved(house: House) -> None:
    organizer, approver = await running(house)
    await organizer.press("st:1")
    await organizer.tap("Edit the post")
    await organizer.press("ed:text_en")
    await organizer.say(TEXT.replace("We look out", "We all look out"))
    await organizer.press("ed:schedule")
    await organizer.say("Fridays at 4 pm until December 18")
    await organizer.press("su:1")
    await approver.press("o:waiting")
    assert "English: We [added: all] look out for each …" in approver.text
    assert "When: [removed: Thursday" in approver.text
    (card,) = approver.screen
    assert {card.text[one.start : one.end] for one in card.revisions if one.added} >= {"all"}
    await approver.tap("Approve")
    assert "is approved" in approver.text


async def test_a_reason_from_the_list_reaches_the_author_and_stays_on_the_status(house: House) -> None:
    organizer, approver = await submitted(house)
    await approver.press("o:waiting")
    assert "What would make it better?" in await approver.tap("Send back")
    await approver.tap("A fact needs a source")
    assert "a fact needs a source" in told(house, organizer)
    assert "a fact needs a source" in await organizer.press("st:1")
    assert "Edit it" in organizer.buttons
    assert "source" not in await approver.press("st:1")


async def test_own_words_go_to_the_author_only_and_go_when_it_is_approved(house: House) -> None:
    organizer, approver = await submitted(house)
    other = await house.staff("oak3", Role.APPROVER)
    await approver.press("o:waiting")
    await approver.tap("Send back", "In my own words")
    await approver.say("Say first\nwhat people can do.")
    assert "“Say first what people can do.”" in told(house, organizer)
    assert "Say first" in await organizer.press("st:1")
    assert "Say first" not in await other.press("st:1") + await approver.press("st:1")
    (entry,) = [row for row in await house.rows(tables.audit_entries) if row.action == "return"]
    assert "Say first" not in str(tuple(entry))
    await organizer.press("su:1")
    await other.press("o:waiting")
    await other.tap("Approve")
    assert await house.rows(tables.returns) == []


@pytest.mark.parametrize("words", ["  ", "x" * 301])
async def test_words_that_say_nothing_or_too_much_are_asked_for_again(house: House, words: str) -> None:
    _, approver = await submitted(house)
    await approver.press("rt:1:own")
    assert "at most 300 characters" in await approver.say(words)
    assert await house.rows(tables.returns) == []
    assert "went back to its author" in await approver.say("Shorter, please.")


async def test_A5_a_reason_is_gone_after_30_days(house: House) -> None:
    _, approver = await submitted(house)
    await approver.press("rt:1:tone")
    rule = next(rule for rule in RULES if rule.name == "returns")
    await house.retention.run(house.clock() + rule.period)
    assert len(await house.rows(tables.returns)) == 1
    await house.retention.run(house.clock() + rule.period * 1.1)
    assert await house.rows(tables.returns) == []


async def test_K3_many_cards_at_once_are_each_a_look_and_come_in_parts(house: House) -> None:
    organizer, approver = await submitted(house)
    for _ in range(5):
        await draft(organizer)
        await organizer.tap("Send for approval")
    await approver.press("o:waiting")
    assert len(approver.screen) == 5
    assert "2 more wait after these" in approver.text
    (looks,) = [row for row in await house.rows(tables.looks) if row.contact_id == await approver.contact_id()]
    assert looks.count == 4


async def test_K3_looks_that_are_left_go_to_the_oldest_that_waits(house: House) -> None:
    organizer, approver = await submitted(house)
    await draft(organizer)
    await organizer.tap("Send for approval")
    day = to_wall(house.clock()).date()
    async with house.store.write() as work:
        reader = await approver.contact_id() or 0
        assert await work.audiences.look(reader, day, LOOKS_A_DAY, LOOKS_A_DAY - 1) == LOOKS_A_DAY - 1
    for sized in (1, 0):
        await approver.press("o:waiting")
        assert ["under 20 people" in card.text for card in approver.screen] == [sized > 0, False]
        assert "looked at sizes 20 times today" in approver.screen[1].text
