"""Telegram: people, groups and channels through one bot account."""

import json
import logging
import os
from functools import lru_cache

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from campaign_engine.channels.telegram_files import CAPTION_CHARACTERS, FileIds, Files, RememberedFileIds
from campaign_engine.channels.telegram_request import AiohttpRequest, NotSent
from campaign_engine.domain.delivery import UNKNOWN_REFUSAL, Receipt, SendError
from campaign_engine.domain.message import Attachment, Choice, Destination, Limits, Message
from campaign_engine.domain.pacing import AT_ONCE

os.environ.setdefault("PTB_TIMEDELTA", "true")  # python-telegram-bot's switch to typed periods, without a warning

ALERT_CHARACTERS = 200
"""Longest text of a pop-up that answers a pressed button (Bot API, answerCallbackQuery)."""

STAYS = "!"
"""Before the data of buttons under a message that is never replaced: help, posts. A restart does not forget it."""

DATA_BYTES = 64

MOST_KEPT = 512
"""Messages whose fields are kept; a post has one for each language and area."""

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_NO_PREVIEW_FIELD = _NO_PREVIEW.to_dict()
_GONE = ("bot was blocked by the user", "user is deactivated", "bot can't initiate conversation")
_NO_ROOM = (
    "bot was kicked",
    "bot is not a member",
    "group chat was deleted",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
)
"""In small letters: the library makes the first one of some texts large."""


CONNECTIONS = AT_ONCE + 8
"""Most at once for messages, and as many for all else; opened when they are needed. Enough for 500 messages a second
at a tenth of a second each, and replies find a free one beside them; what waits for one has surely not left.
"""


def open_bot(token: str, api: str) -> Bot:
    """A client of the Bot API whose root is `api`, without the token; `close_bot` is for whoever opened it."""
    logging.getLogger("telegram").setLevel(logging.WARNING)  # at DEBUG it logs the token and every text (safety A2)
    request, root = AiohttpRequest(CONNECTIONS), api.rstrip("/")
    return Bot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=request,
    )


async def close_bot(bot: Bot) -> None:
    """Let go of connections, also of a bot that sent something and was never initialised."""
    await bot.shutdown()
    await bot.request.shutdown()


