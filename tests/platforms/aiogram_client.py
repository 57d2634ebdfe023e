"""A short bot on aiogram, run by its own Python: says what it saw as JSON, one line. Arguments: root, token, person.

Imports nothing of this project, so that the local server's shapes are read by a second library as strangers read them.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramForbiddenError, TelegramRetryAfter
from aiogram.types import BotCommand, BotCommandScopeChat, BufferedInputFile, InlineKeyboardButton, InlineKeyboardMarkup

PIXELS = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + (40).to_bytes(4, "big") + (20).to_bytes(4, "big")
KINDS = ["message", "callback_query", "message_reaction", "edited_message", "my_chat_member", "chat_member"]


async def write(bot: Bot, person: int) -> dict[str, object]:
    me = await bot.get_me()
    buttons = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Yes", callback_data="y")]])
    asked = await bot.send_message(person, "<b>Ready?</b>", parse_mode="HTML", reply_markup=buttons)
    entity = asked.entities[0] if asked.entities else None
    photo = await bot.send_photo(person, BufferedInputFile(PIXELS, "map.png"), caption="Your area")
    again = await bot.send_photo(person, photo.photo[-1].file_id)
    document = await bot.send_document(person, BufferedInputFile(b"%PDF-1.7", "kit.pdf"))
    file = await bot.get_file(photo.photo[-1].file_id)
    loaded = await bot.download_file(file.file_path)
    return {
        "me": [me.is_bot, me.can_read_all_group_messages],
        "entity": [entity.type, entity.offset, entity.length] if entity else None,
        "photo": [photo.photo[-1].width, again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id],
        "document": document.document.file_size,
        "loaded": loaded.read() == PIXELS,
    }


async def follow(bot: Bot, person: int) -> dict[str, object]:
    """Answers the tap that the test makes, and edits the card."""
    offset, seen = 0, []
    while "callback_query" not in seen:
        for update in await bot.get_updates(offset, timeout=10, allowed_updates=KINDS):
            offset = update.update_id + 1
            seen.append(update.event_type)
            query = update.callback_query
            if query is not None:
                await query.answer("Saved")
                edited = await query.message.edit_text("Thank you")
                text = edited.text
                again = await refused(query.message.edit_text("Thank you"))
    return {"seen": seen, "edited": text, "not_modified": again}


async def refused(call: Awaitable[object]) -> list[object]:
    try:
        await call
    except TelegramRetryAfter as error:
        return [type(error).__name__, error.retry_after]
    except (TelegramBadRequest, TelegramForbiddenError) as error:
        return [type(error).__name__, error.message]
    return []


async def refusals(bot: Bot, person: int) -> dict[str, object]:
    """The last one waits until the test says that the bot is to be held."""
    scope = BotCommandScopeChat(chat_id=person)
    said: dict[str, object] = {
        "commands": await bot.set_my_commands([BotCommand(command="help", description="Help")], scope, "es"),
        "language": await refused(bot.set_my_commands([BotCommand(command="a", description="b")], language_code="esp")),
        "entities": await refused(bot.send_message(person, "<b>open", parse_mode="HTML")),
        "unknown": await refused(bot.send_message(123, "hello")),
        "long": await refused(bot.send_message(person, "a" * 4097)),
        "stranger": await refused(bot.send_message(person + 1, "hello")),
    }
    sys.stdout.write("hold me\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    return {**said, "flood": await refused(bot.send_message(person, "once more"))}


async def main(root: str, token: str, person: int) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(root))
    async with Bot(token, session=session) as bot:
        said = await write(bot, person)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        said |= await follow(bot, person)
        said |= await refusals(bot, person)
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
