"""Photos on Telegram: uploaded once, then named by the id that the platform gave (it belongs to the bot)."""

import asyncio
from collections import defaultdict

from telegram import Bot, InlineKeyboardMarkup, Message

from campaign_engine.domain.message import Picture

CAPTION_CHARACTERS = 1024
"""Longest text under a photo, in UTF-16 units (Bot API, sendPhoto)."""

_MOST_KEPT = 256


class Photos:
    """Ids by the content of the picture; forgotten with the process, which costs one upload."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._ids: dict[str, str] = {}
        self._first: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def send(
        self, address: str, picture: Picture, text: str = "", keyboard: InlineKeyboardMarkup | None = None
    ) -> Message:
        """Raises TelegramError. Telegram has no field for a picture's own words: they stand where a text would."""
        caption = text or picture.alt[:CAPTION_CHARACTERS]
        if picture.key not in self._ids:
            async with self._first[picture.key]:
                if picture.key not in self._ids:
                    return await self._upload(address, picture, caption, keyboard)
        return await self._bot.send_photo(int(address), self._ids[picture.key], caption, reply_markup=keyboard)

    async def _upload(
        self, address: str, picture: Picture, caption: str, keyboard: InlineKeyboardMarkup | None
    ) -> Message:
        sent = await self._bot.send_photo(
            int(address), picture.content, caption, reply_markup=keyboard, filename=picture.filename
        )
        if len(self._ids) >= _MOST_KEPT:
            self._ids.clear()
        if sent.photo:
            self._ids[picture.key] = sent.photo[-1].file_id
        return sent
