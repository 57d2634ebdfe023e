"""What services need to keep about sending: occurrences, deliveries, lanes and the page's inbox."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent
from campaign_engine.domain.contact import ConsentKind, Scope
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.message import Choice, Destination, Message
from campaign_engine.domain.planner import Facts, Priority
from campaign_engine.domain.ranges import Range
from campaign_engine.domain.schedule import to_utc


@dataclass(frozen=True, slots=True)
class LivePost:
    """An approved post of a campaign that is scheduled or running; `last_wall` is its newest occurrence."""

    post_id: int
    version: int
    campaign_id: int
    campaign_status: CampaignStatus
    kind: CampaignKind
    content: PostContent
    approved_at: datetime
    last_wall: datetime | None = None

    def due(self, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Firings not opened yet, as pairs (wall-clock time, UTC): after the approval and the newest occurrence."""
        after = self.approved_at if self.last_wall is None else max(self.approved_at, to_utc(self.last_wall))
        return self.content.schedule.due(after, until)


@dataclass(frozen=True, slots=True)
class NewOccurrence:
    """One firing of a post; `wall_time` is New York wall-clock time without zone, the other two are UTC."""

    post_id: int
    version: int
    wall_time: datetime
    due_at: datetime
    stale_at: datetime


@dataclass(frozen=True, slots=True)
class Unfrozen:
    """An occurrence whose audience is not frozen yet; `languages` are those of its texts.

    `needs_minimum` as in PostContent (safety S2). Nothing of it leaves before `not_before`, the end of the cancel
    window (safety S3).
    """

    id: int
    post_id: int
    campaign_id: int
    topic: ConsentKind
    channels: tuple[str, ...]
    languages: tuple[str, ...]
    rooms_only: bool = False
    without_rooms: tuple[int, ...] = ()
    needs_minimum: bool = False
    priority: Priority = Priority.CAMPAIGN
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """How many deliveries one freeze made; `rest` is the range to go on with, None at the end of the audience."""

    people: int
    rooms: int
    rest: Range | None = None


class OccurrencesRepository(Protocol):
    """Firings of posts, one row per post and wall-clock time."""

    async def live_posts(self) -> tuple[LivePost, ...]:
        """In order of post."""

    async def open(self, new: NewOccurrence, *, missed: bool = False) -> int | None:
        """Its id; None when another clock opened it first, or the post is not approved in this version any more.

        A `missed` one is expired from the start.
        """

    async def unfrozen(self) -> tuple[Unfrozen, ...]:
        """Opened and not yet frozen, oldest first; a clock that died between the two leaves them."""

    async def reaches(self, occurrence: Unfrozen, number: int, now: datetime) -> bool:
        """Whether `freeze` would make deliveries to at least so many people now."""

    async def freeze(self, occurrence: Unfrozen, now: datetime, within: Range | None = None) -> Frozen:
        """Audience and rooms become deliveries by INSERT .. SELECT, once per address and room (safety C6).

        People: an active address on one of the channels that are direct, a precinct among the campaign's targets, the
        topic granted, no pause, no STOP; a lesson series never goes to adults of 22 and over (safety C3).
        Rooms: linked, on one of the channels, tied to an area that meets the targets.
        One call takes a range of contacts, the first one without `within`; call again with `rest`, in a transaction of
        its own, until there is none. The end of the last range marks the occurrence as frozen, so that a crash in
        between is made good by beginning again. Does nothing for one that was frozen, cancelled or expired by another
        clock.
        """

    async def expire(self, now: datetime) -> int:
        """Whatever is still to leave past its occurrence's stale-after becomes expired; how many (safety S6)."""

    async def cancel_withdrawn(self, now: datetime) -> int:
        """What is still to leave of ended campaigns and of edited or withdrawn posts becomes cancelled; how many."""

    async def over(self, now: datetime) -> tuple[int, ...]:
        """Running campaigns whose posts have all fired for the last time, with nothing left to send.

        A post that is being edited keeps its campaign running, and so does an unconfirmed delivery while there is
        time to send it again.
        """


