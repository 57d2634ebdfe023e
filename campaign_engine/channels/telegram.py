"""Telegram: people, groups and channels through one bot account."""

import logging
import os

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram import Message as Sent
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from campaign_engine.channels.telegram_files import CAPTION_CHARACTERS, FileIds, Files, RememberedFileIds
from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Attachment, Choice, Destination, Limits, Message

os.environ.setdefault("PTB_TIMEDELTA", "true")  # python-telegram-bot's switch to typed periods, without a warning

ALERT_CHARACTERS = 200
"""Longest text of a pop-up that answers a pressed button (Bot API, answerCallbackQuery)."""

STAYS = "!"
"""Before the data of buttons under a message that is never replaced: help, posts. A restart does not forget it."""

DATA_BYTES = 64

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_NEVER_LEFT = (httpx.PoolTimeout, httpx.ConnectTimeout, httpx.ConnectError)
_GONE = ("bot was blocked by the user", "user is deactivated", "bot can't initiate conversation")
_NO_ROOM = (
    "bot was kicked",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "CHAT_WRITE_FORBIDDEN",
)


def open_bot(token: str, api: str, connections: int = 16) -> Bot:
    """A client of the Bot API whose root is `api`, without the token; requests time out after 20 seconds."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # at INFO it logs every address with the token (safety A2)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # it quotes a broken answer, texts and all
    request = HTTPXRequest(connection_pool_size=connections, read_timeout=20, pool_timeout=20)
    polling = HTTPXRequest(connection_pool_size=2, read_timeout=20)
    root = api.rstrip("/")
    return Bot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=polling,
    )


class TelegramChannel:
    """Sends through a bot that somebody else initialises and shuts down; no parse mode, so nothing is markup."""

    name = "telegram"
    limits = Limits(text=4096, label=64, edits=True)

    def __init__(self, bot: Bot) -> None:
        self.bot = self._bot = bot
        self.keep_file_ids(RememberedFileIds())

    def keep_file_ids(self, ids: FileIds) -> None:
        """Where the ids of uploaded pictures are kept from now on; without it, in memory."""
        self._files = Files(self._bot, ids)

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:  # noqa: ARG002 - no such key here
        """Telegram has no idempotency key: an answer that never came is ambiguous. Raises SendError."""
        try:
            return Receipt(platform_id=str((await self._send(message, to.address)).message_id))
        except ChatMigrated as moved:
            address = str(moved.new_chat_id)
        except TelegramError as error:
            raise send_error(error) from error
        try:
            return Receipt(str((await self._send(message, address)).message_id), new_address=address)
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

    async def _send(self, message: Message, address: str) -> Sent:
        chat, buttons = int(address), keyboard(message.choices, stays=message.stays)
        files = _files(message)
        if files and utf16_length(message.text) <= CAPTION_CHARACTERS:
            return await self._with_files(files, chat, message.text, buttons)
        if files:
            await self._with_files(files, chat, files[0].alt[:CAPTION_CHARACTERS], None)
        try:
            return await self._bot.send_message(
                chat,
                message.text,
                entities=entities(message),
                reply_markup=buttons,
                link_preview_options=_NO_PREVIEW,
            )
        except TelegramError as error:
            if files:
                raise _partly_sent(error) from error
            raise

    async def _with_files(
        self, files: list[Attachment], chat: int, caption: str, buttons: InlineKeyboardMarkup | None
    ) -> Sent:
        """The first carries words and buttons, and stands last, so that they are seen."""
        for number, more in enumerate(files[1:]):
            try:
                await self._files.send(more, chat)
            except TelegramError as error:
                if number:
                    raise _partly_sent(error) from error
                raise
        try:
            return await self._files.send(files[0], chat, caption, buttons)
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


def _button(choice: Choice, mark: str) -> InlineKeyboardButton:
    if choice.url:
        return InlineKeyboardButton(choice.label, url=choice.url)
    data = mark + choice.data
    return InlineKeyboardButton(choice.label, callback_data=data if len(data.encode()) <= DATA_BYTES else choice.data)


def _partly_sent(error: TelegramError) -> TelegramError:
    """Part of it arrived: whatever the rest met, sending it all again by itself would double that part."""
    return error if isinstance(error, Forbidden) else TelegramError("partly sent")


def send_error(error: TelegramError) -> SendError:
    """What a wire error means for a delivery.

    Without an idempotency key, whatever failed after the request left is ambiguous: a 5xx or a broken answer may
    follow a message that did arrive.
    """
    match error:
        case RetryAfter():
            seconds = error._retry_after.total_seconds()  # noqa: SLF001 - the public one changes type by environment
            return SendError("rate_limited", retryable=True, retry_after=seconds, flags=frozenset({"holds_lane"}))
        case Forbidden():
            return _forbidden(error.message)
        case BadRequest():
            return _bad_request(error.message)
        case InvalidToken() | Conflict():
            return SendError("wrong_token", retryable=True, flags=frozenset({"alert"}))
        case TimedOut() | NetworkError() if isinstance(error.__cause__, _NEVER_LEFT):
            return SendError("not_connected", retryable=True)
        case _:
            return SendError("no_answer", flags=frozenset({"ambiguous"}))


def _forbidden(text: str) -> SendError:
    if any(words in text for words in _GONE):
        return SendError("blocked", flags=frozenset({"opted_out"}))
    if any(words in text for words in _NO_ROOM):
        return SendError("no_rights", flags=frozenset({"opted_out"}))
    return SendError("forbidden")


def _bad_request(text: str) -> SendError:
    if "chat not found" in text.lower():
        return SendError("chat_not_found", flags=frozenset({"opted_out"}))
    if any(words in text for words in _NO_ROOM):
        return SendError("no_rights", flags=frozenset({"opted_out"}))
    return SendError("refused")
