"""What services need to keep about holds, incidents and cancelled events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.campaign import Campaign, PostContent
from campaign_engine.domain.event_change import EventChange
from campaign_engine.domain.hold import Hold, HoldStep, HoldStory, Incident
from campaign_engine.ports.planning import StaffContact


@dataclass(frozen=True, slots=True)
class Actor:
    """A staff member who does something: contact id and work handle."""

    contact_id: int
    handle: str


@dataclass(frozen=True, slots=True)
class Watcher:
    """A staff member who may hold a precinct; `contact` is None where they cannot be written to."""

    contact_id: int
    handle: str
    contact: StaffContact | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """Deliveries that began to wait, that go on, and that waited too long."""

    held: int = 0
    released: int = 0
    expired: int = 0


class HoldsRepository(Protocol):
    """Holds of precincts, one open hold per precinct, and what happened to each."""

    async def open(self, precincts: Iterable[int], now: datetime) -> tuple[Hold, ...]:
        """Holds of these precincts that still keep something back, in order of precinct."""

    async def locked(self, precinct: int, now: datetime) -> Hold | None:
        """The open hold, which nobody else can change before the end of the transaction."""

    async def hold(self, precinct: int, by: Actor, now: datetime) -> Hold:
        """Begin, or count anew from now where it is held already; an asked release is forgotten."""

    async def ask_release(self, hold: Hold, by: Actor, now: datetime) -> None:
        """Somebody wants it released; the hold stays."""

    async def release(self, hold: Hold, by: Actor, now: datetime) -> None:
        """End a locked hold."""

    async def note(self, hold: Hold, step: HoldStep, by: Actor, now: datetime) -> None:
        """One more line of its timeline."""

    async def has_work(self, now: datetime) -> bool:
        """Whether `settle` could find anything; cheap where nobody holds."""

    async def settle(self, now: datetime) -> Settled:
        """What is held begins to wait, what is not held any more goes on or expires (safety S6), in a few statements.

        Holds whose time is over end by themselves.
        """

    async def stories(self, precincts: Iterable[int], limit: int) -> tuple[HoldStory, ...]:
        """Newest first."""

    async def watchers(self, precinct: int) -> tuple[Watcher, ...]:
        """Who may hold this precinct, in order of handle."""

    async def watcher(self, handle: str) -> int | None:
        """Contact id of a work handle, whatever the case of its letters."""


class IncidentsRepository(Protocol):
    """Incidents: a precinct and a moment."""

    async def newest(self, precinct: int, now: datetime) -> Incident | None:
        """The newest that may still be confirmed or answered."""

    async def get(self, incident_id: int) -> Incident:
        """Raises NotFound."""

    async def declare(self, precinct: int, by: Actor, now: datetime) -> Incident:
        """By one person."""

    async def confirm(self, incident_id: int, by: Actor, now: datetime) -> bool:
        """By a second one; False when it was confirmed already, or this person declared it."""


class NoticesRepository(Protocol):
    """Cancelled and changed events, told at once to those signed up for them (safety S9).

    Signed up are, while there is no list for an event, people who get event news and either were sent a post of the
    campaign or pledged to it. Nobody who said STOP or cannot be reached is among them; a break keeps nobody out.
    """

    async def told(self, campaign_id: int) -> str | None:
        """Work handle of who cancelled it; None while nobody has."""

    async def waiting(self, lane: str) -> bool:
        """Whether any notice is still to leave on this lane."""

    async def tell(self, campaign: Campaign, content: PostContent, by: Actor, now: datetime) -> int:
        """It is off: a post of its own with its deliveries, queued before everything else; how many. Raises Conflict.

        Word of a change that has not left yet is superseded.
        """

    async def followers(self, campaign_id: int) -> tuple[int, ...]:
        """Campaigns that were handed in and go on, with a post around this event; the event's own among them."""

    async def last_change(self, campaign_id: int) -> tuple[EventChange, str] | None:
        """The newest change and the work handle of who told it."""

    async def size(self, campaign_id: int, now: datetime) -> int:
        """How many would be told now."""

    async def tell_change(
        self, campaign: Campaign, content: PostContent, change: EventChange, by: Actor, now: datetime
    ) -> int:
        """As `tell`, of a new time or place: word of an older change that has not left yet is superseded."""