@dataclass(slots=True)  # not frozen: one is made for every message, and that would take five times as long
class Claimed:
    """A delivery that this lane has marked as sending, with everything that decides whether it may leave.

    Nobody changes it. What may have changed since the freeze is read at the claim: `consented` (the topic is granted),
    `opted_out`, `reachable` (the address is active, the room still linked), `paused_until`, the campaign's status, and
    `approved`: the post is approved in just this version and its content still has the hash that was approved;
    `text_approved`: its wording is approved where it is an automatic text (safety S1).
    `held_until`: somebody holds its precinct for posts of its kind (safety I1). A `notice` tells of a cancelled event:
    neither its campaign's state nor an hour, a cap or a hold keeps it back (safety S9).
    `scope` is the area that a room is tied to, None for a person. The address of somebody deleted since is empty, and
    never `reachable`. An `adopted` one was claimed by a process that died: it may have left. `seen` stands for all that
    was read, `claimed_at` is when. The rest is as in domain.planner.Facts.
    """

    id: int
    occurrence_id: int
    post_id: int
    version: int
    campaign_id: int
    campaign_title: str
    kind: CampaignKind
    campaign_status: CampaignStatus
    content: PostContent
    to: Destination
    language: str
    precinct: int | None
    attempts: int
    stale_at: datetime
    approved: bool
    text_approved: bool = True
    consented: bool = True
    opted_out: bool = False
    reachable: bool = True
    paused_until: datetime | None = None
    held_until: datetime | None = None
    notice: bool = False
    address_id: int | None = None
    room_id: int | None = None
    scope: Scope | None = None
    priority: Priority = Priority.CAMPAIGN
    approved_at: datetime | None = None
    stopped: bool = False
    sent: tuple[datetime, ...] = ()
    aftermath_near: bool = False
    once_a_week: bool = False
    post_stopped: bool = False
    adopted: bool = False
    epoch: int = field(default=0, compare=False)
    claimed_at: datetime | None = field(default=None, compare=False)
    seen: tuple[object, ...] = field(default=(), compare=False, repr=False)

    @property
    def facts(self) -> Facts:
        """What the planner looks at."""
        return Facts(
            stale_at=self.stale_at,
            campaign_status=self.campaign_status,
            priority=Priority.CANCELLATION if self.notice else self.priority,
            is_room=self.to.is_room,
            approved=self.approved,
            text_approved=self.text_approved,
            approved_at=self.approved_at,
            consented=self.consented,
            opted_out=self.opted_out,
            reachable=self.reachable,
            paused_until=self.paused_until,
            held_until=self.held_until,
            stopped=self.stopped,
            post_stopped=self.post_stopped,
            sent=self.sent,
            aftermath_near=self.aftermath_near,
            once_a_week=self.once_a_week,
        )


@dataclass(slots=True, unsafe_hash=True)  # not frozen for the same reason
class Outcome:
    """How one claimed delivery ended, or when it is tried again. Nobody changes it.

    `gone`: the address (or the room) refuses us for good. `moved_to` is its new plain address. Not `tried`: it was
    given back before anything left, so that the claim does not count as an attempt.
    """

    delivery_id: int
    status: DeliveryStatus
    reason: str = ""
    platform_id: str = ""
    next_attempt_at: datetime | None = None
    gone: bool = False
    moved_to: str = ""
    tried: bool = True


class DeliveriesRepository(Protocol):
    """One row per occurrence and address or room: the truth about every message."""

    async def claim(
        self, lane: str, epoch: int, limit: int, now: datetime, *, notices_only: bool = False
    ) -> tuple[Claimed, ...]:
        """Queued ones and due retries of running campaigns become sending under this epoch, by priority.

        Campaigns of one priority have equal shares; each one's go by age.

        Notices of cancelled events go first, and are all there is with `notices_only` (safety S9). Nothing is claimed
        when the lane's row has another epoch by now, or while the kill switch is on. Never more than one to a person at
        a time, by whatever lane and process, so that the next one sees the last (safety S5). Attempts are counted here.
        The caller's transaction must be `durable`: a power cut must not forget that something was about to leave.
        """

    async def again(self, claimed: Sequence[Claimed], now: datetime) -> Mapping[int, Claimed]:
        """By id, each as everything about it stands at this moment, in one read for all; all are of one epoch.

        Missing is what is gone, or not this epoch's any more: it must not leave.
        """

    async def record(self, lane: str, epoch: int, outcomes: Sequence[Outcome], now: datetime) -> int:
        """In a few statements, only of rows that are sending under this epoch; how many were recorded.

        `gone` makes an active address unreachable, and a room inactive; so does an UNKNOWN_REFUSAL where what it got
        before met one too. Where the address that somebody `moved_to` is
        known already, the old one is treated as gone. Raises ForbiddenTransition for an end that `sending` cannot have.
        """

    async def unconfirmed(self, lane: str, epoch: int, now: datetime, *, claimed_before: datetime | None = None) -> int:
        """What earlier epochs of the lane left in sending may have left; how many.

        Only what was claimed until `claimed_before`, where it is given, or at a moment that is still to come.
        """

    async def adopt(self, lane: str, epoch: int, now: datetime) -> tuple[Claimed, ...]:
        """What earlier epochs left in sending goes on under this one, as `adopted`.

        For platforms that drop a repeated message: its key makes sure that nobody gets it twice.
        """

    async def never_left(self, lane: str, epoch: int, now: datetime) -> int:
        """What a claim of this epoch took that nobody ever heard of goes back to wait; how many.

        Only for the process that claimed it, of an epoch that has ended and of which it has recorded everything.
        """

    async def counts(self, campaign_id: int | None = None) -> dict[DeliveryStatus, int]:
        """Rows by status, every status present."""

    async def open_count(self, lane: str) -> int:
        """Queued and retrying ones of running campaigns on this lane, and notices of cancelled events."""


