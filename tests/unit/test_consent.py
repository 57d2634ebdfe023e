"""When a consent may be asked about, and what a break does (safety C4, C5)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaign_engine.domain import follow_up
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.consent import (
    ASK_GAP,
    BREAKS,
    REFUSAL_KEPT,
    UNTIL_RESUMED,
    asks_event_news,
    break_until,
    is_on,
    is_paused,
    longer_break,
    may_ask,
    next_question,
    offered_to,
)
from campaign_engine.domain.contact import (
    CONSENT_KINDS,
    AgeBand,
    Answer,
    Consent,
    ConsentKind,
    Medium,
    Person,
    Role,
    RoleGrant,
    Topic,
    consent_kind,
)
from campaign_engine.domain.follow_up import FollowThrough, MadePlan
from tests.support.talk import NOW

DAY = timedelta(days=1)
ALLY = Person(
    contact_id=1,
    age_band=AgeBand.FROM_16,
    precinct=75,
    joined_at=NOW - 40 * DAY,
    pledged=True,
    pledges=frozenset({PledgeCode.LEARN}),
    answers={Topic.AREA_UPDATES: Answer(True, NOW - 40 * DAY)},
)
kinds = st.sampled_from(CONSENT_KINDS)
days = st.integers(0, 800)


def answered(kind: ConsentKind, granted: bool, at: datetime) -> Person:
    return replace(ALLY, answers={**ALLY.answers, kind: Answer(granted, at)})


def test_C4_four_topics_and_three_further_consents_are_all_off_at_first() -> None:
    assert len(Topic) == 4
    assert len(Consent) == 3
    assert not any(is_on(Person(contact_id=1), kind) for kind in CONSENT_KINDS)
    assert [consent_kind(str(kind)) for kind in CONSENT_KINDS] == list(CONSENT_KINDS)
    with pytest.raises(ValueError, match="everything"):
        consent_kind("everything")


@given(kinds, days)
def test_C5_a_no_is_not_followed_by_the_same_question_for_365_days(kind: ConsentKind, ago: int) -> None:
    person = answered(kind, False, NOW - ago * DAY)
    assert may_ask(person, kind, NOW) is (ago >= REFUSAL_KEPT.days)


@given(kinds, days)
def test_C5_a_question_left_open_does_not_come_again_for_365_days(kind: ConsentKind, ago: int) -> None:
    person = replace(ALLY, answers={}, asked={kind: NOW - ago * DAY})
    assert may_ask(person, kind, NOW) is (ago >= REFUSAL_KEPT.days)


@given(kinds, days)
def test_C5_a_yes_is_never_asked_again(kind: ConsentKind, ago: int) -> None:
    assert not may_ask(answered(kind, True, NOW - ago * DAY), kind, NOW)


@pytest.mark.parametrize(
    "change",
    [{"contact_id": None}, {"opted_out": True}, {"paused_until": NOW + DAY}],
    ids=["stranger", "stopped", "on a break"],
)
def test_C5_C7_some_are_asked_nothing(change: dict[str, object]) -> None:
    person = replace(ALLY, **change)  # type: ignore[arg-type] # each fits its field
    assert not any(may_ask(person, kind, NOW) for kind in CONSENT_KINDS)
    assert next_question(person, NOW) is None


def test_C3_adults_are_never_offered_the_youth_series() -> None:
    adult = replace(ALLY, age_band=AgeBand.FROM_22)
    assert Topic.LESSON_SERIES not in offered_to(adult)
    assert set(offered_to(ALLY)) == set(CONSENT_KINDS)
    assert not may_ask(adult, Topic.LESSON_SERIES, NOW)
    assert next_question(adult, NOW) is Topic.EVENT_NEWS


def test_C4_each_question_has_its_moment_and_area_updates_belong_to_the_join() -> None:
    asked, person, now = [], replace(ALLY, plans=(MadePlan(1, NOW - DAY),)), NOW
    for _ in range(len(CONSENT_KINDS) + 2):
        kind = next_question(person, now)
        if kind is not None:
            asked.append(kind)
            person = replace(person, asked={**person.asked, kind: now})
        now += ASK_GAP
    others = [Topic.EVENT_NEWS, Topic.CHECK_INS, Consent.REMINDERS, Consent.WORDING_TESTS]
    assert asked == [Topic.LESSON_SERIES, Consent.SURVEY, *others], "the survey while its one question is near"


def test_C4_the_survey_is_asked_about_while_a_plan_may_still_be_asked_about() -> None:
    """Not on the day of the join, first in the weeks that matter, and never without a plan that counts."""

    def asked(*plans: MadePlan, days: float = 0, **change: Any) -> ConsentKind | None:
        return next_question(replace(ALLY, plans=plans, **change), NOW + days * DAY)

    plan = MadePlan(1, NOW)
    quiet: dict[str, Any] = {"pledges": frozenset(), "precinct": None, "answers": {}}
    assert asked(plan, **quiet) is Consent.SURVEY
    assert asked(plan, joined_at=NOW, **quiet) is None
    assert asked(**quiet) is None
    assert asked(replace(plan, counts=False), **quiet) is None
    assert asked(plan) is Topic.LESSON_SERIES
    assert asked(plan, days=7) is Consent.SURVEY
    assert asked(plan, days=20.9) is Consent.SURVEY
    assert asked(plan, days=21, **quiet) is None
    assert asked(replace(plan, asked_at=NOW), days=15, **quiet) is None
    assert asked(plan, days=8, asked={Topic.EVENT_NEWS: NOW + 2 * DAY}) is None, "seven days between two questions"


def test_each_plan_is_asked_about_once_in_its_third_week() -> None:
    plan = MadePlan(1, NOW)
    assert [day for day in range(30) if follow_up.due((plan,), NOW + day * DAY)] == [*range(14, 21)]
    newer, asked = MadePlan(2, NOW), replace(plan, asked_at=NOW + 14 * DAY)
    assert follow_up.due((newer, plan), NOW + 15 * DAY) == newer
    assert follow_up.due((asked, newer), NOW + 20 * DAY) is None, "one question in two weeks"
    assert follow_up.due((asked,), NOW + 40 * DAY) is None
    assert [day for day in range(30) if follow_up.open_question((asked,), NOW + day * DAY)] == [*range(21)]
    assert follow_up.open_question((replace(asked, outcome=FollowThrough.DID), newer), NOW + 15 * DAY) is None


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"pledges": frozenset({PledgeCode.LOOK_OUT})}, Topic.EVENT_NEWS),
        ({"pledges": frozenset(), "precinct": None}, Consent.REMINDERS),
        ({"pledges": frozenset(), "precinct": None, "answers": {}}, None),
        ({"pledges": frozenset({PledgeCode.ALLY}), "precinct": None, "answers": {}}, Topic.LESSON_SERIES),
        ({"grants": (RoleGrant(Role.ORGANIZER),)}, None),
        ({"joined_at": NOW}, None),
        ({"joined_at": None}, None),
    ],
)
def test_C4_a_question_waits_for_what_makes_it_fit(change: dict[str, object], kind: ConsentKind | None) -> None:
    assert next_question(replace(ALLY, **change), NOW) is kind  # type: ignore[arg-type] # each fits its field


@given(st.dictionaries(kinds, st.integers(0, 30)))
def test_C5_at_most_one_question_in_seven_days(asked: dict[ConsentKind, int]) -> None:
    person = replace(ALLY, asked={kind: NOW - ago * DAY for kind, ago in asked.items()})
    if any(ago < ASK_GAP.days for ago in asked.values()):
        assert next_question(person, NOW) is None


def test_a_break_ends_when_it_says_or_by_the_persons_word_only() -> None:
    ends = {length: break_until(length, NOW) for length in BREAKS}
    assert ends == {"1": NOW + DAY, "7": NOW + 7 * DAY, "30": NOW + 30 * DAY, "open": UNTIL_RESUMED}
    assert break_until("2", NOW) is None
    assert is_paused(replace(ALLY, paused_until=UNTIL_RESUMED), NOW + 365 * 100 * DAY)
    assert not is_paused(replace(ALLY, paused_until=NOW), NOW)


@given(st.one_of(st.none(), st.integers(-500, 500)), st.integers(0, 200))
def test_H3_a_later_end_of_a_break_stays(current: int | None, asked: int) -> None:
    before = None if current is None else NOW + current * DAY
    after = longer_break(before, NOW + asked * DAY)
    assert after >= NOW + asked * DAY
    assert before is None or after >= before


def test_S7_direct_messages_are_offered_on_discord_only_and_once_something_is_on() -> None:
    there = replace(ALLY, thread=False)
    assert Medium.DIRECT_MESSAGES not in offered_to(ALLY)
    assert Medium.DIRECT_MESSAGES in offered_to(there)
    assert next_question(there, NOW) is Medium.DIRECT_MESSAGES
    assert next_question(replace(there, answers={}), NOW) is not Medium.DIRECT_MESSAGES
    asked = replace(there, answers={**there.answers, Medium.DIRECT_MESSAGES: Answer(True, NOW)})
    assert not is_on(asked, Medium.DIRECT_MESSAGES)
    assert is_on(replace(asked, thread=True), Medium.DIRECT_MESSAGES)
    assert next_question(replace(asked, thread=True), NOW) is not Medium.DIRECT_MESSAGES


def test_C4_check_ins_are_asked_first_where_the_precinct_was_held_lately() -> None:
    """And within seven days of another question, but not on its day."""
    asked = replace(ALLY, asked={Topic.LESSON_SERIES: NOW - 2 * DAY})
    assert next_question(ALLY, NOW, held=True) is Topic.CHECK_INS
    assert next_question(asked, NOW) is None
    assert next_question(asked, NOW, held=True) is Topic.CHECK_INS
    assert next_question(replace(ALLY, asked={Topic.LESSON_SERIES: NOW - DAY / 2}), NOW, held=True) is None


@pytest.mark.parametrize(
    "change",
    [
        {"joined_at": NOW},
        {"paused_until": NOW + DAY},
        {"opted_out": True},
        {"precinct": None},
        {"asked": {Topic.CHECK_INS: NOW - 300 * DAY, Topic.EVENT_NEWS: NOW - 300 * DAY}},
        {"grants": (RoleGrant(Role.ORGANIZER),)},
        {"answers": {one: Answer(False, NOW - 300 * DAY) for one in (Topic.CHECK_INS, Topic.EVENT_NEWS)}},
    ],
    ids=["joined today", "help card or break", "stopped", "no area", "asked", "team", "refused"],
)
def test_C5_a_right_moment_overrules_nothing(change: dict[str, object]) -> None:
    person = replace(ALLY, **change)  # type: ignore[arg-type] # each fits its field
    assert not asks_event_news(person, NOW)
    assert next_question(person, NOW, held=True) is not Topic.CHECK_INS
