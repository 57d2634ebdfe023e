"""Telegram groups and channels: linking them in private, and counting what comes back from them."""

import asyncio
import logging
import re

from telegram import (
    Bot,
    CallbackQuery,
    ChatFullInfo,
    ChatMember,
    ChatMemberUpdated,
    MessageReactionCountUpdated,
    MessageReactionUpdated,
    Update,
    User,
)
from telegram import Message as Received
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

from bots.parts import BotParts
from bots.telegram_answers import Answers
from bots.views import COMMANDS, ROOM_COMMANDS, room_command
from campaign_engine.channels.telegram import STAYS
from campaign_engine.domain.audience import RoomKind, RoomSeen
from campaign_engine.domain.languages import SAFETY_LANGUAGES, from_tag
from campaign_engine.domain.message import Choice, Destination, Message, Reply
from campaign_engine.services.room_offers import BUTTON, INVITES, KEEP, LEAVE, UNLINK, read_button, read_subject

log = logging.getLogger("groundswell.bots")

PRESENT = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED)
HERE = (*PRESENT, ChatMemberStatus.OWNER)
GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
QUIET_SECONDS = 3600.0
"""A room gets one line of ours about commands in this time, however many are typed there."""

_AREA = re.compile(r"city|site[0-9]{1,9}|[0-9]{1,3}|[A-Z][a-z]+(?: [A-Z][a-z]+)?")