class TelegramChannel:
    """Sends through a bot that somebody else initialises and shuts down; no parse mode, so nothing is markup."""

    name = "telegram"
    limits = Limits(text=4096, label=64, edits=True)

    def __init__(self, bot: Bot) -> None:
        """Raises TypeError for a bot that `open_bot` did not open."""
        if not isinstance(bot.request, AiohttpRequest):
            raise TypeError("a bot of open_bot is needed")
        self.bot = self._bot = bot
        self._request = bot.request
        self._send_message = f"{bot.base_url}/sendMessage"
        self._fields_of: dict[int, tuple[Message, bytes]] = {}
        self.keep_file_ids(RememberedFileIds())

    def keep_file_ids(self, ids: FileIds) -> None:
        """Where the ids of uploaded pictures are kept from now on; without it, in memory."""
        self._files = Files(self._bot, ids)

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:  # noqa: ARG002 - no such key here
        """Telegram has no idempotency key: an answer that never came is ambiguous. Raises SendError."""
        try:
            return Receipt(platform_id=str(await self._send(message, to.address)))
        except ChatMigrated as moved:
            address = str(moved.new_chat_id)
        except TelegramError as error:
            raise send_error(error) from error
        try:
            return Receipt(str(await self._send(message, address)), new_address=address)
        except TelegramError as error:
            raise send_error(error) from error

    async def edit(self, message: Message, to: Destination, platform_id: str) -> None:
        """Replace a message of ours in place. Raises SendError; that it says the same already is no error."""
        try:
            await self._bot.edit_message_text(
                message.text,
                entities=entities(message),
                chat_id=int(to.address),
                message_id=int(platform_id),
                reply_markup=keyboard(message.choices, stays=message.stays),
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            if "not modified" not in error.message:
                raise send_error(error) from error
        except TelegramError as error:
            raise send_error(error) from error

    async def close(self) -> None:
        """The bot belongs to whoever opened it."""

    async def _send(self, message: Message, address: str) -> int:
        """Its number in the chat."""
        chat, files = int(address), _files(message)
        if not files:
            return await self._words(message, chat)
        if utf16_length(message.text) <= CAPTION_CHARACTERS:
            return await self._with_files(files, chat, message.text, keyboard(message.choices, stays=message.stays))
        await self._with_files(files, chat, files[0].alt[:CAPTION_CHARACTERS], None)
        try:
            return await self._words(message, chat)
        except TelegramError as error:
            raise _partly_sent(error) from error

    async def _words(self, message: Message, chat: int) -> int:
        """The wire call itself, because a post goes out in thousands. Raises TelegramError."""
        sent = await self._request.call(self._send_message, b'{"chat_id":%d,%b' % (chat, self._fields(message)))
        if not isinstance(sent, dict) or not isinstance(sent.get("message_id"), int):
            raise TelegramError("an answer without the message")
        return int(sent["message_id"])

    def _fields(self, message: Message) -> bytes:
        """JSON of all but the chat, without its first brace; made once for all who are sent this very object."""
        kept = self._fields_of.get(id(message))
        if kept is None or kept[0] is not message:
            if len(self._fields_of) >= MOST_KEPT:
                self._fields_of.clear()
            kept = self._fields_of[id(message)] = (message, _fields(message))
        return kept[1]

    async def _with_files(
        self, files: list[Attachment], chat: int, caption: str, buttons: InlineKeyboardMarkup | None
    ) -> int:
        """The first carries words and buttons, and stands last, so that they are seen."""
        for number, more in enumerate(files[1:]):
            try:
                await self._files.send(more, chat)
            except TelegramError as error:
                if number:
                    raise _partly_sent(error) from error
                raise
        try:
            return (await self._files.send(files[0], chat, caption, buttons)).message_id
        except TelegramError as error:
            if files[1:]:
                raise _partly_sent(error) from error
            raise


def _files(message: Message) -> list[Attachment]:
    picture = message.picture
    if picture is None:
        return list(message.attachments)
    shown = Attachment(picture.filename, picture.media_type, picture.content, picture.alt, once=picture.once)
    return [shown, *message.attachments]


def entities(message: Message) -> list[MessageEntity] | None:
    """Words that came underlined, words that went struck through; by position, so that no text is read as markup."""
    found = []
    for one in message.revisions:
        kind = MessageEntity.UNDERLINE if one.added else MessageEntity.STRIKETHROUGH
        start = utf16_length(message.text[: one.start])
        found.append(MessageEntity(kind, start, utf16_length(message.text[one.start : one.end])))
    return found or None


def utf16_length(text: str) -> int:
    """As Telegram counts the characters of a text."""
    return len(text.encode("utf-16-le")) // 2


def keyboard(choices: tuple[tuple[Choice, ...], ...], *, stays: bool = False) -> InlineKeyboardMarkup | None:
    """Inline buttons, row by row; under a message that `stays` they say so."""
    rows = [[_button(choice, STAYS if stays else "") for choice in row] for row in choices if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _fields(message: Message) -> bytes:
    fields: dict[str, object] = {"text": message.text, "link_preview_options": _NO_PREVIEW_FIELD}
    if marked := entities(message):
        fields["entities"] = [one.to_dict() for one in marked]
    if buttons := _keyboard_field(message.choices, message.stays):
        fields["reply_markup"] = buttons
    return json.dumps(fields).encode()[1:]


@lru_cache(maxsize=512)
def _keyboard_field(choices: tuple[tuple[Choice, ...], ...], stays: bool) -> dict[str, object] | None:
    """Made once for all who get the same buttons; never changed."""
    made = keyboard(choices, stays=stays)
    return made.to_dict() if made else None


def _button(choice: Choice, mark: str) -> InlineKeyboardButton:
    if choice.url:
        return InlineKeyboardButton(choice.label, url=choice.url)
    data = mark + choice.data
    return InlineKeyboardButton(choice.label, callback_data=data if len(data.encode()) <= DATA_BYTES else choice.data)


def _partly_sent(error: TelegramError) -> TelegramError:
    """Part of it arrived: whatever the rest met, sending it all again by itself would double that part."""
    return error if isinstance(error, Forbidden) else TelegramError("partly sent")


def seconds_of(error: RetryAfter) -> float:
    """How long it asks to wait. The library's own property is of another type with another setting, and warns."""
    return error._retry_after.total_seconds()  # noqa: SLF001 - see above


def send_error(error: TelegramError) -> SendError:
    """What a wire error means for a delivery.

    Without an idempotency key, whatever failed after the request left is ambiguous: a 5xx or a broken answer may
    follow a message that did arrive.
    """
    match error:
        case RetryAfter():
            return _too_many(seconds_of(error))
        case Forbidden():
            return _forbidden(error.message)
        case BadRequest():
            return _bad_request(error.message)
        case InvalidToken() | Conflict():
            return SendError("wrong_token", retryable=True, flags=frozenset({"alert"}))
        case NotSent():
            return SendError("not_connected", retryable=True)
        case _:
            return _unclear(error.message)


def _too_many(seconds: float | None = None) -> SendError:
    return SendError("rate_limited", retryable=True, retry_after=seconds, flags=frozenset({"holds_lane"}))


def _unclear(text: str) -> SendError:
    """A 429 that names no time was refused all the same."""
    if _says(text, ("too many requests",)):
        return _too_many()
    return SendError("no_answer", flags=frozenset({"ambiguous"}))


def _forbidden(text: str) -> SendError:
    if _says(text, _GONE):
        return SendError("blocked", flags=frozenset({"opted_out"}))
    if _says(text, _NO_ROOM):
        return SendError("no_rights", flags=frozenset({"opted_out"}))
    return SendError(UNKNOWN_REFUSAL)


def _bad_request(text: str) -> SendError:
    if _says(text, ("chat not found",)):
        return SendError("chat_not_found", flags=frozenset({"opted_out"}))
    if _says(text, _NO_ROOM):
        return SendError("no_rights", flags=frozenset({"opted_out"}))
    return SendError("refused")


def _says(text: str, any_of: tuple[str, ...]) -> bool:
    return any(words in text.lower() for words in any_of)
