"""However many processes write through one account: their shares add up to what it may send, and each has one."""

import itertools
import math

import pytest

from campaign_engine.domain.pace_shares import Company, share
from campaign_engine.domain.pacing import KEPT_FOR_REPLIES, LIMITS, UNLIMITED, LaneLimits


def shares(limits: LaneLimits, company: Company, leader: int) -> list[LaneLimits]:
    """Of each process, those that answer first; `leader` broadcasts."""
    return [
        share(limits, company, answers=number < company.answering, broadcasts=number == leader)
        for number in range(company.size)
    ]


SOME = (0, 1, 2, 3, 5, 6, 12, 21, 22, 23, 24, 25, 38, 39, 40, 90)


@pytest.mark.parametrize("name", ["telegram", "discord"])
def test_S7_all_shares_together_are_what_the_account_may_send(name: str) -> None:
    limits = LIMITS[name]
    assert limits.overall is not None
    for answering, quiet in itertools.product(SOME, SOME):
        company = Company(answering, quiet)
        for leader in {0, company.size - 1} if company.size else ():
            mine = shares(limits, company, leader)
            overall = [one.overall for one in mine if one.overall is not None]
            assert sum(1 / limit.interval for limit in overall) <= limits.overall.count + 1e-9
            broadcasts = mine[leader].broadcasts
            assert broadcasts is not None
            assert broadcasts.count >= 1
            if company.size < limits.overall.count:
                assert {limit.seconds for limit in overall} == {limits.overall.seconds}
                assert broadcasts.count <= limits.overall.count - KEPT_FOR_REPLIES


def test_one_process_has_everything_and_two_leave_each_other_their_part() -> None:
    limits = LIMITS["telegram"]
    assert shares(limits, Company(1, 0), 0) == [limits]
    assert shares(limits, Company(0, 1), 0) == [limits]
    both = shares(limits, Company(2, 0), 0)
    assert [one.overall and one.overall.count for one in both] == [23, 2]
    assert [one.broadcasts and one.broadcasts.count for one in both] == [20, 2]
    apart = shares(limits, Company(1, 1), 1)
    assert [one.overall and one.overall.count for one in apart] == [5, 20]
    assert share(UNLIMITED, Company(3, 3), answers=True, broadcasts=False) == UNLIMITED


def test_where_processes_are_more_than_messages_they_take_turns() -> None:
    many = shares(LIMITS["telegram"], Company(30, 30), 0)
    waits = {one.overall.seconds for one in many[1:] if one.overall}
    assert waits == {float(math.ceil(60 / 24))}
