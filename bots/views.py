"""Platform updates to Inbound; pure."""

from dataclasses import dataclass, replace
from typing import Any

from telegram import Chat, Document, Message, PhotoSize, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from campaign_engine.channels.telegram import STAYS, send_error
from campaign_engine.domain.languages import from_tag
from campaign_engine.domain.message import Inbound, InboundKind, SentPicture
from campaign_engine.domain.roles import Capability

ALLY_COMMANDS = (
    *("start", "join", "menu", "help", "privacy", "language", "pause", "resume", "stop", "delete", "export"),
    *("learn", "area", "invite", "verify"),
)
"""What everybody can do, in the order in which the platforms list it."""

STAFF_COMMANDS = {
    "status": Capability.SEE_CAMPAIGNS,
    "hold": Capability.HOLD,
    "release": Capability.HOLD,
    "freeze": Capability.STOP_EVERYTHING,
    "unfreeze": Capability.STOP_EVERYTHING,
}

COMMANDS = (*ALLY_COMMANDS, *STAFF_COMMANDS)

STARTS = ("start", "join")
"""Commands that open a conversation, with the code that brought the person."""

ROOM_COMMANDS = ("link",)
"""What staff can do in a room; everything else is for private chats."""

TYPE_BUTTON = "type"
"""Custom id of the button that opens a field to type into, where the platform has no other way."""


def from_telegram(update: Update) -> Inbound | None:
    """What a person did, or None for updates that are not part of a conversation (rooms, reactions, polls).

    A changed message is not what it was before: it is no answer, and only read for signs of need. A live location
    changes all the time and is nothing.
    """
    if update.callback_query is not None:
        return _telegram_choice(update)
    edited = update.edited_message
    message = update.message or edited
    if message is None or message.from_user is None or message.chat.type != ChatType.PRIVATE:
        return None
    if edited is not None and not edited.text:
        return None
    common = {
        "channel": "telegram",
        "address": str(message.from_user.id),
        "update_id": str(update.update_id),
        "language_hint": from_tag(message.from_user.language_code or ""),
    }
    if edited is not None:
        return replace(_typed(None, common), text=edited.text or "")
    sent = sent_to_telegram(message)
    typed = _typed(message.text, common)
    return replace(typed, kind=InboundKind.PICTURE, sent=sent) if sent is not None else typed


def sent_to_telegram(message: Message) -> SentPicture | None:
    """The largest size of a photo, or a picture sent as a file; its content is not looked at here."""
    file: PhotoSize | Document | None = message.photo[-1] if message.photo else message.document
    if file is None or (isinstance(file, Document) and not (file.mime_type or "").startswith("image/")):
        return None

    async def fetch() -> bytes:
        try:
            return bytes(await (await file.get_file()).download_as_bytearray())
        except TelegramError as error:
            raise send_error(error) from error

    return SentPicture(file.file_size or 0, fetch)


def pressed_message(update: Update) -> str:
    """Id of the message whose button was pressed, where an answer may take its place; empty elsewhere."""
    query = update.callback_query
    if query is None or query.message is None or (query.data or "").startswith(STAYS):
        return ""
    return str(query.message.message_id)


def _telegram_choice(update: Update) -> Inbound | None:
    query = update.callback_query
    if query is None or query.data is None:
        return None
    chat: Chat | None = query.message.chat if query.message else None
    in_room = chat is not None and chat.type != ChatType.PRIVATE
    return Inbound(
        channel="telegram",
        address=str(query.from_user.id),
        kind=InboundKind.CHOICE,
        update_id=str(update.update_id),
        data=query.data.removeprefix(STAYS),
        room=str(chat.id) if chat is not None and in_room else "",
        language_hint=from_tag(query.from_user.language_code or ""),
    )


def room_command(message: Message | None) -> tuple[str, str] | None:
    """Command and its argument that somebody typed in a room, or None."""
    if message is None or not message.text or message.chat.type == ChatType.PRIVATE:
        return None
    return split_command(message.text)


def split_command(text: str) -> tuple[str, str] | None:
    """`/link@our_bot 75` gives ("link", "75"); None where the text is no command."""
    if not text.startswith("/"):
        return None
    head, *rest = text[1:].split(maxsplit=1) or [""]
    return head.partition("@")[0].lower(), rest[0].strip() if rest else ""


def _typed(text: str | None, common: dict[str, Any]) -> Inbound:
    if not text:
        return Inbound(kind=InboundKind.OTHER, **common)
    command = split_command(text)
    if command is None:
        return Inbound(kind=InboundKind.TEXT, text=text, **common)
    name, argument = command
    if name in STARTS:
        return Inbound(kind=InboundKind.START, data=argument, **common)
    return Inbound(kind=InboundKind.COMMAND, command=name, data=argument, **common)


@dataclass(frozen=True, slots=True)
class Pressed:
    """Where a Discord interaction came from; `room` is the channel of a server, empty in a direct chat."""

    person: int
    interaction: int
    locale: str
    room: str


def from_discord(origin: Pressed, *, command: str = "", data: str = "", text: str = "") -> Inbound:
    """A slash command, a press or a typed answer; none of them for a message without words."""
    if command:
        kind = InboundKind.START if command in STARTS else InboundKind.COMMAND
    elif text:
        kind = InboundKind.TEXT
    else:
        kind = InboundKind.CHOICE if data else InboundKind.OTHER
    return Inbound(
        channel="discord",
        address=str(origin.person),
        kind=kind,
        update_id=str(origin.interaction),
        text=text,
        command=command,
        data=data,
        room=origin.room,
        language_hint=from_tag(origin.locale),
    )
