"""The Telegram bot at home on its platform: cards in place, commands, pictures, webhook, outages."""

import json
from collections.abc import AsyncIterator

import pytest

from bots.parts import BotParts
from bots.telegram_answers import DoubleTaps
from bots.telegram_intake import Ways
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.contact import Role
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Attachment, Choice, Destination, Message
from campaign_engine.store.tables import addresses
from campaign_engine.store.uploads import SqlFileIds
from tests.integration.test_telegram_server import png
from tests.platforms.telegram_driver import Person as Human
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import Fault, FaultKind
from tests.support.bots import bot_parts, telegram_bot_running, told
from tests.support.engine import House
from tests.support.waiting import eventually

QUICK = Ways(first_pause=0.02, longest_pause=0.05, look_every=0.02)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: the bot's conversations are held over both."""
    return sqlite_url


@pytest.fixture
async def parts(house: House, telegram_server: TelegramServer) -> AsyncIterator[BotParts]:
    parts = bot_parts(house)
    async with telegram_bot_running(telegram_server, parts, QUICK):
        yield parts


@pytest.fixture
async def maya(telegram_server: TelegramServer, parts: BotParts) -> Human:
    maya = await telegram_server.telegram.person("Maya")
    await maya.start()
    await told(maya, "How old are you?")
    return maya


async def from_bot(human: Human) -> list[str]:
    return [seen.text for seen in await human.messages() if seen.from_bot]


async def test_a_whole_join_leaves_two_messages_in_the_chat(maya: Human) -> None:
    for button, answer in (
        ("13 to 15", "Type your ZIP code"),
        ("Queens", "which neighborhood?"),
        ("Rather not say", "Pick one pledge"),
        ("Look out: slow it down, get backup", "Now one plan"),
    ):
        await maya.tap(button)
        await told(maya, answer)
    await maya.tap("I feel unsafe: my other route")
    await told(maya, "You're in")
    assert len(await from_bot(maya)) == 2


@pytest.mark.parametrize("loss", ["too old", "deleted", "became a picture"])
async def test_a_card_that_cannot_be_edited_any_more_is_sent_anew(
    telegram_server: TelegramServer, maya: Human, loss: str
) -> None:
    question = (await maya.messages())[-1].message_id
    if loss == "too old":
        telegram_server.world.editable_seconds = -1
    elif loss == "deleted":
        query = maya.tap("13 to 15")
        del telegram_server.world.chats[maya.id].messages[question]
        with pytest.raises(LookupError):
            await query
        return
    else:
        telegram_server.world.chats[maya.id].messages[question].pop("text")
    await maya.tap("13 to 15")
    card = await told(maya, "Type your ZIP code")
    assert (card.edited, card.message_id > question) == (False, True)


async def test_help_and_posts_are_never_edited_away(telegram_server: TelegramServer, maya: Human) -> None:
    await maya.say("/help")
    card = await told(maya, "call or text 988")
    await maya.tap("Menu", message_id=card.message_id)
    await told(maya, "How old are you?")
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        post = Message("Pledge to look out.", choices=((Choice("I pledge", "g:1"),),), stays=True)
        await TelegramChannel(bot).send(post, Destination("telegram", str(maya.id)))
    await maya.tap("I pledge")
    await told(maya, "This one is over")
    texts = await from_bot(maya)
    assert any("call or text 988" in text for text in texts)
    assert "Pledge to look out." in texts


async def test_every_tap_is_answered_also_when_it_is_too_late(telegram_server: TelegramServer, maya: Human) -> None:
    query = await maya.tap("13 to 15")
    await told(maya, "Type your ZIP code")

    async def answered() -> bool:
        return await telegram_server.telegram.answer_of(query) == {"text": "", "show_alert": False}

    await eventually(answered)
    old = await maya.tap("Queens")
    await telegram_server.telegram.expire_queries()
    await told(maya, "which neighborhood?")
    await telegram_server.telegram.wait_for_entry(
        lambda entry: entry.kind == "request" and entry.body.get("callback_query_id") == old
    )


