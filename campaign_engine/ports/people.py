"""What services need to keep about people: contacts, dialogue states, pledges and actions.

A person is named by a Destination (channel and plain address) that lives in memory only; the store looks it up by its
keyed hash and keeps it encrypted (safety A1).
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypedDict

from campaign_engine.domain.action import ActionKind, IfThen, PledgeCode
from campaign_engine.domain.contact import AddressStatus, AgeBand, ConsentKind, LessonCode, Person, RoleGrant
from campaign_engine.domain.follow_up import FollowThrough
from campaign_engine.domain.message import Destination
from campaign_engine.ports.desk import NOTHING, Desk, Named, Sought


@dataclass(frozen=True, slots=True)
class SavedState:
    """A dialogue's row without its owner; `version` is 0 while there is no row."""

    flow: str = ""
    field: str = ""
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    language: str = ""
    version: int = 0

    def written(self) -> "SavedState":
        """As its row is then."""
        return SavedState(self.flow, self.field, self.data, self.language, self.version + 1)


@dataclass(slots=True)  # each step makes one, and frozen fields take four times as long
class Opened:
    """All that one read tells of the one who writes.

    `language_known` is False while nobody has chosen one: then `person.language` is English and means nothing.
    `done_today` holds the actions already recorded on the New York day of the read.
    `area_held_at`: when the person's precinct was last held; `area_closed_at` the same, of a hold that still stands.
    `desk` is None for everybody without a role. `invite_used`: the invite in the state brought somebody else by now.
    `unconfirmed`: no figure counts the person yet (threats T10).
    """

    person: Person
    saved: SavedState
    status: AddressStatus | None = None
    last_seen_at: datetime | None = None
    language_known: bool = False
    done_today: frozenset[tuple[ActionKind, int | None]] = frozenset()
    area_held_at: datetime | None = None
    area_closed_at: datetime | None = None
    named: Named = dataclasses.field(default_factory=Named)
    desk: Desk | None = None
    invite_used: bool = False
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class NewContact:
    """The first row about someone of 13 or more; the pseudonym is made by the store.

    `age_band` is None for staff who came by an invite and were never asked. `origin` and `in_tab` as of an Inbound:
    with an origin the contact may count only later (threats T10).
    """

    who: Destination
    age_band: AgeBand | None
    language: str
    status: AddressStatus
    created_at: datetime
    precinct: int | None = None
    site_id: int | None = None
    generation: int = 0
    simulated: bool = False
    origin: str = ""
    in_tab: bool = False


