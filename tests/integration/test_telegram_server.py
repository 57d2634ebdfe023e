"""The local Telegram server against the real python-telegram-bot client: messages, taps, commands, and each refusal."""

import struct
import zlib

import pytest
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, Forbidden, InvalidToken

from campaign_engine.channels.telegram import send_error
from tests.platforms.telegram_driver import Room, Telegram
from tests.platforms.telegram_server import TelegramServer


def keyboard(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(rows)


def button(label: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data)


def png(width: int = 3, height: int = 2) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


async def room_with_bot(telegram: Telegram, kind: str, status: str = "member") -> Room:
    owner = await telegram.person("Rosa")
    room = await telegram.room(kind, "Bronx study group", [owner])
    await room.set_bot(status, owner)
    return room


async def test_a_wrong_token_is_unauthorized(telegram_server: TelegramServer) -> None:
    bot = Bot("4200000001:another-token", base_url=f"{telegram_server.root}/bot")
    with pytest.raises(InvalidToken) as refusal:
        await bot.initialize()
    assert str(refusal.value.__cause__) == "Unauthorized"
    await bot.shutdown()


async def test_a_malformed_token_is_not_found(telegram_server: TelegramServer) -> None:
    bot = Bot("no-colon", base_url=f"{telegram_server.root}/bot")
    with pytest.raises(InvalidToken) as refusal:
        await bot.initialize()
    assert str(refusal.value.__cause__) == "Not Found"
    await bot.shutdown()


async def test_an_unknown_method_is_not_found(telegram_bot: Bot) -> None:
    with pytest.raises(EndPointNotFound):
        await telegram_bot.do_api_request("sendTelepathy")


async def test_the_token_stays_out_of_the_transcript(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    await telegram_bot.get_me()
    assert telegram_server.transcript.find(kind="request", path_or_event="getMe")
    assert telegram_server.token not in str(telegram_server.transcript.entries)


async def test_html_becomes_entities_in_utf16_units(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    sent = await telegram_bot.send_message(
        maya.id, ' 🕯 <b>Hope</b> &amp; <a href="https://example.org/a">help</a>\n', parse_mode="HTML"
    )
    assert sent.text == "🕯 Hope & help"
    assert [(entity.type, entity.offset, entity.length, entity.url) for entity in sent.entities] == [
        ("bold", 3, 4, None),
        ("text_link", 10, 4, "https://example.org/a"),
    ]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("é <b", "Unclosed start tag at byte offset 3"),
        ('<a href="x"', 'Unclosed start tag "a" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("3 < 5", 'Unsupported start tag "" at byte offset 2'),
    ],
)
async def test_broken_html_is_refused(
    telegram_server: TelegramServer, telegram_bot: Bot, markup: str, words: str
) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    with pytest.raises(BadRequest) as refusal:
        await telegram_bot.send_message(maya.id, markup, parse_mode="HTML")
    assert refusal.value.message.lower() == f"can't parse entities: {words}".lower()
    assert not [seen for seen in await maya.messages() if seen.from_bot]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "essage text is empty"),
        (" \n ", "ext must be non-empty"),
        ("a" * 4097, "essage is too long"),
        ("🕯" * 2049, "essage is too long"),
    ],
)
async def test_a_text_has_1_to_4096_utf16_units(
    telegram_server: TelegramServer, telegram_bot: Bot, text: str, words: str
) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    with pytest.raises(BadRequest, match=words):
        await telegram_bot.send_message(maya.id, text)


async def test_the_length_is_counted_after_the_tags_are_gone(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    sent = await telegram_bot.send_message(maya.id, f"<b>{'🕯' * 2048}</b>", parse_mode="HTML")
    assert sent.text == "🕯" * 2048


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (button("Pledge", "p" * 65), "Button_data_invalid"),
        (button("Pledge", "é" * 33), "Button_data_invalid"),
        (InlineKeyboardButton("Open", url="http://localhost:8000/join"), "is invalid: wrong http url"),
        (InlineKeyboardButton("Open", url="ftp://example.org"), "is invalid: unsupported url protocol"),
        (InlineKeyboardButton("Open"), "text buttons are unallowed in the inline keyboard"),
        (button(" ", "x"), "Button_text_invalid"),
    ],
)
async def test_a_bad_button_is_refused(
    telegram_server: TelegramServer, telegram_bot: Bot, wrong: InlineKeyboardButton, words: str
) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    with pytest.raises(BadRequest, match=words):
        await telegram_bot.send_message(maya.id, "Choose", reply_markup=keyboard([wrong]))
    assert len(await maya.messages()) == 1