class TelegramRooms:
    """In a room we say nothing but posts, and one neutral line to a command; all else is said in private."""

    def __init__(self, bot: Bot, answers: Answers, parts: BotParts) -> None:
        self._bot = bot
        self._answers = answers
        self._parts = parts
        self._spoke: dict[int, float] = {}

    async def take(self, update: Update) -> None:
        """Whatever is not part of a conversation."""
        number = str(update.update_id)
        if update.my_chat_member is not None:
            await self._membership(update.my_chat_member)
        elif update.message is not None:
            await self._message(update.message)
        elif update.chat_member is not None:
            await self._joined(update.chat_member, number)
        elif update.message_reaction is not None:
            await self._reacted(update.message_reaction, number)
        elif update.message_reaction_count is not None:
            await self._reactions(update.message_reaction_count, number)

    async def _membership(self, change: ChatMemberUpdated) -> None:
        before, after = change.old_chat_member.status, change.new_chat_member.status
        address = str(change.chat.id)
        if change.chat.type == ChatType.PRIVATE:
            if after in GONE:
                await self._parts.unreachable("telegram", address)
        elif after in GONE:
            await self._parts.rooms.unlink("telegram", address)
        elif after in PRESENT and before not in PRESENT:
            await self._added(change)

    async def _added(self, change: ChatMemberUpdated) -> None:
        """Somebody who is not of the team is told so in private, and we go: nobody there asked for us."""
        room = await self._seen(change.chat.id, change.from_user)
        offer = await self._parts.offers.page(room, "")
        if offer is not None:
            await self._whisper(offer, room)
            return
        await self._whisper(await self._parts.offers.said(room, "not_for_you"), room)
        await self._leave(change.chat.id)

    async def _leave(self, chat_id: int) -> None:
        try:
            await self._bot.leave_chat(chat_id)
        except TelegramError as error:
            log.info("a room could not be left (%s)", type(error).__name__)

    async def _message(self, message: Received) -> None:
        """Commands, and the service messages of a group that became a supergroup; nothing else is read."""
        chat, command = message.chat, room_command(message)
        if message.migrate_to_chat_id:
            await self._parts.rooms.moved("telegram", str(chat.id), str(message.migrate_to_chat_id))
        elif message.migrate_from_chat_id:
            await self._parts.rooms.moved("telegram", str(message.migrate_from_chat_id), str(chat.id))
        elif command is not None and message.from_user is not None:
            if command[0] in ROOM_COMMANDS:
                await self._link(await self._seen(chat.id, message.from_user), command[1])
            elif command[0] in COMMANDS:
                await self._point_to_private(chat.id, message.from_user)

    async def _point_to_private(self, chat_id: int, by: User) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._spoke.get(chat_id, float("-inf")) < QUIET_SECONDS:
            return
        self._spoke = {room: at for room, at in self._spoke.items() if now - at < QUIET_SECONDS} | {chat_id: now}
        language = from_tag(by.language_code or "") or SAFETY_LANGUAGES[0]
        said, label = (self._parts.say(Reply(f"room.{name}"), language).text for name in ("in_private", "open_private"))
        row = (Choice(label, url=f"https://t.me/{self._bot.username}"),)
        to = Destination("telegram", str(chat_id), is_room=True)
        await self._answers.say((Message(said, language, (row,)),), to)

    async def _link(self, room: RoomSeen, area: str) -> None:
        """Without an area, there are buttons to choose one."""
        answer = await (self._parts.rooms.link(room, area) if area else self._parts.offers.page(room, ""))
        await self._whisper(answer or await self._parts.offers.said(room, "only_team"), room)

    def is_ours(self, query: CallbackQuery) -> bool:
        """A button about a room."""
        return (query.data or "").removeprefix(STAYS).startswith(BUTTON)

    async def pressed(self, query: CallbackQuery) -> None:
        """In private, by somebody who is in the room; what they may do there is looked up anew."""
        address, page = read_button((query.data or "").removeprefix(STAYS))
        room = await self._seen_by_member(address, query.from_user)
        kept = query.message is None or (query.data or "").startswith(STAYS)
        pressed = "" if kept or query.message is None else str(query.message.message_id)
        if room is None:
            gone = RoomSeen("telegram", address, RoomKind.GROUP, "", 0, str(query.from_user.id), _language(query))
            await self._whisper(await self._parts.offers.said(gone, "gone"), gone, pressed)
            return
        answer = await self._page(room, page)
        await self._whisper(answer or await self._parts.offers.said(room, "only_team"), room, pressed)

    async def _page(self, room: RoomSeen, page: str) -> Message | None:
        offers = self._parts.offers
        if page == LEAVE:
            await self._leave(int(room.address))
            return await offers.said(room, "left")
        if page == UNLINK:
            return await offers.said(room, "unlinked") if await self._parts.rooms.unlink_by(room) else None
        if page.startswith(f"{INVITES}:"):
            return await self._invite(room, page.removeprefix(f"{INVITES}:"))
        if page == KEEP or _AREA.fullmatch(page):
            return await self._parts.rooms.link(room, page)
        return await offers.page(room, page)

    async def _invite(self, room: RoomSeen, subject: str) -> Message | None:
        name = await self._parts.offers.invite_name(room, subject)
        if not name:
            return None
        try:
            link = (await self._bot.create_chat_invite_link(int(room.address), name=name)).invite_link
        except TelegramError as error:
            log.info("no invite link could be made (%s)", type(error).__name__)
            link = ""
        return await self._parts.offers.invite_ready(room, link)

    async def _seen_by_member(self, address: str, by: User) -> RoomSeen | None:
        """None where we, or they, are not in the room (any more)."""
        if not re.fullmatch(r"-[0-9]{1,19}", address):
            return None
        try:
            member = await self._bot.get_chat_member(int(address), by.id)
            return await self._seen(int(address), by) if member.status in HERE else None
        except TelegramError as error:
            log.info("a room cannot be looked at (%s)", type(error).__name__)
            return None

    async def _seen(self, chat_id: int, by: User) -> RoomSeen:
        """As Telegram describes it now. Raises TelegramError."""
        chat = await self._bot.get_chat(chat_id)
        members = await self._bot.get_chat_member_count(chat_id)
        own = await self._bot.get_chat_member(chat_id, self._bot.id)
        kind = RoomKind.CHANNEL if chat.type == ChatType.CHANNEL else RoomKind.GROUP
        who, language = str(by.id), by.language_code or ""
        return RoomSeen("telegram", str(chat_id), kind, chat.title or "", members, who, language, lacks(chat, own))

    async def _joined(self, change: ChatMemberUpdated, number: str) -> None:
        link = change.invite_link
        came = change.old_chat_member.status not in HERE and change.new_chat_member.status in HERE
        if came and link is not None and link.creator.id == self._bot.id and (name := read_subject(link.name or "")):
            await self._parts.figures.joined(("telegram", str(change.chat.id)), name, number)

    async def _reacted(self, change: MessageReactionUpdated, number: str) -> None:
        more = len(change.new_reaction) - len(change.old_reaction)
        if more:
            room = ("telegram", str(change.chat.id))
            await self._parts.figures.reacted(room, str(change.message_id), number, more)

    async def _reactions(self, change: MessageReactionCountUpdated, number: str) -> None:
        total = sum(one.total_count for one in change.reactions)
        room = ("telegram", str(change.chat.id))
        await self._parts.figures.reactions(room, str(change.message_id), number, total)

    async def _whisper(self, answer: Message, room: RoomSeen, pressed: str = "") -> None:
        """What came of it is said in private: nobody in the room needs to know who organizes."""
        await self._answers.say((answer,), Destination("telegram", room.by), pressed)


def lacks(chat: ChatFullInfo, own: ChatMember) -> tuple[str, ...]:
    """What we cannot do there and should."""
    admin = own.status == ChatMemberStatus.ADMINISTRATOR
    if chat.type == ChatType.CHANNEL:
        posts = admin and _may(own, "can_post_messages")
    elif own.status == ChatMemberStatus.RESTRICTED:
        posts = _may(own, "can_send_messages")
    else:
        posts = admin or chat.permissions is None or bool(chat.permissions.can_send_messages)
    missing = {"post": posts, "invite": admin and _may(own, "can_invite_users"), "reactions": admin}
    return tuple(name for name, there in missing.items() if not there)


def _may(own: ChatMember, right: str) -> bool:
    return bool(getattr(own, right, False))


def _language(query: CallbackQuery) -> str:
    return query.from_user.language_code or ""
