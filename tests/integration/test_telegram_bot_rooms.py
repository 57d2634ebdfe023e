"""The Telegram bot in groups and channels, over a socket."""

from collections.abc import AsyncIterator

import pytest

from bots.parts import BotParts
from bots.telegram_answers import alert
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.audience import Room as Linked
from campaign_engine.domain.audience import RoomKind
from campaign_engine.domain.contact import AddressStatus, Role, Scope, ScopeKind
from campaign_engine.domain.message import Destination, Message
from campaign_engine.store.tables import addresses, dialogues, pledges
from tests.platforms.telegram_driver import Person as Human
from tests.platforms.telegram_driver import Room
from tests.platforms.telegram_server import TelegramServer
from tests.support.bots import bot_parts, pledge_post, running_post, telegram_bot_running, told
from tests.support.engine import House
from tests.support.waiting import eventually

EAST_NEW_YORK = Scope(ScopeKind.PRECINCT, "75")


@pytest.fixture
async def parts(house: House, telegram_server: TelegramServer) -> AsyncIterator[BotParts]:
    parts = bot_parts(house)
    async with telegram_bot_running(telegram_server, parts):
        yield parts


@pytest.fixture
async def organizer(house: House, telegram_server: TelegramServer, parts: BotParts) -> Human:
    """Of Brooklyn."""
    human = await telegram_server.telegram.person("Rosa")
    await human.start(f"r_{await house.invite(Role.ORGANIZER, Scope(ScopeKind.BOROUGH, 'Brooklyn'))}")
    await told(human, "Choose a work name")
    await human.say("river7")
    await told(human, "You are an organizer now")
    return human


@pytest.fixture
async def group(telegram_server: TelegramServer, organizer: Human) -> Room:
    room = await telegram_server.telegram.room("group", "Brownsville study group", [organizer])
    await room.set_bot("member", organizer)
    await link(organizer, room, "Brooklyn", "All of Brooklyn")
    return room


async def link(organizer: Human, room: Room, *buttons: str) -> None:
    """By the buttons that the bot offers in private."""
    await told(organizer, "Which area should its posts be about?")
    for button in buttons:
        await told(organizer, button)
        before = await organizer.messages()
        await organizer.tap(button)
        await organizer.wait_until(before.__ne__)
    await told(organizer, "” is linked to ")


async def linked(house: House, room: Room) -> Linked | None:
    async with house.store.read() as work:
        return await work.rooms.by_address("telegram", str(room.id))


async def test_an_organizer_who_adds_the_bot_links_the_room_to_their_area(house: House, group: Room) -> None:
    room = await linked(house, group)
    assert room is not None
    assert (room.title, room.kind, room.members) == ("Brownsville study group", RoomKind.GROUP, 2)
    assert room.scope == Scope(ScopeKind.BOROUGH, "Brooklyn")
    assert [seen for seen in await group.messages() if seen.from_bot] == []


async def test_link_changes_the_area_and_a_promotion_does_not(house: House, group: Room, organizer: Human) -> None:
    await organizer.say("/link 75", group)
    await told(organizer, "(75)")
    await group.set_bot("administrator", organizer)
    await organizer.say("/link@groundswell_local_bot", group)
    await told(organizer, "Which area should its posts be about?")
    room = await linked(house, group)
    assert room is not None
    assert room.scope == EAST_NEW_YORK


@pytest.mark.parametrize(
    ("area", "answer"),
    [("Queens", "Your role does not reach this area"), ("99", "I don't know that area"), ("12th", "don't know that")],
)
async def test_an_area_beyond_the_scope_or_unknown_is_refused(
    house: House, group: Room, organizer: Human, area: str, answer: str
) -> None:
    await organizer.say(f"/link {area}", group)
    await told(organizer, answer)
    room = await linked(house, group)
    assert room is not None
    assert room.scope.value == "Brooklyn"


async def test_others_link_nothing(house: House, telegram_server: TelegramServer, parts: BotParts) -> None:
    maya = await telegram_server.telegram.person("Maya", language_code="es")
    await maya.start()
    await told(maya, "¿Cuántos años tienes?")
    room = await telegram_server.telegram.room("supergroup", "Friends", [maya])
    await room.set_bot("member", maya)
    await told(maya, "Solo el equipo")
    left = telegram_server.telegram.wait_for_entry(lambda entry: entry.path_or_event == "leaveChat")
    assert (await left).body["chat_id"] == str(room.id)
    assert await linked(house, room) is None
    assert [seen for seen in await room.messages() if seen.from_bot] == []


async def test_a_channel_is_linked_as_one(house: House, telegram_server: TelegramServer, organizer: Human) -> None:
    channel = await telegram_server.telegram.room("channel", "Brooklyn news", [organizer])
    await channel.set_bot("administrator", organizer)
    await link(organizer, channel, "Brooklyn", "All of Brooklyn")
    room = await linked(house, channel)
    assert room is not None
    assert room.kind is RoomKind.CHANNEL


