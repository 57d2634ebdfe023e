"""What is wanted about conditional pledges of an area (F17)."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent
from campaign_engine.domain.joint import NewJoint


@dataclass(frozen=True, slots=True)
class JoinJoint(Intent):
    """The writer counts themselves in, or out again."""

    joint_id: int
    joins: bool


@dataclass(frozen=True, slots=True)
class ShowJoints(Intent):
    """Those of the writer's area; only those that wait for a second person when asked so."""

    waiting: bool = False


@dataclass(frozen=True, slots=True)
class ShowJoint(Intent):
    """One of them."""

    joint_id: int


@dataclass(frozen=True, slots=True)
class ProposeJoint(Intent):
    """Hand a new one in."""

    plan: NewJoint


@dataclass(frozen=True, slots=True)
class DecideJoint(Intent):
    """The second person says yes, or not like this (safety S1)."""

    joint_id: int
    yes: bool


@dataclass(frozen=True, slots=True)
class SetAnyway(Intent):
    """What becomes of it with fewer people: one tap of its organizer, because both texts were approved."""

    joint_id: int
    anyway: bool
