"""Telegram: long polling that acknowledges an update only after it was handled."""

import asyncio
import logging
from functools import partial

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllPrivateChats,
    ChatMemberUpdated,
    Update,
    User,
)
from telegram import Message as Received
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

from bots.guard import Health, contained, unless_stopped
from bots.parts import BotParts
from bots.replies import InOrder, deliver
from bots.views import COMMANDS, ROOM_COMMANDS, from_telegram, room_command
from campaign_engine.channels.split import split
from campaign_engine.channels.telegram import ALERT_CHARACTERS, TelegramChannel, utf16_length
from campaign_engine.domain.audience import RoomKind, RoomSeen
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Destination, Inbound, Message, Reply

log = logging.getLogger("groundswell.bots")

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member"]
POLL_SECONDS = 25
PRESENT = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED)
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
        """Until `stop`; can be run again after an error.

        Raises ConfigurationError for a wrong token, NetworkError when the platform is away at the start.
        """
        try:
            await unless_stopped(stop, self._begin())
            await self._poll(stop)
        except InvalidToken:
            raise ConfigurationError(
                "Telegram does not know this token.",
                hint="Copy it again into GROUNDSWELL_TELEGRAM_TOKEN.",
            ) from None

    async def close(self) -> None:
        """Let go of connections, once nothing is sent through this bot any more."""
        await self._bot.shutdown()

    async def _begin(self) -> None:
        await self._bot.initialize()
        for language in LANGUAGES:
            code = "" if language == LANGUAGES[0] else language
            in_private, in_rooms = self._commands(COMMANDS, language), self._commands(ROOM_COMMANDS, language)
            await self._bot.set_my_commands(in_private, BotCommandScopeAllPrivateChats(), code)
            await self._bot.set_my_commands(in_rooms, BotCommandScopeAllChatAdministrators(), code)
        self._parts.board.set("telegram", Health.RUNNING)

    def _commands(self, names: tuple[str, ...], language: str) -> list[BotCommand]:
        return [BotCommand(name, self._parts.say(Reply(f"command.{name}"), language).text) for name in names]

    async def _poll(self, stop: asyncio.Event) -> None:
        in_order = InOrder()
        offset = 0
        while not stop.is_set():
            for update in await unless_stopped(stop, self._ask(offset)) or ():
                in_order.add(_key(update), partial(contained, "telegram update", partial(self._handle, update)))
                offset = update.update_id + 1
            await in_order.finish()

    async def _ask(self, offset: int) -> tuple[Update, ...]:
        try:
            updates = await self._bot.get_updates(
                offset, timeout=POLL_SECONDS, allowed_updates=ALLOWED_UPDATES, read_timeout=POLL_SECONDS + 10
            )
        except Conflict:
            self._parts.board.set("telegram", Health.RESTARTING, "Another program polls with this token.")
            log.error("another program polls with this token")  # noqa: TRY400 - nothing in the traceback helps
            await asyncio.sleep(5)
        except RetryAfter as error:
            await asyncio.sleep(error._retry_after.total_seconds())  # noqa: SLF001 - see channels.telegram
        except NetworkError:
            self._parts.board.set("telegram", Health.RESTARTING, "Telegram does not answer.")
            await asyncio.sleep(2)
        else:
            self._parts.board.set("telegram", Health.RUNNING)
            return updates
        return ()

    async def _handle(self, update: Update) -> None:
        inbound = from_telegram(update)
        if inbound is not None:
            await self._answer(update, inbound, await self._parts.answers(inbound))
        elif update.my_chat_member is not None:
            await self._membership(update.my_chat_member)
        elif update.message is not None:
            await self._room_message(update.message)

    async def _answer(self, update: Update, inbound: Inbound, answers: tuple[Message, ...]) -> None:
        query = update.callback_query
        pressed = ""
        if query is not None:
            await self._pop_up(query.id, alert(answers) if inbound.room else "")
            pressed = str(query.message.message_id) if query.message is not None else ""
        if inbound.room:
            return
        to = Destination("telegram", inbound.address)
        for answer in answers:
            for part in split(answer, self._channel.limits.text, utf16_length):
                await self._say(part, to, pressed if part.edits and part.picture is None else "")
                pressed = ""

    async def _say(self, answer: Message, to: Destination, pressed: str = "") -> None:
        """`pressed` is the message of ours to replace, if any."""
        send = partial(self._replace, answer, to, pressed) if pressed else partial(self._channel.send, answer, to)
        refused = await deliver(self._parts.pace, to.address, send)
        if refused is not None and refused.opted_out:
            await self._parts.unreachable(to.channel, to.address)

    async def _replace(self, answer: Message, to: Destination, pressed: str) -> None:
        try:
            await self._channel.edit(answer, to, pressed)
        except SendError as error:
            if error.code != "refused":
                raise
            await self._channel.send(answer, to)  # the message is gone or too old to be changed

    async def _pop_up(self, query_id: str, text: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id, text or None, show_alert=bool(text))
        except TelegramError as error:
            log.info("a pressed button was not confirmed (%s)", type(error).__name__)

    async def _membership(self, change: ChatMemberUpdated) -> None:
        before, after = change.old_chat_member.status, change.new_chat_member.status
        address = str(change.chat.id)
        if change.chat.type == ChatType.PRIVATE:
            if after in GONE:
                await self._parts.unreachable("telegram", address)
        elif after in GONE:
            await self._parts.rooms.unlink("telegram", address)
        elif after in PRESENT and before not in PRESENT:
            await self._link(change.chat.id, change.chat.type, change.chat.title or "", change.from_user, "")

    async def _room_message(self, message: Received) -> None:
        """Commands, and the service message of a group that became a supergroup; nothing else is read."""
        chat, command = message.chat, room_command(message)
        if message.migrate_to_chat_id:
            await self._parts.rooms.moved("telegram", str(chat.id), str(message.migrate_to_chat_id))
        elif command is not None and command[0] in ROOM_COMMANDS and message.from_user is not None:
            await self._link(chat.id, chat.type, chat.title or "", message.from_user, command[1])

    async def _link(self, chat_id: int, chat_type: str, title: str, by: User, area: str) -> None:
        """What came of it is said in private: nobody in the room needs to know who organizes."""
        members = await self._bot.get_chat_member_count(chat_id)
        kind = RoomKind.CHANNEL if chat_type == ChatType.CHANNEL else RoomKind.GROUP
        seen = RoomSeen("telegram", str(chat_id), kind, title, members, str(by.id), by.language_code or "")
        await self._say(await self._parts.rooms.link(seen, area), Destination("telegram", seen.by))


def alert(answers: tuple[Message, ...]) -> str:
    """What a pop-up shows of the answers: the first that fits whole, else the beginning of the first."""
    fitting = (answer.text for answer in answers if len(answer.text) <= ALERT_CHARACTERS)
    beginnings = (split(answer, ALERT_CHARACTERS)[0].text for answer in answers)
    return next(fitting, None) or next(beginnings, "")


def _key(update: Update) -> str:
    person = update.effective_user
    return str(person.id) if person is not None else ""
