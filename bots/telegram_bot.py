"""Telegram: long polling that acknowledges an update only after it was handled."""

import asyncio
import logging
from functools import partial

from telegram import Bot, BotCommand, ChatMemberUpdated, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bots.guard import Health, contained
from bots.parts import BotParts, RoomSeen
from bots.replies import InOrder, deliver
from bots.views import COMMANDS, from_telegram, room_command
from campaign_engine.channels.telegram import ALERT_CHARACTERS, TelegramChannel
from campaign_engine.domain.audience import RoomKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Destination, Inbound, Message, Reply

log = logging.getLogger("groundswell.bots")

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member"]
POLL_SECONDS = 25
PRESENT = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR)
GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


class TelegramBot:
    """Feeds updates to the conversation, in order for each person.

    python-telegram-bot's own Updater confirms an update when it enters a queue in memory; a killed process would lose
    it. Here the next request confirms a batch only after all of it was handled, and a repeated one has no effect.
    """

    def __init__(self, bot: Bot, channel: TelegramChannel, parts: BotParts) -> None:
        self._bot = bot
        self._channel = channel
        self._parts = parts

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. Raises ConfigurationError for a wrong token, NetworkError when the platform is away."""
        try:
            await self._bot.initialize()
        except InvalidToken:
            raise ConfigurationError(
                "Telegram does not know this token.",
                hint="Copy it again into GROUNDSWELL_TELEGRAM_TOKEN.",
            ) from None
        try:
            await self._announce_commands()
            self._parts.board.set("telegram", Health.RUNNING)
            await self._poll(stop)
        finally:
            await self._bot.shutdown()

    async def _announce_commands(self) -> None:
        for language in LANGUAGES:
            commands = [BotCommand(name, self._parts.say(Reply(f"command.{name}"), language).text) for name in COMMANDS]
            await self._bot.set_my_commands(commands, language_code="" if language == "en" else language)

    async def _poll(self, stop: asyncio.Event) -> None:
        in_order = InOrder()
        offset = 0
        stopped = asyncio.create_task(stop.wait())
        while not stop.is_set():
            asking = asyncio.create_task(self._ask(offset))
            await asyncio.wait([asking, stopped], return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                asking.cancel()
                await asyncio.wait([asking])
                break
            for update in asking.result():
                in_order.add(_key(update), partial(contained, "telegram update", self._handle(update)))
                offset = update.update_id + 1
            await in_order.finish()
        stopped.cancel()

    async def _ask(self, offset: int) -> tuple[Update, ...]:
        try:
            return await self._bot.get_updates(
                offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES, read_timeout=POLL_SECONDS + 10
            )
        except Conflict:
            log.error("another program polls with this token")  # noqa: TRY400 - nothing in the traceback helps
            await asyncio.sleep(5)
        except RetryAfter as error:
            await asyncio.sleep(error._retry_after.total_seconds())  # noqa: SLF001 - see channels.telegram
        except NetworkError:
            await asyncio.sleep(2)
        return ()

    async def _handle(self, update: Update) -> None:
        if update.my_chat_member is not None:
            await self._membership(update.my_chat_member)
            return
        inbound = from_telegram(update)
        if inbound is not None:
            answers = await self._parts.conversation.handle(inbound)
            await self._answer(update, inbound, answers)
            return
        await self._link_at_command(update)

    async def _answer(self, update: Update, inbound: Inbound, answers: tuple[Message, ...]) -> None:
        query = update.callback_query
        if query is not None:
            shown = answers[0].text[:ALERT_CHARACTERS] if inbound.room and answers else None
            await self._pop_up(query.id, shown)
            if inbound.room:
                return
        to = Destination("telegram", inbound.address)
        pressed = str(query.message.message_id) if query is not None and query.message is not None else ""
        for number, answer in enumerate(answers):
            if number == 0 and answer.edits and pressed:
                send = partial(self._channel.edit, answer, to, pressed)
                await deliver(self._parts.pace, to.address, send)
            else:
                await deliver(self._parts.pace, to.address, partial(self._channel.send, answer, to))

    async def _pop_up(self, query_id: str, text: str | None) -> None:
        try:
            await self._bot.answer_callback_query(query_id, text, show_alert=bool(text))
        except TelegramError as error:
            log.info("a pressed button was not confirmed (%s)", type(error).__name__)

    async def _membership(self, change: ChatMemberUpdated) -> None:
        status = change.new_chat_member.status
        address = str(change.chat.id)
        if change.chat.type == ChatType.PRIVATE:
            if status in GONE:
                await self._parts.unreachable("telegram", address)
        elif status in GONE:
            await self._parts.rooms.unlink("telegram", address)
        elif status in PRESENT:
            await self._link(change.chat.id, change.chat.type, change.chat.title or "", str(change.from_user.id), "")

    async def _link_at_command(self, update: Update) -> None:
        message = update.message
        command = room_command(message)
        if message is None or message.from_user is None or command is None or command[0] != "link":
            return
        chat = message.chat
        await self._link(chat.id, chat.type, chat.title or "", str(message.from_user.id), command[1])

    async def _link(self, chat_id: int, chat_type: str, title: str, by: str, area: str) -> None:
        members = await self._bot.get_chat_member_count(chat_id)
        kind = RoomKind.CHANNEL if chat_type == ChatType.CHANNEL else RoomKind.GROUP
        answer = await self._parts.rooms.link(RoomSeen("telegram", str(chat_id), kind, title, members, by), area)
        to = Destination("telegram", by)
        await deliver(self._parts.pace, by, partial(self._channel.send, answer, to))


def _key(update: Update) -> str:
    person = update.effective_user
    return str(person.id) if person is not None else ""
