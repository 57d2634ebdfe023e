"""When a question about a consent may be put, which one comes next, and how long a break is (safety C4, C5)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from campaign_engine.domain import follow_up
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.contact import (
    CONSENT_KINDS,
    AgeBand,
    Answer,
    Consent,
    ConsentKind,
    Limit,
    Medium,
    Person,
    Topic,
)
from campaign_engine.domain.planner import MOST_A_WEEK
from campaign_engine.domain.schedule import to_wall

REFUSAL_KEPT = timedelta(days=365)
"""For so long after a no, a withdrawal or a question left open, the same question is not put again (safety C5)."""

ASK_GAP = timedelta(days=7)
"""Between two questions of any kind to one person; the join's own is not counted."""

MOMENT_GAP = timedelta(days=1)
"""The same where something just happened that makes a question the right one."""

KNOWN_WELL = timedelta(days=28)
"""Wording tests are for people who have been here a while."""

UNTIL_RESUMED = datetime(2200, 1, 1, tzinfo=UTC)
"""A break "until I say so": a day that never comes, so that it ends by the person's own word only."""

BREAKS: Mapping[str, timedelta | None] = {
    "1": timedelta(days=1),
    "7": timedelta(days=7),
    "30": timedelta(days=30),
    "open": None,
}
"""Lengths of a break that a person may choose; None is until they end it."""

_NEEDS_AREA = (Topic.AREA_UPDATES, Topic.CHECK_INS, Topic.EVENT_NEWS)
_IN_ORDER = (*Medium, Topic.LESSON_SERIES, Topic.EVENT_NEWS, Topic.CHECK_INS, *Consent)


def is_on(person: Person, kind: ConsentKind) -> bool:
    """A yes that nothing has taken back; to direct messages, one that a chat was opened for."""
    answer = person.answers.get(kind)
    if kind is Medium.DIRECT_MESSAGES and not person.thread:
        return False
    return answer is not None and answer.granted and not person.opted_out


def is_paused(person: Person, now: datetime) -> bool:
    """On a break of their own, or quiet after a help card (safety H3)."""
    return person.paused_until is not None and person.paused_until > now


def most_a_week(person: Person) -> int:
    """What they asked for, else the most that everybody may get (safety S5)."""
    asked = person.answers.get(Limit.ONCE_A_WEEK)
    return 1 if asked is not None and asked.granted else MOST_A_WEEK


def needs_area(kind: ConsentKind) -> bool:
    """Means nothing without a precinct."""
    return kind in _NEEDS_AREA


def offered_to(person: Person) -> tuple[ConsentKind, ...]:
    """All that this person can switch; adults of 22 and over are never in the youth series (safety C3)."""
    adult = person.age_band is AgeBand.FROM_22
    media = () if person.thread is None else tuple(Medium)
    return (*(kind for kind in CONSENT_KINDS if not (adult and kind is Topic.LESSON_SERIES)), *media)


def lacks_chat(person: Person) -> bool:
    """On Discord, before a direct chat was asked for and opened: nothing can come (safety S7)."""
    return person.thread is not None and not is_on(person, Medium.DIRECT_MESSAGES)


def refused_lately(answer: Answer | None, now: datetime) -> bool:
    """A no is remembered 365 days (safety C5)."""
    return answer is not None and not answer.granted and now - answer.at < REFUSAL_KEPT


def may_ask(person: Person, kind: ConsentKind, now: datetime) -> bool:
    """Whether we may put this question of our own accord; switching it on themselves is always open to a person.

    Never to a stranger, after STOP or during a break, and not twice within 365 days, answered or not (safety C5).
    """
    if person.contact_id is None or person.opted_out or is_paused(person, now) or kind not in offered_to(person):
        return False
    asked = person.asked.get(kind)
    if is_on(person, kind) or (asked is not None and now - asked < REFUSAL_KEPT):
        return False
    return not refused_lately(person.answers.get(kind), now)


def next_question(person: Person, now: datetime, *, held: bool = False) -> ConsentKind | None:
    """The one question that may stand below the menu: at most one in seven days, never on the day of the join.

    Where the person's precinct was `held` lately, check-ins are asked about first, and sooner. Else the survey comes
    first while the weeks of its one question are near.
    """
    if held and _may_have(person, Topic.CHECK_INS, now, MOMENT_GAP):
        return Topic.CHECK_INS
    if follow_up.needs_consent_soon(person.plans, now) and _may_have(person, Consent.SURVEY, now, ASK_GAP):
        return Consent.SURVEY
    return next((kind for kind in _IN_ORDER if _may_have(person, kind, now, ASK_GAP)), None)


def asks_event_news(person: Person, now: datetime) -> bool:
    """Whether it may be asked of somebody who just pledged to an event."""
    return _may_have(person, Topic.EVENT_NEWS, now, MOMENT_GAP)


def _may_have(person: Person, kind: ConsentKind, now: datetime, gap: timedelta) -> bool:
    joined_before = person.joined_at is not None and to_wall(person.joined_at).date() < to_wall(now).date()
    if not joined_before or person.is_staff or any(now - asked < gap for asked in person.asked.values()):
        return False
    return _is_moment(person, kind, now) and may_ask(person, kind, now)


def may_offer_series(person: Person, now: datetime) -> bool:
    """After the first finished lesson, unless another question was put within the gap."""
    recent = any(now - asked < ASK_GAP for asked in person.asked.values())
    return not recent and not person.is_staff and may_ask(person, Topic.LESSON_SERIES, now)


def _is_moment(person: Person, kind: ConsentKind, now: datetime) -> bool:
    """What the person did makes the question one that they may have themselves."""
    match kind:
        case Topic.LESSON_SERIES:
            return bool(person.lessons or person.pledges & {PledgeCode.LEARN, PledgeCode.ALLY})
        case Topic.EVENT_NEWS | Topic.CHECK_INS:
            return person.precinct is not None
        case Medium.DIRECT_MESSAGES:
            return lacks_chat(person) and any(is_on(person, topic) for topic in Topic)
        case Consent.REMINDERS:
            return any(is_on(person, topic) for topic in Topic)
        case Consent.SURVEY | Consent.WORDING_TESTS:
            by_plan = kind is Consent.SURVEY
            return follow_up.could_be_asked(person.plans, now) if by_plan else _knows_us_well(person, now)
        case _:
            return False


def _knows_us_well(person: Person, now: datetime) -> bool:
    since = person.joined_at
    return is_on(person, Topic.AREA_UPDATES) and since is not None and now - since >= KNOWN_WELL


def may_follow_up(person: Person, now: datetime) -> bool:
    """Whether somebody may be asked about a plan at all: by their own yes, and never in a break (safety H3)."""
    return is_on(person, Consent.SURVEY) and not person.is_staff and not is_paused(person, now)


def break_until(length: str, now: datetime) -> datetime | None:
    """End of a break of one of `BREAKS`; None for any other word."""
    if length not in BREAKS:
        return None
    days = BREAKS[length]
    return UNTIL_RESUMED if days is None else now + days


def longer_break(current: datetime | None, until: datetime) -> datetime:
    """Whichever ends later: only the person's own "resume" shortens a break (safety H3)."""
    return until if current is None else max(current, until)