@dataclass(frozen=True, slots=True)
class SwitchState:
    """When the kill switch was last pressed, and by whom: None for the operator, or for somebody deleted since.

    `lifted_at`: somebody let it go on. `settled_at`: a clock has dealt with what waited; until then nothing leaves.
    """

    pressed_by: int | None
    pressed_at: datetime
    lifted_at: datetime | None = None
    settled_at: datetime | None = None

    @property
    def is_on(self) -> bool:
        """Whether nothing may leave."""
        return self.settled_at is None


class KillSwitchRepository(Protocol):
    """One switch over everything proactive, and the end of pauses (safety S3, S5)."""

    async def state(self) -> SwitchState | None:
        """None when it was never pressed."""

    async def press(self, contact_id: int | None, now: datetime, who: Destination | None = None) -> bool:
        """False when it was on already: who pressed first stays the one who did.

        Of their chat a keyed hash is kept until everything goes on, which outlives their deletion.
        """

    async def pressed_in(self, who: Destination) -> bool:
        """Whether it was pressed in this chat, whoever that is by now."""

    async def lift(self, now: datetime) -> bool:
        """False when it was off already. Lanes go on when a clock has settled what waited."""

    async def note_backlog(self, campaign_id: int, now: datetime) -> None:
        """A campaign was resumed: lanes leave it alone until a clock has settled what waited."""

    async def has_work(self) -> bool:
        """Whether `settle` could find anything."""

    async def settle(self, now: datetime) -> int:
        """Of what waited only the newest to each person and room stays, the rest expires; how many (safety S5).

        To be called after all that was due at `now` was opened and frozen, so that the newest is there; what was
        resumed later is left to the next call. What a hold keeps back is not touched.
        """


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane's row; `owner` is empty while nobody holds it. `away_since`: its platform does not answer."""

    name: str
    owner: str
    epoch: int
    heartbeat_at: datetime | None
    hold_until: datetime | None
    away_since: datetime | None = None


class LanesRepository(Protocol):
    """One row per sending account."""

    async def take(self, name: str, owner: str, dead_before: datetime, now: datetime) -> int | None:
        """The new epoch, also for its owner; None while somebody else's heartbeat is as new as `dead_before`."""

    async def beat(self, name: str, epoch: int, now: datetime) -> bool:
        """False when the lane was taken over."""

    async def release(self, name: str, epoch: int) -> None:
        """Let another take it at once; nothing when it was taken over."""

    async def hold(self, name: str, until: datetime) -> None:
        """The whole account waits; never shortens a longer wait."""

    async def set_away(self, name: str, since: datetime | None) -> None:
        """Its platform does not answer any more, or again (None)."""

    async def locked(self, name: str) -> LaneState | None:
        """One lane, whose row nobody else changes before this transaction ends."""

    async def states(self) -> tuple[LaneState, ...]:
        """In order of name."""


@dataclass(frozen=True, slots=True)
class InboxPost:
    """A post as it waits on the page; `picture_key` is empty where it has none.

    `key` names it among its reader's posts and says nothing to anybody else; `unread` until a page showed it.
    """

    text: str
    language: str
    choices: tuple[tuple[Choice, ...], ...]
    created_at: datetime
    picture_key: str = ""
    picture_alt: str = ""
    key: str = ""
    unread: bool = True


class InboxRepository(Protocol):
    """Posts that wait on the page for their reader."""

    async def deliver(self, who: Destination, key: str, message: Message, now: datetime) -> bool:
        """As `put`; False, and nothing is put, where nobody has this address any more."""

    async def put(self, who: Destination, key: str, message: Message, now: datetime) -> None:
        """Once per key, so that a repeated delivery is one post."""

    async def waiting(self, who: Destination, limit: int = 20, before: str = "") -> tuple[InboxPost, ...]:
        """Newest first; those before the post of this key where it is given."""

    async def mark_read(self, who: Destination, between: tuple[datetime, datetime], now: datetime) -> None:
        """Those that were put between these moments, both included."""

    async def newer(self, than: int) -> tuple[tuple[int, str], ...]:
        """Numbers of posts that were put after this one, each with its reader's mark."""

    async def newest(self) -> int:
        """Number of the last post that was put; 0 when there is none."""

    def mark(self, who: Destination) -> str:
        """By which `newer` names a reader."""

    async def forget_old(self, before: datetime) -> int:
        """How many were removed."""
