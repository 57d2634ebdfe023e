"""How updates come in: asked for by long polling, or posted to us by Telegram; confirmed once they were handled."""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bots.guard import Health, unless_stopped
from bots.parts import BotParts
from campaign_engine.channels.telegram import seconds_of

log = logging.getLogger("groundswell.bots")

ALLOWED_UPDATES = (
    *("message", "edited_message", "callback_query", "my_chat_member"),
    *("chat_member", "message_reaction", "message_reaction_count"),
)
"""The last three come only to whoever asks for them."""

POLL_SECONDS = 25
CONFLICT_PAUSE = 5.0
CONNECTIONS = 40
"""At once by a webhook; Telegram's own default."""


@dataclass(frozen=True, slots=True)
class Ways:
    """`webhook` is the address that Telegram posts to, polling where it is empty. Pauses in seconds, the first doubled
    up to the longest while the platform is away; `look_every` looks for changes in the team.
    """

    webhook: str = ""
    first_pause: float = 1.0
    longest_pause: float = 60.0
    look_every: float = 10.0


class Polling:
    """Asks for updates; the next request confirms a batch, only after all of it was handled.

    python-telegram-bot's own Updater confirms an update when it enters a queue in memory; a killed process would lose
    it. Where only sending is held it goes on, so that a STOP is heard.
    """

    def __init__(self, bot: Bot, parts: BotParts, ways: Ways) -> None:
        self._bot = bot
        self._pace = parts.pace
        self._board = parts.board
        self._ways = ways
        self._pause = ways.first_pause
        self._patience = POLL_SECONDS

    async def run(self, stop: asyncio.Event, handle: Callable[[tuple[Update, ...]], Awaitable[None]]) -> None:
        """Until `stop`; `handle` gets each batch and returns when another one may be asked for."""
        offset = 0
        while not stop.is_set():
            updates = await unless_stopped(stop, self._ask(offset))
            if updates:
                await handle(updates)
                offset = updates[-1].update_id + 1

    async def _ask(self, offset: int) -> tuple[Update, ...]:
        try:
            updates = await self._bot.get_updates(
                offset, timeout=self._patience, allowed_updates=ALLOWED_UPDATES, read_timeout=POLL_SECONDS + 10
            )
        except Conflict:
            self._board.set("telegram", Health.RESTARTING, "Another program polls with this token.")
            log.error("another program polls with this token")  # nothing in the traceback helps
            await asyncio.sleep(CONFLICT_PAUSE)
        except RetryAfter as error:
            self._pace.hold(seconds_of(error))
            await asyncio.sleep(seconds_of(error))
        except InvalidToken:
            raise
        except TelegramError:
            self._board.set("telegram", Health.RESTARTING, "Telegram does not answer.")
            self._patience = 0  # the first answer after an outage says at once that it is over
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 2, self._ways.longest_pause)
        else:
            self._board.set("telegram", Health.RUNNING)
            self._pause, self._patience = self._ways.first_pause, POLL_SECONDS
            return updates
        return ()


class Hook:
    """Takes what Telegram posts; open only while the bot runs, so that what comes in between is delivered again."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._handle: Callable[[Update], Awaitable[None]] | None = None

    async def run(self, stop: asyncio.Event, handle: Callable[[Update], Awaitable[None]]) -> None:
        """Until `stop`; the webhook itself stays set, and Telegram keeps what it cannot deliver."""
        self._handle = handle
        try:
            await stop.wait()
        finally:
            self._handle = None

    async def receive(self, body: bytes, secret: str) -> int:
        """The status to answer with: 200 once it was handled, 403 for a wrong secret, 503 while the bot is away."""
        if not hmac.compare_digest(secret.encode(), webhook_secret(self._bot.token).encode()):
            return 403
        handle = self._handle
        if handle is None:
            return 503
        try:
            update = Update.de_json(json.loads(body), self._bot)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.error("an update cannot be read (%s)", type(error).__name__)  # it may carry a text
            return 400
        await handle(update)
        return 200


def webhook_secret(token: str) -> str:
    """Made of the token, so that it need not be kept and every process knows it; says nothing about the token."""
    return hmac.new(token.encode(), b"groundswell telegram webhook", hashlib.sha256).hexdigest()
