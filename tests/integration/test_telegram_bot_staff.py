"""A whole campaign in two Telegram chats, over a socket."""

from collections.abc import AsyncIterator

import pytest

from bots.parts import BotParts
from campaign_engine.domain.contact import Role
from campaign_engine.store.tables import holds
from tests.platforms.telegram_driver import Person as Human
from tests.platforms.telegram_server import TelegramServer
from tests.support.bots import bot_parts, telegram_bot_running, told
from tests.support.engine import House


@pytest.fixture
async def parts(house: House, telegram_server: TelegramServer) -> AsyncIterator[BotParts]:
    parts = bot_parts(house)
    async with telegram_bot_running(telegram_server, parts):
        yield parts


async def member(house: House, server: TelegramServer, role: Role, handle: str) -> Human:
    human = await server.telegram.person(handle)
    await human.start(f"r_{await house.invite(role)}")
    await told(human, "Choose a work name")
    await human.say(handle)
    await told(human, f"Welcome, {handle}")
    if role is Role.ORGANIZER:
        await say(human, "/menu", "What would you like to do?")
        await tap(human, "Start the training (3 minutes)", "1 of 3")
        await tap(human, "Somebody else", "2 of 3")
        await tap(human, "We look out for each other", "3 of 3")
        await tap(human, "I hold the area, and tell my lead", "all three")
    return human


async def tap(human: Human, label: str, answer: str) -> None:
    await human.tap(label)
    await told(human, answer)


async def say(human: Human, text: str, answer: str) -> None:
    await human.say(text)
    await told(human, answer)


async def draft(organizer: Human) -> None:
    await say(organizer, "/menu", "What would you like to do?")
    await tap(organizer, "New campaign", "What kind of campaign?")
    await tap(organizer, "Pledge drive", "What should it be called?")
    await say(organizer, "Winter pledge", "Where? Tap one")
    await say(organizer, "Precincts 73 and 75", "How many pledges")
    await tap(organizer, "300", "Write the message in English")
    await say(organizer, "{{ area }}: look out for your people: {{ link }}", "the same message in Spanish")
    await tap(organizer, "Use the starter text", "Send one picture")
    await tap(organizer, "No picture", "When?")
    await say(organizer, "Tuesdays at 4 pm until December 15", "Where should it be posted?")


async def test_F5_an_organizer_drafts_an_approver_approves_both_see_how_it_goes(
    house: House, telegram_server: TelegramServer, parts: BotParts
) -> None:
    organizer = await member(house, telegram_server, Role.ORGANIZER, "river7")
    approver = await member(house, telegram_server, Role.APPROVER, "oak12")
    await draft(organizer)
    await tap(organizer, "Telegram", "✓ Telegram")
    await organizer.tap("Done")
    await told(organizer, "right under the post")
    await organizer.tap("Look out: slow it down, get backup")
    await told(organizer, "Send for approval")
    preview = await organizer.wait_for("“Winter pledge”, pledge drive")
    assert "Goal: 300 pledges" in preview.text
    await tap(organizer, "Send for approval", "A second person reads it")
    ((to, note),) = house.notes.told
    assert (to.address, note.text) == (str(approver.id), "A campaign waits for you to read it.")
    await say(approver, "/menu", "Waiting for you (1)")
    await tap(approver, "Waiting for you (1)", "This one waits for you")
    await tap(approver, "Approve", "“Winter pledge” is approved")
    await tap(organizer, "Status", "Scheduled")
    await tap(organizer, "Report", "Reached: 240")
    card = (await organizer.messages())[-1]
    assert card.photo
    assert "Asked us to stop: hidden" in card.text
    await tap(organizer, "Status", "Scheduled")
    await organizer.tap("Share kit")
    seen = await organizer.wait_until(lambda all_: sum("document" in one.raw for one in all_) == 4)
    assert "Description of the picture" in seen[-1].text


async def test_S1_nobody_approves_what_they_wrote(
    house: House, telegram_server: TelegramServer, parts: BotParts
) -> None:
    organizer = await member(house, telegram_server, Role.ORGANIZER, "river7")
    await draft(organizer)
    await tap(organizer, "Everywhere", "right under the post")
    await tap(organizer, "No pledge button", "Send for approval")
    await tap(organizer, "Send for approval", "Nobody can approve it yet")
    await organizer.start(f"r_{await house.invite(Role.APPROVER)}")
    await told(organizer, "Choose a work name")
    await say(organizer, "river7", "You are an approver now")
    await say(organizer, "/menu", "Waiting for you")


async def test_toggling_a_channel_edits_the_question_in_place(
    house: House, telegram_server: TelegramServer, parts: BotParts
) -> None:
    organizer = await member(house, telegram_server, Role.ORGANIZER, "river7")
    await draft(organizer)
    before = len(await organizer.messages())
    await tap(organizer, "Telegram", "✓ Telegram")
    await organizer.tap("✓ Telegram")
    after = await organizer.wait_until(lambda seen: "Telegram" in seen[-1].labels)
    assert (len(after), after[-1].edited) == (before, True)


async def test_a_used_invite_is_refused_with_words(
    house: House, telegram_server: TelegramServer, parts: BotParts
) -> None:
    code = await house.invite(Role.ORGANIZER)
    first, second = await telegram_server.telegram.person("Ana"), await telegram_server.telegram.person("Ben")
    await first.start(f"r_{code}")
    await told(first, "Choose a work name")
    await say(first, "river7", "You are an organizer now")
    await second.start(f"r_{code}")
    await told(second, "This invite to the team does not work")


async def test_I1_one_holds_with_a_command_and_a_second_one_lets_go(
    house: House, parts: BotParts, telegram_server: TelegramServer
) -> None:
    ana = await member(house, telegram_server, Role.APPROVER, "ana7")
    ben = await member(house, telegram_server, Role.SAFETY_LEAD, "ben2")
    await say(ana, "/hold 75", "Held, by ana7: 75 (East New York")
    await say(ana, "/release 75", "You held 75")
    await say(ben, "hold", "Where? Choose a borough")
    await say(ben, "/hold 74", "There is no precinct 74")
    await say(ben, "/release 75", "is released, by ana7 and ben2")
    (row,) = await house.rows(holds)
    assert row.ended_at is not None
