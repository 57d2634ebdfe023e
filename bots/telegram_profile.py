"""What Telegram shows of the bot: commands by language and chat, and two neutral lines about it (safety P4)."""

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Mapping

from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden, RetryAfter

from bots.guard import unless_stopped
from bots.parts import BotParts
from bots.views import ALLY_COMMANDS, ROOM_COMMANDS, STAFF_COMMANDS
from campaign_engine.channels.telegram import seconds_of
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Reply

log = logging.getLogger("groundswell.bots")

DEFAULT = SAFETY_LANGUAGES[0]
DESCRIPTION_CHARACTERS = 256

_ABOUT = ("about", "about_short")
_MARK = "telegram_profile"


class Profile:
    """Publishes once, then gives each member of the team the commands of their roles and takes them back."""

    def __init__(self, bot: Bot, parts: BotParts) -> None:
        self._bot = bot
        self._parts = parts
        self._published = False
        self._given: dict[str, tuple[str, ...]] = {}

    async def keep(self, stop: asyncio.Event, look_every: float) -> None:
        """Until `stop`; a platform that refuses is asked again at the next look."""
        while not stop.is_set():
            pause = look_every
            try:
                await self.look()
            except RetryAfter as error:
                pause = seconds_of(error)
                self._parts.pace.hold(pause)
            except Exception as error:  # noqa: BLE001 - the list of commands is a help, people are answered without it
                log.warning("the commands could not be shown (%s)", type(error).__name__)
            await unless_stopped(stop, asyncio.sleep(pause))

    async def look(self) -> None:
        """Publish what is missing. Raises TelegramError, StoreUnavailable."""
        if not self._published:
            await self._publish_changed()
            self._published = True
        team = await self._parts.team("telegram")
        for address, (language, capabilities) in team.items():
            own = tuple(name for name, capability in STAFF_COMMANDS.items() if capability in capabilities)
            await self._give(address, language, own)
        for address in self._given.keys() - team.keys():
            await self._take(address)

    async def _publish_changed(self) -> None:
        """Only what is not there yet: Telegram keeps it, and takes few changes of a profile a day."""
        words = [self._commands((*ALLY_COMMANDS, *ROOM_COMMANDS), one) for one, _ in self._languages("start")]
        about = [self._say(name, one) for name in _ABOUT for one, _ in self._languages(name)]
        mark = hashlib.sha256(repr((self._bot.id, words, about)).encode()).hexdigest()
        if await self._parts.marks.get(_MARK) != mark:
            await self._publish()
            await self._parts.marks.put(_MARK, mark)

    async def _publish(self) -> None:
        await self._bot.delete_my_commands(BotCommandScopeDefault())  # groups fall back to it, and nothing works there
        for language, code in self._languages(ALLY_COMMANDS[0]):
            commands = self._commands(ALLY_COMMANDS, language)
            await self._bot.set_my_commands(commands, BotCommandScopeAllPrivateChats(), code)
        for language, code in self._languages(ROOM_COMMANDS[0]):
            commands = self._commands(ROOM_COMMANDS, language)
            await self._bot.set_my_commands(commands, BotCommandScopeAllChatAdministrators(), code)
        for language, code in self._languages("about"):
            await self._bot.set_my_description(self._say("about", language), code or None)
            await self._bot.set_my_short_description(self._say("about_short", language), code or None)

    async def _give(self, address: str, language: str, own: tuple[str, ...]) -> None:
        key = (language, *own)
        if self._given.get(address) == key:
            return
        try:
            scope = BotCommandScopeChat(int(address))
            await self._bot.set_my_commands(self._commands((*ALLY_COMMANDS, *own), language), scope)
        except (BadRequest, Forbidden) as error:
            log.info("a member of the team was not shown their commands (%s)", type(error).__name__)
        self._given[address] = key

    async def _take(self, address: str) -> None:
        try:
            await self._bot.delete_my_commands(BotCommandScopeChat(int(address)))
        except (BadRequest, Forbidden) as error:
            log.info("commands were not taken back (%s)", type(error).__name__)
        del self._given[address]

    def _languages(self, name: str) -> Iterable[tuple[str, str]]:
        """Languages that have these words, with Telegram's two letters; the first is everybody else's."""
        codes: Mapping[str, str] = {code[:2]: code for code in reversed(SAFETY_LANGUAGES)}
        for code, language in sorted(codes.items(), key=lambda pair: SAFETY_LANGUAGES.index(pair[1])):
            if not self._parts.say(Reply(f"command.{name}"), language).spoken:
                yield language, "" if language == DEFAULT else code

    def _commands(self, names: Iterable[str], language: str) -> list[BotCommand]:
        return [BotCommand(name, self._say(name, language)[:DESCRIPTION_CHARACTERS]) for name in names]

    def _say(self, name: str, language: str) -> str:
        return self._parts.say(Reply(f"command.{name}"), language).text
