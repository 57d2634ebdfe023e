"""Telegram: updates in, in order for each person; answers out through the shared pacing."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial

from telegram import Bot, CallbackQuery, Update
from telegram.error import InvalidToken

from bots.guard import Health, contained, unknown_token, unless_stopped
from bots.parts import BotParts
from bots.replies import InOrder
from bots.telegram_answers import Answers, DoubleTaps, alert
from bots.telegram_intake import ALLOWED_UPDATES, CONNECTIONS, Hook, Polling, Ways, webhook_secret
from bots.telegram_profile import Profile
from bots.telegram_rooms import TelegramRooms
from bots.views import from_telegram, pressed_message
from campaign_engine.channels.telegram import TelegramChannel, close_bot
from campaign_engine.domain.message import Destination, Inbound

WAITING_ANSWERS = 1000
"""Answers that may wait for the platform's pace before no more updates are taken."""

AT_ONCE = 100
"""Updates that Telegram gives in one go: none of them waits to begin."""

LAST_ANSWERS = 10.0
"""Seconds that waiting answers get at a stop; what was asked is stored, and a person can ask again."""

POLLING = Ways()


class TelegramBot:
    """Feeds updates to the conversation. An update is done when its step is committed; its answers then wait for the
    pace in a queue of their own, so that one slow chat holds nobody else up.
    """

    def __init__(self, bot: Bot, channel: TelegramChannel, parts: BotParts, ways: Ways = POLLING) -> None:
        self._bot = bot
        self._parts = parts
        self._ways = ways
        self._hook = Hook(bot)
        self._answers = Answers(bot, channel, parts)
        self._rooms = TelegramRooms(bot, self._answers, parts)
        self._profile = Profile(bot, parts)
        self._taps = DoubleTaps()
        self._handling, self._sending = InOrder(AT_ONCE), InOrder(64)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; can be run again after an error.

        Raises ConfigurationError for a wrong token, TelegramError when the platform is away at the start.
        """
        try:
            await unless_stopped(stop, self._begin())
            await self._run(stop)
        except InvalidToken:
            raise unknown_token("Telegram") from None

    async def _run(self, stop: asyncio.Event) -> None:
        over = asyncio.Event()
        showing = asyncio.create_task(self._profile.keep(over, self._ways.look_every))
        try:
            if self._ways.webhook:
                await self._hook.run(stop, self._one)
            else:
                await Polling(self._bot, self._parts, self._ways).run(stop, self._batch)
        finally:
            over.set()
            await self._finish()
            await asyncio.wait([showing])

    async def receive(self, body: bytes, secret: str) -> int:
        """What Telegram posted to our webhook; see telegram_intake.Hook."""
        return await self._hook.receive(body, secret)

    async def close(self) -> None:
        """Let go of connections, once nothing is sent through this bot any more."""
        await close_bot(self._bot)

    async def _begin(self) -> None:
        """Nothing that waits at Telegram is dropped, whichever way it came before."""
        await self._bot.initialize()
        accounts = self._parts.accounts
        accounts.telegram = accounts.telegram or self._bot.username
        if self._ways.webhook:
            await self._bot.set_webhook(
                self._ways.webhook,
                secret_token=webhook_secret(self._bot.token),
                allowed_updates=ALLOWED_UPDATES,
                max_connections=CONNECTIONS,
                drop_pending_updates=False,
            )
        else:
            await self._bot.delete_webhook(drop_pending_updates=False)
        self._parts.board.set("telegram", Health.RUNNING)

    async def _batch(self, updates: tuple[Update, ...]) -> None:
        for update in updates:
            self._take(update)
        await self._handling.finish()
        await self._sending.below(WAITING_ANSWERS)

    async def _one(self, update: Update) -> None:
        await asyncio.wait([self._take(update)])
        await self._sending.below(WAITING_ANSWERS)

    def _take(self, update: Update) -> "asyncio.Task[None]":
        return self._handling.add(_key(update), partial(contained, "telegram update", partial(self._handle, update)))

    async def _finish(self) -> None:
        await self._handling.finish()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_ANSWERS):
                await self._sending.finish()

    async def _handle(self, update: Update) -> None:
        query = update.callback_query
        if query is not None and self._is_idle(query):
            return
        if query is not None and self._rooms.is_ours(query):
            await self._rooms.pressed(query)
            return
        inbound = from_telegram(update)
        if inbound is None:
            await self._rooms.take(update)
            return
        answers = await self._parts.answers(inbound)
        if inbound.room:
            if query is not None:
                self._send(f"pop-up {query.id}", partial(self._answers.confirm, query.id, alert(answers)))
        elif answers:
            self._send(inbound.address, partial(self._answers.say, answers, _chat(inbound), pressed_message(update)))

    def _is_idle(self, query: CallbackQuery) -> bool:
        """Ends the waiting of a private button at once; whether it is a double tap."""
        message = query.message
        if message is None or message.chat.id != query.from_user.id:
            return False
        self._send(f"tap {query.id}", partial(self._answers.confirm, query.id))
        now = asyncio.get_running_loop().time()
        shown = getattr(message, "reply_markup", None)  # the buttons as they were: a changed card is another one
        return self._taps.is_double(query.from_user.id, (message.message_id, query.data, hash(shown)), now)

    def _send(self, key: str, work: Callable[[], Awaitable[None]]) -> None:
        self._sending.add(key, partial(contained, "telegram answer", work))


def _chat(inbound: Inbound) -> Destination:
    return Destination("telegram", inbound.address)


def _key(update: Update) -> str:
    person = update.effective_user
    return str(person.id) if person is not None else ""