async def test_a_double_tap_and_a_tap_on_two_devices_count_once(maya: Human) -> None:
    for _ in range(3):
        await maya.tap("13 to 15")
    card = await told(maya, "Type your ZIP code")
    assert "did not understand" not in card.text
    assert len(await from_bot(maya)) == 2


def test_another_button_in_between_is_no_double_tap() -> None:
    taps = DoubleTaps()
    more, back = (5, "bp:0:1"), (5, "bp:0:0")
    told = [taps.is_double(7, tap, now) for tap, now in ((more, 0), (more, 0.5), (back, 1), (more, 1.5), (more, 3.6))]
    assert told == [False, True, False, False, False]


@pytest.mark.parametrize("kind", ["sticker", "voice", "photo", "document", "location"])
async def test_N1_what_has_no_words_is_answered_kindly_and_not_looked_at(
    house: House, telegram_server: TelegramServer, maya: Human, kind: str
) -> None:
    await maya.send(kind, caption="" if kind in ("sticker", "location") else "my street")
    assert "988" in (await maya.wait_for("I can only read words and buttons")).text
    await told(maya, "How old are you?")
    assert not telegram_server.transcript.find(kind="request", path_or_event="getFile")
    assert await house.rows(addresses) == []


async def test_H1_a_changed_message_is_no_answer_but_a_sign_of_need_all_the_same(house: House, maya: Human) -> None:
    await maya.tap("13 to 15")
    await told(maya, "Type your ZIP code")
    typed = await maya.say("11212")
    await told(maya, "closest to you")
    await maya.edit(typed, "11213")
    await told(maya, "only when they are new")
    await maya.edit(typed, "i want to die")
    await told(maya, "Nobody is watching this chat")
    place = await maya.send("location")
    await told(maya, "Type your ZIP code")
    before = len(await maya.messages())
    await maya.edit(place, "")
    await maya.say("/privacy")
    await told(maya, "This is not a tip line")
    assert len(await maya.messages()) == before + 2


async def test_a_forwarded_text_is_what_it_says(maya: Human) -> None:
    await maya.send("forwarded", caption="i want to die")
    await told(maya, "Nobody is watching this chat")
    await maya.send("forwarded", caption="STOP")
    await told(maya, "no more messages")


async def test_nothing_has_a_preview_or_a_parse_mode(telegram_server: TelegramServer, maya: Human) -> None:
    await maya.tap("13 to 15")
    await told(maya, "Type your ZIP code")
    sent = [
        entry.body
        for name in ("sendMessage", "editMessageText")
        for entry in telegram_server.transcript.find(kind="request", path_or_event=name)
    ]
    assert len(sent) == 3
    shown = [body["link_preview_options"] for body in sent]
    assert [json.loads(one) if isinstance(one, str) else one for one in shown] == [{"is_disabled": True}] * 3
    assert not any("parse_mode" in body for body in sent)


async def test_what_looks_like_markup_arrives_as_it_was_written(telegram_server: TelegramServer, maya: Human) -> None:
    text = "<b>5 < 6</b> & _this_ *too* [x](https://example.org) &lt;"
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        await TelegramChannel(bot).send(Message(text), Destination("telegram", str(maya.id)))
    seen = (await maya.messages())[-1]
    assert (seen.text, seen.raw.get("entities")) == (text, None)


async def test_P4_commands_and_descriptions_are_published_by_language_and_scope(
    telegram_server: TelegramServer, maya: Human
) -> None:
    world = telegram_server.world

    async def published() -> bool:
        return sum(key.startswith("short_description") for key in world.profile) == 2

    await eventually(published)
    offered = {scope: [one["command"] for one in listed] for scope, listed in world.commands.items()}
    private = [names for scope, names in offered.items() if "all_private_chats" in scope]
    assert len(private) == 11, "the two Chinese scripts share a code"
    assert all(names[0] == "start" and "menu" in names and "freeze" not in names for names in private)
    assert {tuple(names) for scope, names in offered.items() if "all_chat_administrators" in scope} == {("link",)}
    assert not any('"default"' in scope or "all_group_chats" in scope for scope in offered)
    said = " ".join(world.profile.values()).lower()
    assert not any(word in said for word in ("violence", "gun", "police", "shoot", "violencia", "arma", "policía"))


