"""Who a post goes to: people on direct channels, and rooms, public chats that are each tied to an area."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from campaign_engine.domain.contact import ConsentKind, Scope

DIRECT_CHANNELS = ("telegram", "discord", "web", "console")
"""Where people are written to directly."""

OPENED_FIRST = ("discord",)
"""Of these, where only those are written to who asked for a direct chat and got one (safety S7)."""


TAB_OVER = timedelta(hours=2)
"""Nobody comes back to a chat in a page's tab after half an hour of silence (ADR 20), and when its person was last here
is known to an hour: from then on a post that waits there would reach nobody."""

MIN_AUDIENCE = 20
"""People that a direct post written by an organizer must reach, where the operator sets nothing else (safety S2)."""

LEAST_MIN_AUDIENCE = 5
"""No setting goes below it (safety S2)."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who a post would go to by these rules; nobody directly when it is for rooms only, not to rooms left out."""

    topic: ConsentKind
    channels: tuple[str, ...]
    precincts: tuple[int, ...]
    rooms_only: bool = False
    without_rooms: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AudienceSize:
    """Exact, so that only domain.rounding may bring `people` before anybody's eyes (safety K3); rooms are public."""

    people: int
    rooms: int


class RoomKind(StrEnum):
    """What kind of public chat; a channel cannot be written in by its members."""

    GROUP = "group"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Room:
    """A public chat tied to a precinct, a site, a borough or the city; `members` are never added to people."""

    id: int
    channel: str
    kind: RoomKind
    title: str
    scope: Scope
    members: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class NewRoom:
    """A chat to be linked; `address` is plain and never shown."""

    channel: str
    address: str
    kind: RoomKind
    title: str
    scope: Scope
    members: int = 0

    def __repr__(self) -> str:
        return f"NewRoom({self.channel}, {self.kind})"


@dataclass(frozen=True, slots=True)
class RoomSeen:
    """A chat as the platform describes it when somebody links it; `address` and `by` (that person's) are plain.

    `language_hint` is what the person's client speaks, for somebody we do not know. `lacks` are rights that we miss
    there: post, invite, reactions.
    """

    channel: str
    address: str
    kind: RoomKind
    title: str
    members: int
    by: str
    language_hint: str = ""
    lacks: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"RoomSeen({self.channel}, {self.kind})"
