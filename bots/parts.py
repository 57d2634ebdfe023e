"""What a bot needs of the engine."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bots.guard import HealthBoard
from bots.replies import Pace
from campaign_engine.dialogue.help import help_card
from campaign_engine.domain.audience import RoomSeen
from campaign_engine.domain.languages import SAFETY_LANGUAGES, from_tag
from campaign_engine.domain.message import Destination, Inbound, Message, Reply

log = logging.getLogger("groundswell.bots")


class Conversing(Protocol):
    """services.conversation.Conversation as bots see it."""

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """Answers to one inbound."""


class RoomDesk(Protocol):
    """Linking rooms to areas."""

    async def link(self, room: RoomSeen, area: str) -> Message:
        """Link at the word of staff; `area` is a precinct number, a borough, "city" or empty for their scope."""

    async def unlink(self, channel: str, address: str) -> None:
        """The bot left or was removed."""

    async def moved(self, channel: str, old: str, new: str) -> None:
        """The platform gave the chat a new address."""


class DirectThreads(Protocol):
    """Direct chats that people asked for, on channels that open one first; each raises StoreUnavailable."""

    async def may_open(self, channel: str) -> bool:
        """Counts one more of today's."""

    async def stop(self, channel: str) -> None:
        """The platform said that we open too many."""

    async def opened(self, who: Destination) -> bool:
        """Updates go to `who.thread` from now on; False for somebody who did not ask for it."""

    async def met(self, who: Destination) -> bool:
        """Somebody wrote in `who.thread` by themselves: whether it is the chat they still waited for."""

    def say(self, block: str, language: str) -> Message:
        """What became of it."""


class Marks(Protocol):
    """Small things that must be known again after a restart."""

    async def get(self, name: str) -> str:
        """Empty where nothing was put. Raises StoreUnavailable."""

    async def put(self, name: str, value: str) -> None:
        """In place of an earlier one. Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class BotParts:
    """One bot's share of the engine; `say` renders, `unreachable` marks an address that blocked us."""

    conversation: Conversing
    rooms: RoomDesk
    pace: Pace
    board: HealthBoard
    say: Callable[[Reply, str], Message]
    unreachable: Callable[[str, str], Awaitable[None]]
    marks: Marks
    threads: DirectThreads

    async def answers(self, inbound: Inbound) -> tuple[Message, ...]:
        """What the conversation says; the help card where it fails in a way nobody foresaw (safety H4)."""
        try:
            return await self.conversation.handle(inbound)
        except Exception as error:  # noqa: BLE001 - silence would be worse, and the next update must be answered
            log.error("an update failed: %s", type(error).__name__)  # noqa: TRY400 - a traceback may carry message text
            language = from_tag(inbound.language_hint) or SAFETY_LANGUAGES[0]
            return (self.say(help_card(), language), self.say(Reply("contact.unavailable"), language))
