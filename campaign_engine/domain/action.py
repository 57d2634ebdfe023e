"""What allies do: pledges, first-time actions, and the codes that bring them."""

from dataclasses import dataclass
from enum import StrEnum


class PledgeCode(StrEnum):
    """The three fixed pledges; one is picked, shown to nobody."""

    LOOK_OUT = "A"
    LEARN = "B"
    ALLY = "C"


class IfThen(StrEnum):
    """The plan that goes with a pledge, from one list, one tap."""

    THREATS = "threats"
    REVENGE = "revenge"
    VIDEO = "video"
    WALK = "walk"
    TOO_MUCH = "too_much"


class ActionKind(StrEnum):
    """Inbound actions that make a contact reached (measures: reached) or engaged.

    Engaged (measures) are `tap`, `answer`, `pledge`; a finished lesson is a `tap` too.
    """

    JOIN = "join"
    TAP = "tap"
    ANSWER = "answer"
    PLEDGE = "pledge"
    OPT_OUT = "opt_out"
    DELETE = "delete"
    PAUSE = "pause"
    LESSON_DONE = "lesson_done"
    INVITE = "invite"


class SiteKind(StrEnum):
    """Where people sign up in person."""

    SCHOOL = "school"
    CENTER = "center"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Site:
    """A school, community center or other youth space with the codes on its posters.

    `code` goes into links and QR codes, `word_code` is said aloud ("MAPLE75").
    """

    id: int
    name: str
    kind: SiteKind
    precinct: int
    code: str
    word_code: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class FoundSite:
    """A site as it is shown to somebody who looks for it; `street` is empty where nobody said."""

    site: Site
    street: str = ""
