"""The local Telegram server against the real client: polling, webhooks, rooms, and the server as its own process."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

from tests.platforms.loopback import on_loopback
from tests.platforms.telegram_control import ImpossibleError
from tests.platforms.telegram_driver import Room, Telegram, telegram_process
from tests.platforms.telegram_server import TOKEN, TelegramServer
from tests.platforms.transcript import Direction, read_transcript

MENU = InlineKeyboardMarkup([[InlineKeyboardButton("I pledge", callback_data="pledge:1")]])


async def kinds(bot: Bot, offset: int = 0) -> list[str]:
    """Which part each waiting update carries."""
    return [next(key for key in update.to_dict() if key != "update_id") for update in await bot.get_updates(offset)]


async def room_with_bot(telegram: Telegram, kind: str, status: str) -> Room:
    owner = await telegram.person("Rosa")
    room = await telegram.room(kind, "Bronx study group", [owner])
    await room.set_bot(status, owner)
    return room


async def test_updates_stay_until_the_next_offset_confirms_them(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    maya = await telegram_server.telegram.person(language_code="es")
    await maya.start("p044-ab_C")
    (first,) = await telegram_bot.get_updates()
    assert first.message is not None
    assert first.message.from_user is not None
    assert (first.message.text, first.message.from_user.language_code) == ("/start p044-ab_C", "es")
    assert await telegram_bot.get_updates() == (first,)
    await maya.say("hello")
    (second,) = await telegram_bot.get_updates(first.update_id + 1)
    assert second.message is not None
    assert second.message.text == "hello"
    assert await telegram_bot.get_updates(second.update_id + 1) == ()


async def test_a_waiting_poll_gets_the_update_that_comes(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    poll = asyncio.create_task(telegram_bot.get_updates(timeout=20))
    await telegram_server.transcript.wait_for(lambda entry: entry.path_or_event == "getUpdates")
    await maya.start()
    assert len(await poll) == 1


async def test_a_second_poller_ends_the_first_with_a_conflict(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    maya = await telegram_server.telegram.person()
    first = asyncio.create_task(telegram_bot.get_updates(timeout=20))
    await telegram_server.transcript.wait_for(lambda entry: entry.path_or_event == "getUpdates")
    async with Bot(TOKEN, base_url=f"{telegram_server.root}/bot") as other:
        second = asyncio.create_task(other.get_updates(timeout=20))
        with pytest.raises(Conflict, match="terminated by other getUpdates request"):
            await first
        await maya.start()
        assert len(await second) == 1


async def test_a_poller_that_died_loses_no_update(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    dying = asyncio.create_task(telegram_bot.get_updates(timeout=20))
    await telegram_server.transcript.wait_for(lambda entry: entry.path_or_event == "getUpdates")
    dying.cancel()
    await asyncio.wait([dying])
    await maya.start()
    assert await kinds(telegram_bot) == ["message"]


async def test_only_the_kinds_asked_for_arrive(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    await maya.start()
    await maya.block()
    _, blocked = await telegram_bot.get_updates(allowed_updates=["message"])
    assert blocked.my_chat_member is not None
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    await maya.unblock()
    await maya.say("back")
    assert await kinds(telegram_bot, blocked.update_id + 1) == ["message"]
    assert len(telegram_server.transcript.find(kind="withheld", path_or_event="my_chat_member")) == 1


async def test_group_privacy_hides_talk_but_not_commands_replies_and_taps(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    maya = await telegram_server.telegram.person()
    group = await telegram_server.telegram.room("supergroup", "Block 12", [maya])
    await group.set_bot("member", maya)
    post = await telegram_bot.send_message(group.id, "Pledge with us", reply_markup=MENU)
    before = (await telegram_bot.get_updates())[-1].update_id
    await maya.say("nice weather", group)
    await maya.say("/help@another_bot", group)
    await maya.say("/help", group)
    await maya.say("/help@groundswell_local_bot", group)
    await maya.say("I am in", group, reply_to=post.id)
    await maya.tap("I pledge", group)
    updates = await telegram_bot.get_updates(before + 1)
    texts = [update.message.text for update in updates if update.message]
    assert texts == ["/help", "/help@groundswell_local_bot", "I am in"]
    query = updates[-1].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.from_user.id, query.message.chat.id) == ("pledge:1", maya.id, group.id)
    await telegram_server.telegram.set_privacy(on=False)
    await maya.say("nice weather again", group)
    (talk,) = await telegram_bot.get_updates(updates[-1].update_id + 1)
    assert talk.message is not None
    assert talk.message.text == "nice weather again"


async def test_a_channel_post_comes_as_channel_post(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    owner = await telegram_server.telegram.person("Rosa")
    channel = await telegram_server.telegram.room("channel", "Bronx news", [owner], username="bronx_news")
    await channel.set_bot("administrator", owner)
    await owner.say("From the channel", channel)
    joined, post = await telegram_bot.get_updates()
    assert joined.my_chat_member is not None
    assert joined.my_chat_member.new_chat_member.status == "administrator"
    assert post.channel_post is not None
    assert (post.channel_post.text, post.channel_post.from_user) == ("From the channel", None)
    sent = await telegram_bot.send_message("@bronx_news", "From the bot")
    assert (sent.chat.id, sent.sender_chat) == (channel.id, sent.chat)
    assert [seen.from_bot for seen in await channel.messages()] == [True, True]


async def test_a_room_tells_about_itself_and_lets_the_bot_leave(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    room = await room_with_bot(telegram_server.telegram, "supergroup", "administrator")
    maya = await telegram_server.telegram.person()
    await maya.join(room)
    assert (await telegram_bot.get_chat(room.id)).title == "Bronx study group"
    assert await telegram_bot.get_chat_member_count(room.id) == 3
    assert (await telegram_bot.get_chat_member(room.id, maya.id)).status == "member"
    roles = {admin.user.first_name: admin.status for admin in await telegram_bot.get_chat_administrators(room.id)}
    assert roles == {"Rosa": "creator", "Groundswell": "administrator"}
    await maya.leave(room)
    assert (await telegram_bot.get_chat_member(room.id, maya.id)).status == "left"
    with pytest.raises(BadRequest, match="User not found"):
        await telegram_bot.get_chat_member(room.id, 77)
    assert await telegram_bot.leave_chat(room.id)
    assert (await telegram_bot.get_updates())[-1].my_chat_member is not None


async def test_a_join_by_a_named_link_names_the_link(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    room = await room_with_bot(telegram_server.telegram, "supergroup", "administrator")
    link = await telegram_bot.create_chat_invite_link(room.id, name="poster p044")
    await telegram_bot.get_updates(allowed_updates=["chat_member"])
    maya = await telegram_server.telegram.person()
    await maya.join(room, link.invite_link)
    change = (await telegram_bot.get_updates())[-1].chat_member
    assert change is not None
    assert change.invite_link is not None
    assert (change.invite_link.name, change.new_chat_member.status) == ("poster p044", "member")
    plain = await room_with_bot(telegram_server.telegram, "supergroup", "member")
    with pytest.raises(BadRequest, match="Not enough rights to manage chat invite link"):
        await telegram_bot.create_chat_invite_link(plain.id)


async def test_a_person_can_do_only_what_telegram_shows(telegram_server: TelegramServer, telegram_bot: Bot) -> None:
    maya = await telegram_server.telegram.person()
    with pytest.raises(ImpossibleError, match="press Start first"):
        await maya.say("hello")
    with pytest.raises(ImpossibleError, match="64 characters"):
        await maya.start("not a payload")
    await maya.start()
    with pytest.raises(ImpossibleError, match="no message with buttons"):
        await maya.tap("I pledge")
    await telegram_bot.send_message(maya.id, "Pledge?", reply_markup=MENU)
    with pytest.raises(ImpossibleError, match="there are: I pledge"):
        await maya.tap("No")


async def test_the_real_application_answers_start_and_taps(telegram_server: TelegramServer) -> None:
    async def greet(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"Hello {(context.args or ['nobody'])[0]}", reply_markup=MENU)

    async def thank(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("Saved")
        await update.callback_query.edit_message_text("Thank you")

    application = Application.builder().token(TOKEN).base_url(f"{telegram_server.root}/bot").build()
    application.add_handlers([CommandHandler("start", greet), CallbackQueryHandler(thank)])
    maya = await telegram_server.telegram.person()
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling(poll_interval=0)
        await maya.start("p044")
        assert (await maya.wait_for("Hello p044")).labels == ["I pledge"]
        query = await maya.tap("I pledge")
        await maya.wait_for("Thank you")
        assert await telegram_server.telegram.answer_of(query) == {"text": "Saved", "show_alert": False}
        await application.updater.stop()
        await application.stop()


@dataclass(slots=True)
class Receiver:
    """A webhook endpoint that answers with these statuses, then always 200."""

    statuses: list[int]
    root: str = ""
    received: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.received.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    @property
    def url(self) -> str:
        return f"{self.root}/hook"


@asynccontextmanager
async def receiving(statuses: Sequence[int]) -> AsyncIterator[Receiver]:
    receiver = Receiver(list(statuses))
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    async with on_loopback(app) as receiver.root:
        yield receiver


async def test_a_webhook_gets_an_update_again_until_it_answers_2xx(
    telegram_server: TelegramServer, telegram_bot: Bot
) -> None:
    telegram_server.world.updates.retry_seconds = 0.01
    secret = secrets.token_urlsafe(16)
    maya = await telegram_server.telegram.person()
    async with receiving([500, 403]) as receiver:
        await telegram_bot.set_webhook(receiver.url, secret_token=secret)
        await maya.start()
        await maya.say("second")
        await telegram_server.transcript.wait_for(
            lambda entry: entry.kind == "webhook" and entry.body["update"]["message"]["text"] == "second"
        )
        assert [update["message"]["text"] for _, update in receiver.received] == ["/start"] * 3 + ["second"]
        assert len({update["update_id"] for _, update in receiver.received}) == 2
        assert {given for given, _ in receiver.received} == {secret}
        info = await telegram_bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (receiver.url, 0)
        assert info.last_error_message == "Wrong response from the webhook: 403 Forbidden"
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await telegram_bot.get_updates()
        await telegram_bot.delete_webhook()
        assert await telegram_bot.get_updates() == ()


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("http://groundswell.example/hook", "", "Bad webhook: an https url must be provided"),
        ("https://groundswell.example:9000/hook", "", "Bad webhook: webhook can be set up only on ports"),
        ("http://127.0.0.1:1/hook", "with space", "Secret token contains unallowed characters"),
    ],
)
async def test_a_wrong_webhook_is_refused(telegram_bot: Bot, url: str, secret: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        await telegram_bot.set_webhook(url, secret_token=secret)


async def test_after_log_out_nothing_is_answered(telegram_bot: Bot) -> None:
    await telegram_bot.close()
    await telegram_bot.log_out()
    with pytest.raises(BadRequest, match="Logged out"):
        await telegram_bot.get_me()


async def test_the_server_as_a_process_keeps_a_transcript_on_disk(tmp_path: Path) -> None:
    lines = tmp_path / "transcript.jsonl"
    async with (
        telegram_process(TOKEN, lines, limits='{"per_second": 5}') as server,
        Bot(TOKEN, base_url=f"{server.root}/bot") as bot,
    ):
        maya = await server.telegram.person()
        with pytest.raises(ImpossibleError, match="press Start first"):
            await maya.say("hello")
        await maya.start()
        sent = asyncio.create_task(maya.wait_for("Hello"))
        await bot.send_message(maya.id, "Hello", reply_markup=MENU)
        assert (await sent).data == ["pledge:1"]
        entry = await server.telegram.wait_for_entry(lambda entry: entry.kind == "arrived")
        assert entry.body["text"] == "Hello"
    calls = [entry for entry in read_transcript(lines) if entry.kind == "request"]
    assert [call.path_or_event for call in calls] == ["getMe", "sendMessage"]
    assert {call.direction for call in calls} == {Direction.RECEIVED}
    assert TOKEN not in lines.read_text()
