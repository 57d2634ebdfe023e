"""Answers on Telegram: cards that are edited in place, pop-ups, and one tap counted once."""

import asyncio
import logging
from collections.abc import Hashable, Iterable
from functools import partial

from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from bots.cards import as_cards, replaces
from bots.parts import BotParts
from bots.replies import deliver
from campaign_engine.channels.split import split
from campaign_engine.channels.telegram import ALERT_CHARACTERS, TelegramChannel, seconds_of, utf16_length
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Destination, Message

log = logging.getLogger("groundswell.bots")

DOUBLE_SECONDS = 2.0
"""A person's next tap on the same button within this time is their thumb, not their wish."""

BUTTON_SECONDS = 10.0
"""After a little longer Telegram calls a pressed button too old."""

_MOST_KEPT = 1000


class Answers:
    """Everything that is said in private chats."""

    def __init__(self, bot: Bot, channel: TelegramChannel, parts: BotParts) -> None:
        self._bot = bot
        self._channel = channel
        self._parts = parts

    async def say(self, answers: Iterable[Message], to: Destination, pressed: str = "") -> None:
        """`pressed` is the message of ours that the first card may replace, if any."""
        limit = self._channel.limits.text
        for answer in as_cards(answers, limit, utf16_length):
            for part in split(answer, limit, utf16_length):
                await self._say(part, to, pressed if replaces(part) else "")
                pressed = ""

    async def _say(self, answer: Message, to: Destination, pressed: str) -> None:
        send = partial(self._replace, answer, to, pressed) if pressed else partial(self._channel.send, answer, to)
        refused = await deliver(self._parts.pace, to.address, send)
        if refused is not None and refused.opted_out and not to.is_room:
            await self._parts.unreachable(to.channel, to.address)

    async def _replace(self, answer: Message, to: Destination, pressed: str) -> None:
        try:
            await self._channel.edit(answer, to, pressed)
        except SendError as error:
            if error.code != "refused":
                raise
            await self._channel.send(answer, to)  # the message is gone, too old or a picture

    async def confirm(self, query_id: str, text: str = "") -> None:
        """End the waiting of a pressed button, with a pop-up where there is something to say; one try.

        Whatever Telegram refuses with a 429 holds the whole account. Where that is held, a button ends its waiting by
        itself; what there is to say waits as long as Telegram knows the button.
        """
        held = self._parts.pace.held_for
        if held > (BUTTON_SECONDS if text else 0):
            return
        await asyncio.sleep(held)
        try:
            await self._bot.answer_callback_query(query_id, text or None, show_alert=bool(text))
        except RetryAfter as error:
            self._parts.pace.hold(seconds_of(error))
        except TelegramError as error:
            log.info("a pressed button was not confirmed (%s)", type(error).__name__)


class DoubleTaps:
    """Remembers each person's last tap for two seconds, in memory."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[Hashable, float]] = {}

    def is_double(self, person: int, tap: Hashable, now: float) -> bool:
        """Whether they pressed the same button of the same card just before, on whichever device."""
        before = self._last.pop(person, None)
        if before is not None and before[0] == tap and now - before[1] < DOUBLE_SECONDS:
            self._last[person] = before
            return True
        if len(self._last) >= _MOST_KEPT:
            del self._last[next(iter(self._last))]
        self._last[person] = (tap, now)
        return False


def alert(answers: tuple[Message, ...]) -> str:
    """What a pop-up shows of the answers: the first that fits whole, else the beginning of the first."""
    fitting = (answer.text for answer in answers if len(answer.text) <= ALERT_CHARACTERS)
    beginnings = (split(answer, ALERT_CHARACTERS)[0].text for answer in answers)
    return next(fitting, None) or next(beginnings, "")