class ContactChanges(TypedDict, total=False):
    """Fields of safety N2 that a person's answers change, and when they were last here (UTC)."""

    age_band: AgeBand
    language: str
    precinct: int | None
    precinct_declined: bool
    site_id: int | None
    paused_until: datetime | None
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class HeldPledge:
    """A pledge as its giver reads it; `campaign` is a title or empty."""

    pledge: PledgeCode
    if_then: IfThen | None
    campaign: str
    on: date


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that is kept about one person, for their own eyes (safety C8).

    `topics` are all yes and no, `asked` the consents that we do not ask about again for a while. `actions` and
    `messages` are the rows of the 30-day logs; `waiting_posts` counts the page's inbox. `lessons` are those that were
    opened, and whether each was finished, `lessons_sent` codes of what the series sent. `areas_told` are
    precincts with the figures that cards told of, `follow_ups` when they were asked about a plan and what came of it,
    `joints` the conditional pledges they are in: precinct, goal,
    whether its end was told, and the day. `invites` are the last days of
    the links they made. `by_page` is kept for a while of who signed up on a page: whether it counts (threats T10);
    `may_move`: a code to go on in a chat is open. `in_tab` as of an Inbound. `pseudonym` is empty when no contact is
    kept. `listed` says that an imported list of opt-outs held the address. `sign_ins` say until when (New York time)
    somebody on the team is signed in to its pages.
    """

    who: Destination
    pseudonym: str = ""
    status: AddressStatus | None = None
    age_band: AgeBand | None = None
    language: str = ""
    precinct: int | None = None
    precinct_declined: bool = False
    site: str = ""
    generation: int = 0
    paused_until: datetime | None = None
    invites: tuple[date, ...] = ()
    joined_on: date | None = None
    last_seen_on: date | None = None
    topics: tuple[tuple[ConsentKind, bool, date], ...] = ()
    asked: tuple[tuple[ConsentKind, date], ...] = ()
    pledges: tuple[HeldPledge, ...] = ()
    actions: tuple[tuple[ActionKind, date], ...] = ()
    lessons: tuple[tuple[LessonCode, bool], ...] = ()
    lessons_sent: tuple[str, ...] = ()
    areas_told: tuple[tuple[int, int], ...] = ()
    follow_ups: tuple[tuple[date, FollowThrough | None], ...] = ()
    joints: tuple[tuple[int, int, bool, date], ...] = ()
    messages: int = 0
    sign_ins: tuple[datetime, ...] = ()
    waiting_posts: int = 0
    handle: str = ""
    grants: tuple[RoleGrant, ...] = ()
    stopped: bool = False
    listed: bool = False
    by_page: bool | None = None
    may_move: bool = False
    in_tab: bool = False


@dataclass(frozen=True, slots=True)
class NewPledge:
    """One pledge with what it counts to; `precinct` is the giver's own, `pledged_at` UTC.

    `contact_id` is None for one without a person (measures: pledges without a person).
    """

    contact_id: int | None
    channel: str
    pledge: PledgeCode
    if_then: IfThen | None
    pledged_at: datetime
    campaign_id: int | None = None
    room_id: int | None = None
    site_id: int | None = None
    precinct: int | None = None
    generation: int = 0


@dataclass(frozen=True, slots=True)
class NewAction:
    """One inbound action; `day` is the New York day.

    `room_id` is where it was tapped: one more for that room, and never kept with the person.
    """

    contact_id: int
    channel: str
    kind: ActionKind
    day: date
    campaign_id: int | None = None
    site_id: int | None = None
    precinct: int | None = None
    generation: int = 0
    room_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step leaves: its state, and what else changed of its person.

    Of `actions` each is kept once per contact, kind, campaign and day. `status` is that of the address, None as it is.
    `asked` are consents that are asked about now, `used_invite` the hash of the code that brought them (safety N4).
    `returned_from`: the origin of somebody who did not count yet and acts again.
    """

    state: SavedState
    contact_id: int | None = None
    changes: ContactChanges = dataclasses.field(default_factory=ContactChanges)
    actions: tuple[NewAction, ...] = ()
    status: AddressStatus | None = None
    asked: tuple[ConsentKind, ...] = ()
    used_invite: str = ""
    returned_from: str = ""

    @property
    def tells_more(self) -> bool:
        """Whether anything beside the state is to be written."""
        return bool(self.changes or self.actions or self.status or self.asked or self.used_invite or self.returned_from)


@dataclass(frozen=True, slots=True)
class FoundInvite:
    """An invite that was opened; `over` when it was used or its last day is past. Whose it was, nobody knows."""

    code_hash: str
    generation: int
    site_id: int | None
    over: bool


