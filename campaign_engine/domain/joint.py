"""Conditional pledges of an area: "we start when 100 in the 75th have joined" (F17)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from campaign_engine.domain.area import rounded
from campaign_engine.domain.contact import AgeBand, Person
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import PRECINCT_NUMBERS

GOALS = (20, 30, 50, 100, 200, 500)
"""How many it may take; an organizer chooses one."""

WEEKS = (1, 2, 3, 4, 6, 8)
"""How far the last day may lie ahead."""

SEEN_FOR = timedelta(days=30)
"""How long after its end whoever is in sees how it ended."""

TOLD_FOR = timedelta(days=7)
"""How long after its end its message may still reach somebody (safety S6)."""


class Start(StrEnum):
    """What begins; a fixed list, so that nobody writes to allies here (safety S1)."""

    MEETUP = "meetup"
    PRESENCE = "presence"
    LESSONS = "lessons"


class JointStatus(StrEnum):
    """`submitted` waits for a second person; `open` can be joined; `closed` has an outcome."""

    SUBMITTED = "submitted"
    OPEN = "open"
    CLOSED = "closed"
    DROPPED = "dropped"


class Outcome(StrEnum):
    """Also the end of the name of the automatic text that says so."""

    REACHED = "reached"
    STARTED = "started"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class NewJoint:
    """As an organizer sets it up; until the end of `last_day` (New York) people join.

    `anyway`: with fewer it starts all the same; the organizer may change that until the end.
    """

    precinct: int
    goal: int
    last_day: date
    start: Start
    anyway: bool

    def check(self, today: date) -> None:
        """Raise InvalidInput for what no button offers."""
        days = (self.last_day - today).days
        if self.precinct not in PRECINCT_NUMBERS or self.goal not in GOALS or not 0 < days <= max(WEEKS) * 7:
            raise InvalidInput("This cannot be planned any more.", "Begin again.", "joint_again")


@dataclass(frozen=True, slots=True)
class Joint:
    """As it is kept. `frozen` never leaves; `shown` may be seen (safety K1, K3). `author_id` is 0 when they left."""

    id: int
    plan: NewJoint
    status: JointStatus
    author_id: int
    frozen: int = 0
    shown: int | None = None
    outcome: Outcome | None = None
    closed_at: datetime | None = None


def may_join(person: Person) -> bool:
    """Young people of the area; adults of 22 and over and staff are counted apart (safety C3)."""
    return person.contact_id is not None and not person.is_staff and person.age_band is not AgeBand.FROM_22


def outcome_of(joint: Joint, joined: int, today: date) -> Outcome | None:
    """None while it is open."""
    if joined >= joint.plan.goal:
        return Outcome.REACHED
    if today <= joint.plan.last_day:
        return None
    return Outcome.STARTED if joint.plan.anyway else Outcome.STOPPED


def last_shown(joint: Joint, outcome: Outcome, frozen: int) -> int | None:
    """What is said of it at its end: the goal when it was reached, else rounded down; None for too few (safety K1)."""
    return joint.plan.goal if outcome is Outcome.REACHED else rounded(frozen)