async def test_callback_data_of_64_bytes_is_accepted(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    await telegram_bot.send_message(maya.id, "Choose", reply_markup=keyboard([button("Yes", "é" * 32)]))
    assert (await maya.messages())[-1].data == ["é" * 32]


async def test_an_unknown_chat_is_not_found(telegram_bot: Bot) -> None:
    for chat in (123, -100999, "@nobody_here"):
        with pytest.raises(BadRequest, match="Chat not found"):
            await telegram_bot.send_message(chat, "hello")


async def test_a_person_who_never_pressed_start_cannot_be_written_to(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    maya = await telegram_server.telegram.person()
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await telegram_bot.send_message(maya.id, "hello")


async def test_blocked_and_deactivated_people_refuse(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    await maya.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await telegram_bot.send_message(maya.id, "hello")
    await maya.start()
    assert (await telegram_bot.send_message(maya.id, "welcome back")).text == "welcome back"
    await maya.deactivate()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await telegram_bot.send_message(maya.id, "hello")


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("group", "kicked", "bot was kicked from the group chat"),
        ("supergroup", "kicked", "bot was kicked from the supergroup chat"),
        ("supergroup", "left", "bot is not a member of the supergroup chat"),
        ("channel", "kicked", "bot was kicked from the channel chat"),
        ("channel", "left", "bot is not a member of the channel chat"),
    ],
)
async def test_a_room_the_bot_is_not_in_is_forbidden(
    telegram_server: TelegramServer, telegram_bot: Bot, kind: str, status: str, words: str
) -> None:
    room = await room_with_bot(telegram_server.telegram, kind, status)
    with pytest.raises(Forbidden, match=words) as refused:
        await telegram_bot.send_message(room.id, "hello")
    assert send_error(refused.value).code == "no_rights", "this room is given up, and its post goes on elsewhere"


async def test_a_room_where_the_bot_may_not_write_refuses(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    restricted = await room_with_bot(telegram_server.telegram, "supergroup", "restricted")
    with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
        await telegram_bot.send_message(restricted.id, "hello")
    channel = await room_with_bot(telegram_server.telegram, "channel", "member")
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await telegram_bot.send_message(channel.id, "hello")


async def test_an_upgraded_group_names_its_new_id(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    group = await room_with_bot(telegram_server.telegram, "group")
    upgraded = await group.upgrade()
    with pytest.raises(ChatMigrated) as refusal:
        await telegram_bot.send_message(group.id, "hello")
    assert refusal.value.new_chat_id == upgraded.id
    assert (await telegram_bot.send_message(upgraded.id, "hello")).chat.type == "supergroup"


async def test_an_edit_changes_what_a_person_sees(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    sent = await telegram_bot.send_message(maya.id, "Ready?", reply_markup=keyboard([button("Yes", "y")]))
    await telegram_bot.edit_message_reply_markup(maya.id, sent.id, reply_markup=keyboard([button("Si", "s")]))
    assert (await maya.messages())[-1].labels == ["Si"]
    await telegram_bot.edit_message_text("Thank you", maya.id, sent.id)
    last = (await maya.messages())[-1]
    assert (last.text, last.labels, last.edited) == ("Thank you", [], True)


async def test_wrong_edits_are_refused(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    hers = (await maya.messages())[-1].message_id
    sent = await telegram_bot.send_message(maya.id, "Ready?")
    photo = await telegram_bot.send_photo(maya.id, png())
    with pytest.raises(BadRequest, match="Message is not modified: specified new message content"):
        await telegram_bot.edit_message_text("Ready?", maya.id, sent.id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await telegram_bot.edit_message_text("Ready!", maya.id, 999_999)
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await telegram_bot.edit_message_text("Ready!", maya.id, hers)
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await telegram_bot.edit_message_text("Ready!", maya.id, photo.id)


async def test_a_deleted_message_is_gone(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    sent = await telegram_bot.send_message(maya.id, "Oops")
    await telegram_bot.delete_message(maya.id, sent.id)
    assert "Oops" not in [seen.text for seen in await maya.messages()]
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await telegram_bot.delete_message(maya.id, sent.id)


async def test_a_reply_to_nothing_is_refused(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await telegram_bot.send_message(maya.id, "Yes", reply_parameters=ReplyParameters(999_999))


async def test_a_photo_is_uploaded_once_and_sent_again_by_its_id(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    first = await telegram_bot.send_photo(
        maya.id, InputFile(png(40, 20)), caption="<i>Your precinct</i>", parse_mode="HTML"
    )
    assert (first.photo[-1].width, first.photo[-1].height, first.caption) == (40, 20, "Your precinct")
    again = await telegram_bot.send_photo(maya.id, first.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == first.photo[-1].file_unique_id
    await telegram_bot.edit_message_caption(maya.id, again.id, caption="New")
    assert [(seen.photo, seen.text) for seen in (await maya.messages())[1:]] == [(True, "Your precinct"), (True, "New")]


async def test_wrong_photos_are_refused(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await telegram_bot.send_photo(maya.id, b"not a picture")
    with pytest.raises(BadRequest, match="Wrong file identifier/http url specified"):
        await telegram_bot.send_photo(maya.id, "AgACunknown")
    with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
        await telegram_bot.send_photo(maya.id, png(9000, 2000))
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await telegram_bot.send_photo(maya.id, png(), caption="a" * 1025)


async def test_an_old_or_unknown_query_cannot_be_answered(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    await telegram_bot.send_message(maya.id, "Ready?", reply_markup=keyboard([button("Yes", "y")]))
    query = await maya.tap("Yes")
    await telegram_bot.answer_callback_query(query, "Saved")
    assert await telegram_server.telegram.answer_of(query) == {"text": "Saved", "show_alert": False}
    late = await maya.tap("y")
    with pytest.raises(BadRequest, match="Message_too_long"):
        await telegram_bot.answer_callback_query(late, "a" * 201)
    await telegram_server.telegram.expire_queries()
    for wrong in (late, "12345"):
        with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
            await telegram_bot.answer_callback_query(wrong)


async def test_commands_are_kept_per_language_within_32_and_256(telegram_bot: Bot) -> None:
    await telegram_bot.set_my_commands([BotCommand("join", "Join us")])
    await telegram_bot.set_my_commands([BotCommand("unirse", "Únete")], language_code="es")
    assert await telegram_bot.get_my_commands(language_code="es") == (BotCommand("unirse", "Únete"),)
    await telegram_bot.delete_my_commands(language_code="es")
    assert await telegram_bot.get_my_commands(language_code="es") == ()
    assert [command.command for command in await telegram_bot.get_my_commands()] == ["join"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"command": "a" * 33, "description": "x"}, "Command length must not exceed 32"),
        ({"command": "join", "description": "x" * 257}, "Command description length must not exceed 256"),
        ({"command": "", "description": "x"}, "Command must be non-empty"),
        ({"command": "Join-Us", "description": "x"}, "Bot_command_invalid"),
    ],
)
async def test_a_command_out_of_bounds_is_refused(telegram_bot: Bot, command: dict[str, str], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await telegram_bot.set_my_commands([BotCommand(command["command"], command["description"])])


async def test_the_profile_is_kept_within_its_limits(telegram_bot: Bot) -> None:
    await telegram_bot.set_my_description("We act against gun violence.")
    await telegram_bot.set_my_short_description("Act together.")
    await telegram_bot.set_my_name("Groundswell NYC")
    assert (await telegram_bot.get_my_description()).description == "We act against gun violence."
    assert (await telegram_bot.get_my_short_description()).short_description == "Act together."
    assert (await telegram_bot.get_my_name()).name == "Groundswell NYC"
    with pytest.raises(BadRequest, match="Short description is too long"):
        await telegram_bot.set_my_short_description("a" * 121)
