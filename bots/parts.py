"""What a bot needs of the engine."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bots.guard import HealthBoard
from bots.replies import Pace
from campaign_engine.dialogue.help import help_card
from campaign_engine.domain.accounts import Accounts
from campaign_engine.domain.audience import RoomSeen
from campaign_engine.domain.languages import SAFETY_LANGUAGES, from_tag
from campaign_engine.domain.message import Destination, Inbound, Message, Reply
from campaign_engine.domain.roles import Capability

log = logging.getLogger("groundswell.bots")


class RoomOffers(Protocol):
    """services.room_offers.RoomOffers."""

    async def page(self, room: RoomSeen, page: str) -> Message | None:
        """Areas or links to choose from; None for somebody who may not."""

    async def invite_name(self, room: RoomSeen, subject: str) -> str:
        """Name of a new invite link; empty for somebody who may not."""

    async def invite_ready(self, room: RoomSeen, url: str) -> Message:
        """The link, or without one what is missing."""

    async def said(self, room: RoomSeen, block: str) -> Message:
        """A line about a room."""


class RoomFigures(Protocol):
    """services.room_figures.RoomFigures; a room is its channel and its plain address."""

    async def reacted(self, room: tuple[str, str], message: str, update_id: str, change: int) -> None:
        """Reactions to a message became more or fewer."""

    async def reactions(self, room: tuple[str, str], message: str, update_id: str, total: int) -> None:
        """The platform's own total."""

    async def joined(self, room: tuple[str, str], subject: str, update_id: str) -> None:
        """Somebody came in by a link of ours."""


Team = Mapping[str, tuple[str, frozenset[Capability]]]
"""Members of the team on one platform: language and what their roles can do, by plain address."""


class Conversing(Protocol):
    """services.conversation.Conversation as bots see it."""

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """Answers to one inbound."""


class RoomDesk(Protocol):
    """Linking rooms to areas."""

    async def unlink_by(self, room: RoomSeen) -> bool:
        """Unlink at the word of staff; False where they may not."""

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
    """One bot's share of the engine.

    `say` renders, `unreachable` marks an address that blocked us, `team` gives its members by their plain address. In
    `accounts` a bot puts its own name where no setting gives one.
    """

    conversation: Conversing
    rooms: RoomDesk
    pace: Pace
    board: HealthBoard
    say: Callable[[Reply, str], Message]
    unreachable: Callable[[str, str], Awaitable[None]]
    marks: Marks
    threads: DirectThreads
    offers: RoomOffers
    figures: RoomFigures
    team: Callable[[str], Awaitable[Team]]
    accounts: Accounts

    async def answers(self, inbound: Inbound) -> tuple[Message, ...]:
        """What the conversation says; the help card where it fails in a way nobody foresaw (safety H4)."""
        try:
            return await self.conversation.handle(inbound)
        except Exception as error:  # noqa: BLE001 - silence would be worse, and the next update must be answered
            log.error("an update failed: %s", type(error).__name__)  # a traceback may carry message text
            language = from_tag(inbound.language_hint) or SAFETY_LANGUAGES[0]
            return (self.say(help_card(), language), self.say(Reply("contact.unavailable"), language))
