"""What a bot needs of the engine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bots.guard import HealthBoard
from bots.replies import Pace
from campaign_engine.domain.audience import RoomKind
from campaign_engine.domain.message import Inbound, Message, Reply


class Conversing(Protocol):
    """services.conversation.Conversation as bots see it."""

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """Answers to one inbound."""


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """A public chat as the platform describes it; `address` and `by` (a person's address) are plain."""

    channel: str
    address: str
    kind: RoomKind
    title: str
    members: int
    by: str


class RoomDesk(Protocol):
    """Linking rooms to areas."""

    async def link(self, room: RoomSeen, area: str) -> Message:
        """Link at the word of staff; `area` is a precinct number, a borough, "city" or empty for their scope."""

    async def unlink(self, channel: str, address: str) -> None:
        """The bot left or was removed."""


@dataclass(frozen=True, slots=True)
class BotParts:
    """One bot's share of the engine; `say` renders, `unreachable` marks an address that blocked us."""

    conversation: Conversing
    rooms: RoomDesk
    pace: Pace
    board: HealthBoard
    say: Callable[[Reply, str], Message]
    unreachable: Callable[[str, str], Awaitable[None]]
