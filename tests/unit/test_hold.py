"""What a hold keeps back, pure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.hold import Hold, Incident, held_until, pinned_lesson
from tests.support.clock import START

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
HELD = Hold(1, 75, START, START, by=3, handle="ana7")


@pytest.mark.parametrize("kind", [CampaignKind.AWARENESS, CampaignKind.PLEDGE, CampaignKind.SERIES, "presence"])
def test_I1_scheduled_posts_wait_for_72_hours(kind: CampaignKind) -> None:
    end = START + 72 * HOUR
    assert held_until([HELD], CampaignKind(kind), 75, START) == end
    assert held_until([HELD], CampaignKind(kind), 75, end - SECOND) == end
    assert held_until([HELD], CampaignKind(kind), 75, end) is None


def test_I1_recruiting_waits_for_seven_days() -> None:
    end = START + 7 * 24 * HOUR
    assert held_until([HELD], CampaignKind.RECRUIT, 75, end - SECOND) == end
    assert held_until([HELD], CampaignKind.RECRUIT, 75, end) is None
    assert HELD.is_open(end - SECOND)
    assert not HELD.is_open(end)


@pytest.mark.parametrize("kind", [CampaignKind.MEMORIAL, CampaignKind.AFTERMATH])
def test_I1_remembering_and_checking_in_are_not_held(kind: CampaignKind) -> None:
    assert HELD.until(kind) is None
    assert held_until([HELD], kind, 75, START) is None


def test_I1_nobody_outside_the_precinct_is_affected() -> None:
    assert held_until([HELD], CampaignKind.PLEDGE, 73, START) is None
    assert held_until([HELD], CampaignKind.PLEDGE, None, START) is None


def test_I1_the_longest_of_several_holds_counts_and_a_released_one_does_not() -> None:
    later = Hold(2, 75, START + HOUR, START + HOUR)
    assert held_until([HELD, later], CampaignKind.PLEDGE, 75, START + 2 * HOUR) == START + 73 * HOUR
    released = replace(HELD, ended_at=START + HOUR)
    assert held_until([released], CampaignKind.PLEDGE, 75, START + HOUR) is None
    assert held_until([released], CampaignKind.RECRUIT, 75, START + 2 * HOUR) is None


def test_I1_the_lesson_is_pinned_for_14_days_whether_or_not_the_hold_was_released() -> None:
    end = START + timedelta(days=14)
    for hold in (HELD, replace(HELD, ended_at=START + HOUR)):
        assert pinned_lesson([hold], 75, end - SECOND) == "A2"
        assert pinned_lesson([hold], 75, end) is None
    assert pinned_lesson([HELD], 73, START) is None
    assert pinned_lesson([HELD], None, START) is None


def test_I2_an_incident_is_a_precinct_and_a_moment_and_nothing_else() -> None:
    people = {"declared_by", "declared_handle", "confirmed_by", "confirmed_handle", "confirmed_at"}
    assert set(Incident.__dataclass_fields__) - people == {"id", "precinct", "declared_at"}
