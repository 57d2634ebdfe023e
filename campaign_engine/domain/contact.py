"""Whom we may know, and how little of them: contacts, addresses, topics and consents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from campaign_engine.domain.action import IfThen, PledgeCode
from campaign_engine.domain.follow_up import MadePlan


class AgeBand(StrEnum):
    """The neutral first question of every join (safety C1)."""

    UNDER_13 = "u13"
    FROM_13 = "13-15"
    FROM_16 = "16-17"
    FROM_18 = "18-21"
    FROM_22 = "22+"

    @property
    def is_minor(self) -> bool:
        """Everyone who did not choose 18 or over (safety C3)."""
        return self not in (AgeBand.FROM_18, AgeBand.FROM_22)


class Topic(StrEnum):
    """What a direct message may be about; each its own yes or no (safety C4)."""

    AREA_UPDATES = "area_updates"
    LESSON_SERIES = "lesson_series"
    CHECK_INS = "check_ins"
    EVENT_NEWS = "event_news"


class Consent(StrEnum):
    """What somebody may allow beside topics; all off until a yes, never asked while joining (safety C4)."""

    REMINDERS = "reminders"
    SURVEY = "survey"
    WORDING_TESTS = "wording_tests"


class Medium(StrEnum):
    """How it may come, on Discord only: a yes to updates asks for it in the same words (safety S7)."""

    DIRECT_MESSAGES = "direct_messages"


class Wake(StrEnum):
    """A word on a device of one's own that something new waits on the page; asked for there, by a person's own tap."""

    WEB_PUSH = "web_push"


class Limit(StrEnum):
    """What somebody may ask for to get less than they said yes to; STOP does not end it."""

    ONCE_A_WEEK = "once_a_week"


ConsentKind = Topic | Consent | Medium | Wake | Limit
"""Anything that has its own yes or no."""

CONSENT_KINDS: tuple[ConsentKind, ...] = (*Topic, *Consent)
"""What a yes lets us send, or do."""


def consent_kind(name: str) -> ConsentKind:
    """By its stored name. Raises ValueError."""
    if name in set(Medium):
        return Medium(name)
    if name in set(Wake):
        return Wake(name)
    if name in set(Limit):
        return Limit(name)
    return Topic(name) if name in set(Topic) else Consent(name)


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes or a no and when it was given, UTC; STOP and a switch turned off are a no (safety C5)."""

    granted: bool
    at: datetime


class AddressStatus(StrEnum):
    """Whether we may write there.

    `unstarted`: the person tapped in a room but never opened a chat with us; answered, never written to.
    """

    ACTIVE = "active"
    UNSTARTED = "unstarted"
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"


LANGUAGES = ("en", "es")
"""Languages that every dialogue is complete in."""


@dataclass(frozen=True, slots=True)
class Source:
    """What brought someone: the site of a poster or link, a post in a room, an invite; never a person (safety N4).

    `invite` is the keyed hash by which an invite's single use is marked.
    """

    site_id: int | None = None
    site_name: str = ""
    precinct: int | None = None
    campaign_id: int | None = None
    room_id: int | None = None
    generation: int = 0
    invite: str = ""


class CodeProblem(StrEnum):
    """Why a code leads nowhere: nobody knows it, it stood on a poster that is old by now, or it is an invite or a
    code for going on here that was used or has ended; an ally's invite nobody made, or one to the team that no longer
    works.
    """

    UNKNOWN = "unknown"
    ROTATED = "rotated"
    ENDED = "ended"
    NO_MOVE = "no_move"
    NO_INVITE = "no_invite"
    NO_ROLE = "no_role"


class Role(StrEnum):
    """What a staff member may do (safety R1)."""

    ORGANIZER = "organizer"
    APPROVER = "approver"
    SAFETY_LEAD = "safety_lead"
    SITE_HOST = "site_host"
    ANALYST = "analyst"
    ADMIN = "admin"
    AUDITOR = "auditor"


class ScopeKind(StrEnum):
    """How far a role reaches."""

    CITY = "city"
    BOROUGH = "borough"
    PRECINCT = "precinct"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Scope:
    """An area; `value` is a borough name, a precinct number or a site id as text, empty for the city."""

    kind: ScopeKind = ScopeKind.CITY
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}" if self.value else str(self.kind)


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """One role of one staff member within one scope."""

    role: Role
    scope: Scope = Scope()


class LessonCode(StrEnum):
    """The twelve lessons in their order: before, during and after violence."""

    READ = "B1"
    COOL = "B2"
    HELP = "B3"
    PLAN = "B4"
    SHOTS = "D1"
    CALL = "D2"
    BLEEDING = "D3"
    FIGHT = "D4"
    FIRST_DAYS = "A1"
    NOT_PASSED = "A2"
    GRIEF = "A3"
    SHOW_UP = "A4"


class RequestState(StrEnum):
    """Where somebody's wish for a role stands."""

    OPEN = "open"
    INVITED = "invited"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """A person's own wish for a role in their precinct; `answered_by` is a work handle, `until` UTC."""

    state: RequestState
    role: Role
    precinct: int
    until: datetime
    answered_by: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """All that a conversation knows of the one who writes: the fields of safety N2 and nothing else.

    `contact_id` is None for someone who has not given an age band yet. Times are UTC. `asked` says when we last put a
    question about a consent to them outside the join; `joined_at` is None for a stranger. `lessons` says how far they
    are in each one that they opened (domain.lesson.DONE). `thread`: whether a direct chat is open, None where the
    channel needs none. `pledge` is the one that they chose last, with its `plan`; `plans` are all pledges with
    one. `invites` is their counter: the last day of each that they made, by slot.
    """

    contact_id: int | None = None
    address_id: int | None = None
    age_band: AgeBand | None = None
    language: str = "en"
    precinct: int | None = None
    precinct_declined: bool = False
    site_id: int | None = None
    site_name: str = ""
    generation: int = 0
    paused_until: datetime | None = None
    opted_out: bool = False
    age_blocked_until: datetime | None = None
    joined_at: datetime | None = None
    answers: Mapping[ConsentKind, Answer] = field(default_factory=dict)
    asked: Mapping[ConsentKind, datetime] = field(default_factory=dict)
    pledged: bool = False
    pledges: frozenset[PledgeCode] = frozenset()
    pledge: PledgeCode | None = None
    plan: IfThen | None = None
    plans: tuple[MadePlan, ...] = ()
    pledged_campaigns: frozenset[int] = frozenset()
    grants: tuple[RoleGrant, ...] = ()
    handle: str = ""
    trained: bool = False
    invites: Mapping[int, date] = field(default_factory=dict)
    request: RoleRequest | None = None
    lessons: Mapping[LessonCode, int] = field(default_factory=dict)
    thread: bool | None = None

    @property
    def topics(self) -> Mapping[Topic, bool]:
        """Topics that were answered."""
        return {kind: answer.granted for kind, answer in self.answers.items() if isinstance(kind, Topic)}

    @property
    def is_staff(self) -> bool:
        """Holds at least one role."""
        return bool(self.grants)

    def has_role(self, *roles: Role) -> bool:
        """Holds one of these, in any scope."""
        return any(grant.role in roles for grant in self.grants)