async def test_a_bot_that_is_removed_forgets_the_room(house: House, group: Room, organizer: Human) -> None:
    await group.set_bot("kicked", organizer)

    async def gone() -> bool:
        return await linked(house, group) is None

    await eventually(gone)


async def test_a_group_that_becomes_a_supergroup_stays_linked(house: House, group: Room) -> None:
    upgraded = await group.upgrade()

    async def moved() -> bool:
        return await linked(house, upgraded) is not None

    await eventually(moved)
    assert await linked(house, group) is None


async def test_privacy_nothing_but_commands_is_read_in_a_group(
    house: House, telegram_server: TelegramServer, group: Room, organizer: Human
) -> None:
    maya = await telegram_server.telegram.person("Maya")
    await maya.join(group)
    await maya.say("STOP. I want to die, and someone got shot at 123 Main Street", group)
    await maya.say("/delete", group)
    await telegram_server.telegram.set_privacy(on=False)
    await maya.say("stop", group)
    await organizer.say("/link 75", group)
    await told(organizer, "(75)")
    kinds = [entry.body["message"]["text"] for entry in telegram_server.transcript.find(path_or_event="message")
             if entry.kind == "update" and "text" in entry.body["message"]]  # fmt: skip
    assert "STOP. I want to die, and someone got shot at 123 Main Street" not in kinds
    (said,) = [seen for seen in await group.messages() if seen.from_bot]
    assert said.text.startswith("I answer in private only.")
    assert said.raw["reply_markup"]["inline_keyboard"][0][0]["url"] == "https://t.me/groundswell_local_bot"
    assert {row.address_hash for row in await house.rows(dialogues)} == {
        house.store.database.cipher.lookup("telegram", str(organizer.id))
    }


async def posted(house: House, server: TelegramServer, group: Room) -> int:
    """Campaign's post in the group; its id."""
    post = await running_post(house)
    async with open_bot(server.token, server.root) as bot:
        await TelegramChannel(bot).send(
            pledge_post(house, post, "age"), Destination("telegram", str(group.id), is_room=True)
        )
    return post


async def test_a_pledge_from_the_post_counts_to_campaign_room_and_precinct(
    house: House, telegram_server: TelegramServer, group: Room, organizer: Human
) -> None:
    await organizer.say("/link 75", group)
    await told(organizer, "(75)")
    await posted(house, telegram_server, group)
    maya = await telegram_server.telegram.person("Maya")
    await maya.join(group)
    said = await popped(telegram_server, maya, group, "13 to 15")
    assert said.startswith("Your pledge counts")
    await popped(telegram_server, maya, group, "13 to 15")
    room = await linked(house, group)
    assert room is not None
    (pledge,) = await house.rows(pledges)
    assert (pledge.pledge, pledge.campaign_id, pledge.room_id, pledge.precinct, pledge.channel) == (
        *(PledgeCode.LOOK_OUT, 1, room.id, 75, "telegram"),
    )
    status = {row.address_hash: row.status for row in await house.rows(addresses)}
    assert status[house.store.database.cipher.lookup("telegram", str(maya.id))] == AddressStatus.UNSTARTED


async def test_C2_twelve_or_under_in_a_group_leaves_nothing(
    house: House, telegram_server: TelegramServer, group: Room
) -> None:
    await posted(house, telegram_server, group)
    luz = await telegram_server.telegram.person("Luz", language_code="es")
    await luz.join(group)
    before = await house.counts()
    said = await popped(telegram_server, luz, group, "12 or under")
    assert "13 años" in said
    assert "988" in said
    assert "13 años" in await popped(telegram_server, luz, group, "22 or older")
    assert await house.rows(pledges) == []
    assert (await house.counts())["contacts"] == before["contacts"]


async def popped(server: TelegramServer, human: Human, room: Room, button: str) -> str:
    """Text of the pop-up that answers a tap; at most the 200 characters that Telegram shows."""
    query = await human.tap(button, room)
    await server.telegram.wait_for_entry(lambda entry: entry.body.get("callback_query_id") == query)
    answers: list[str] = []

    async def answered() -> bool:
        answer = await server.telegram.answer_of(query)
        answers[:] = [answer["text"]] if answer is not None and answer["show_alert"] else []
        return answer is not None

    await eventually(answered)
    return answers[0]


def test_a_pop_up_shows_what_fits_whole_or_else_a_beginning() -> None:
    long, short = Message("Long words. " * 30), Message("Something is broken.")
    assert alert((long, short)) == "Something is broken."
    assert alert((long,)).endswith("Long words.")
    assert len(alert((long,))) <= 200
    assert alert(()) == ""
