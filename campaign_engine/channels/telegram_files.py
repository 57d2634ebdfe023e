"""Pictures and files on Telegram: uploaded once by a bot, then sent by the id that Telegram gave them."""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Protocol
from weakref import WeakValueDictionary

from telegram import Bot, InlineKeyboardMarkup, InputFile
from telegram import Message as Sent
from telegram.error import BadRequest

from campaign_engine.domain.message import Attachment

CAPTION_CHARACTERS = 1024
MOST_KEPT = 512

_PHOTOS = ("image/png", "image/jpeg")
_UNKNOWN = ("wrong file identifier", "wrong remote file identifier", "file reference")


class FileIds(Protocol):
    """What one bot has uploaded, by the content's hash; ids of other bots are useless to it."""

    async def known(self, digest: str) -> str:
        """Empty when it was never uploaded, or forgotten."""

    async def keep(self, digest: str, file_id: str) -> None:
        """Replaces an older one."""


class RememberedFileIds:
    """In this process only; after a restart each picture is uploaded once more."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    async def known(self, digest: str) -> str:
        """See FileIds."""
        return self._ids.get(digest, "")

    async def keep(self, digest: str, file_id: str) -> None:
        """The oldest goes when there are too many."""
        self._ids.pop(digest, None)
        while len(self._ids) >= MOST_KEPT:
            del self._ids[next(iter(self._ids))]
        self._ids[digest] = file_id


class Files:
    """Sends attachments of one bot."""

    def __init__(self, bot: Bot, ids: FileIds) -> None:
        self._bot = bot
        self._ids = ids
        self._uploading: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def send(
        self, attachment: Attachment, chat: int, caption: str = "", keyboard: InlineKeyboardMarkup | None = None
    ) -> Sent:
        """As a photo where Telegram shows one, else as a document. Raises TelegramError."""
        digest = sha256(attachment.content).hexdigest()
        send = self._sender(attachment, chat, caption, keyboard)
        if attachment.once:
            return await send(InputFile(attachment.content, attachment.filename))
        known = await self._ids.known(digest)
        if known:
            try:
                return await send(known)
            except BadRequest as error:
                if not any(words in error.message.lower() for words in _UNKNOWN):
                    raise
        async with self._uploading.setdefault(digest, asyncio.Lock()):
            again = await self._ids.known(digest)
            if again and again != known:
                return await send(again)
            sent = await send(InputFile(attachment.content, attachment.filename))
            if file_id := _file_id(sent):
                await self._ids.keep(digest, file_id)
        return sent

    def _sender(
        self, attachment: Attachment, chat: int, caption: str, keyboard: InlineKeyboardMarkup | None
    ) -> Callable[[InputFile | str], Awaitable[Sent]]:
        said = caption or None

        async def photo(what: InputFile | str) -> Sent:
            return await self._bot.send_photo(chat, what, caption=said, reply_markup=keyboard)

        async def document(what: InputFile | str) -> Sent:
            return await self._bot.send_document(
                chat, what, caption=said, reply_markup=keyboard, disable_content_type_detection=True
            )

        return photo if attachment.media_type in _PHOTOS and not attachment.as_file else document


def _file_id(sent: Sent) -> str:
    if sent.photo:
        return sent.photo[-1].file_id
    return sent.document.file_id if sent.document is not None else ""