async def test_staff_see_their_commands_while_they_have_the_role(
    house: House, telegram_server: TelegramServer, maya: Human
) -> None:
    rosa = await telegram_server.telegram.person("Rosa", language_code="es")
    await rosa.start(f"r_{await house.invite(Role.ORGANIZER)}")
    await told(rosa, "nombre de trabajo")
    await rosa.say("river7")
    await told(rosa, "river7")

    def own() -> list[str]:
        listed = [names for scope, names in telegram_server.world.commands.items() if str(rosa.id) in scope]
        return [f"{one['command']} {one['description']}" for names in listed for one in names]

    async def given() -> bool:
        return any(command.startswith("freeze ") for command in own())

    await eventually(given)
    assert "hold Para el equipo: retener una zona ya" in own()
    async with house.store.write() as work:
        await house.staffing.revoke(work, "river7", Role.ORGANIZER)

    async def taken() -> bool:
        return own() == []

    await eventually(taken)


PICTURE = Attachment("map.png", "image/png", png(), "a map")


async def test_a_picture_is_uploaded_once_for_all_chats_and_after_a_restart(
    house: House, telegram_server: TelegramServer, maya: Human
) -> None:
    luz = await telegram_server.telegram.person("Luz")
    await luz.start()
    await told(luz, "How old are you?")
    post = Message("Your area", choices=((Choice("I pledge", "g:1"),),), attachments=(PICTURE,))
    for person in (maya, luz):
        async with open_bot(telegram_server.token, telegram_server.root) as bot:
            channel = TelegramChannel(bot)
            channel.keep_file_ids(SqlFileIds(house.store.database, bot.id, house.clock))
            await channel.send(post, Destination("telegram", str(person.id)))
        seen = await told(person, "Your area")
        assert (seen.photo, seen.labels) == (True, ["I pledge"])
    assert telegram_server.world.files.uploads == 1


async def test_a_picture_that_telegram_forgot_is_uploaded_again(telegram_server: TelegramServer, maya: Human) -> None:
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        channel, to = TelegramChannel(bot), Destination("telegram", str(maya.id))
        await channel.send(Message("One", attachments=(PICTURE,)), to)
        telegram_server.world.files.photos.clear()
        await channel.send(Message("Two", attachments=(PICTURE,)), to)
    assert telegram_server.world.files.uploads == 2


async def test_long_words_stand_under_their_picture_and_files_come_as_documents(
    telegram_server: TelegramServer, maya: Human
) -> None:
    table = Attachment("kit.pdf", "application/pdf", b"%PDF-1.7")
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        channel, to = TelegramChannel(bot), Destination("telegram", str(maya.id))
        await channel.send(Message("long " * 300, attachments=(PICTURE, table)), to)
        await channel.send(Message("Two files", attachments=(PICTURE, table)), to)
    kinds = [("photo" in seen.raw, "document" in seen.raw, seen.text[:5]) for seen in (await maya.messages())[-5:]]
    assert kinds == [
        (False, True, ""),
        (True, False, "a map"),
        (False, False, "long "),
        (False, True, ""),
        (True, False, "Two f"),
    ]


async def test_what_arrived_in_part_is_never_sent_again_by_itself(telegram_server: TelegramServer, maya: Human) -> None:
    flood = Fault(FaultKind.FLOOD, method="sendMessage", retry_after=1)
    await telegram_server.telegram.fault(flood)
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        with pytest.raises(SendError) as caught:
            await TelegramChannel(bot).send(
                Message("long " * 300, attachments=(PICTURE,)), Destination("telegram", str(maya.id))
            )
    assert (caught.value.ambiguous, caught.value.retryable) == (True, False)