class ContactsRepository(Protocol):
    """Contacts with their one address, topics and consents."""

    async def create(self, new: NewContact) -> tuple[int, int]:
        """Ids of the new contact and of its address."""

    async def change(self, contact_id: int, changes: ContactChanges) -> None:
        """Write the given fields and no others."""

    async def set_status(self, address_id: int, status: AddressStatus) -> None:
        """Say whether we may write there."""

    async def answer_topic(
        self, contact_id: int, topic: ConsentKind, granted: bool, now: datetime, also: tuple[ConsentKind, ...] = ()
    ) -> None:
        """Keep a yes or a no with the moment it was given (safety C5)."""

    async def stay(self, who: Destination) -> None:
        """The chat there is not over when its page is closed, because the device is its person's own."""

    async def end_tabs(self, seen_before: datetime) -> int:
        """Write no more to chats that are over with their page; how many. Who acts there is active again."""

    async def opt_out(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """STOP: every consent off, a keyed do-not-contact hash kept; works without a contact too (safety C7).

        A withdrawal of everything: no question about a consent is put for 365 days either (safety C5).
        """

    async def opt_in(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """Lift an earlier STOP, deletion or imported opt-out; every consent is off."""

    async def refuse_age(self, who: Destination, contact_id: int | None, now: datetime, until: datetime) -> None:
        """Count it, block the chat by a keyed hash until then, keep nothing else (safety C2).

        Of somebody who had joined everything is removed as by `delete`.
        """

    async def delete(self, who: Destination, contact_id: int | None, now: datetime) -> None:
        """Remove every row about the person; keep a keyed do-not-contact hash, and counts without a link (safety C8).

        The store's `scrub` then takes what was removed out of its files.
        """

    async def held(self, who: Destination) -> Held:
        """Everything kept about the person."""

    async def forget_age_gates(self, now: datetime) -> int:
        """Remove blocks that have ended; how many."""


class ThreadsRepository(Protocol):
    """Direct chats that people asked for, on channels that open one first (safety S7)."""

    async def reserve(self, channel: str, day: date, most: int) -> bool:
        """Count one more chat that we open on this day; False, counting nothing, when there were `most` already."""

    async def keep(self, who: Destination) -> bool:
        """Remember `who.thread` for somebody who wants direct messages; False for anybody else."""

    async def lacks(self, who: Destination) -> bool:
        """Whether somebody wants direct messages and no chat is known."""


class DialoguesRepository(Protocol):
    """Dialogue states and updates already seen."""

    async def open(self, who: Destination, update_id: str, now: datetime, sought: Sought = NOTHING) -> Opened | None:
        """Mark the update as seen and read everything about its sender and what it names, in one statement.

        None when it was seen before.
        """

    async def look(self, who: Destination, now: datetime) -> Opened:
        """The same read, marking and naming nothing."""

    async def save(self, who: Destination, outcome: Outcome, now: datetime) -> bool:
        """All of it in one statement, the state as version + 1.

        False, with nothing written, when another update of the person was saved since `outcome.state.version`: then
        the transaction must not be committed. On PostgreSQL the row is locked from here on.
        """

    async def forget(self, who: Destination, version: int) -> bool:
        """Remove the state; False when another update was saved since this version. Nothing to do for version 0."""

    async def forget_old(self, seen_before: datetime, states_before: datetime) -> int:
        """Remove seen updates and states that are older than these moments; how many."""


class ActionsRepository(Protocol):
    """Pledges."""

    async def pledge(self, new: NewPledge, kinds: tuple[str, ...] = ()) -> int | None:
        """Once per contact and campaign, and once per contact without one; the campaign that it counts to.

        A pledge without a campaign goes to the most recently launched running one of these kinds that targets its
        precinct. A second pledge changes the choice, and the plan where it brings one; the rest stays as it was first.
        """

    async def first_pledge(
        self, contact: NewContact, new: NewPledge, kinds: tuple[str, ...] = ()
    ) -> tuple[int, int | None]:
        """Make the contact with its first pledge; ids of the contact and of the campaign.

        The pledge's `contact_id` is not looked at.
        """

    async def complete(self, contact_id: int, pledge: PledgeCode, if_then: IfThen, now: datetime) -> bool:
        """Add the plan, chosen now, to the contact's newest pledge of this choice; False when there is none."""


class InvitesRepository(Protocol):
    """Allies' invites: signed codes without an owner (safety N4)."""

    async def issue(
        self, contact_id: int, slots: Sequence[int], generation: int, site_id: int | None, today: date
    ) -> tuple[str, ...]:
        """A code for each of these slots of the person's counter; nothing leads from a code to them."""

    async def look(self, code: str, today: date) -> FoundInvite | None:
        """What a code says; None for one that we did not make."""
