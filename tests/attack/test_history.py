"""Half a year of editions: whoever has kept all of them finds nothing out, however few the auditor holds together."""

import os
from collections.abc import Mapping, Sequence

import pytest

from analytics import apart, freezing
from analytics.cells import Printed
from analytics.freezing import Case, both_views
from tests.attack.attacker import recovered
from tests.attack.test_attack import Campaign, K, checked, papers

WEEKS = 26
GROUPS = (("opt_outs",), ("pledges_without_person",))
SEEDS = (12, 14)
"""Campaigns that a build which looks at less would give away."""

NESTED_SEED, NESTED_WEEKS = 5, 26 if "SOAK_TABLES" in os.environ else 8

Editions = list[Mapping[str, Printed]]


def told(seed: int, kept: int, weeks: int = WEEKS, groups: Sequence[Sequence[str]] = GROUPS) -> list[Editions]:
    """Editions of each group; each is made with no more than so many of those before it."""
    campaign = Campaign(seed)
    found: list[Editions] = [[] for _ in groups]
    for week in range(weeks):
        campaign.grow(week)
        for group, editions in zip(groups, found, strict=True):
            case = Case(campaign.layout.tables(group), campaign.true(group))
            editions.append(both_views(case, editions[-kept:]))
    return found


def found_out(editions: Editions) -> int:
    """Cells that an attacker with the whole history recovers, of both views."""
    return sum(len([*recovered(papers([one[view] for one in editions], view), k)]) for view, k in K.items())


@pytest.mark.parametrize("together", [freezing.MOST_CELLS, 1], ids=["all together", "three together"])
def test_K4_half_a_year_of_editions_gives_nobody_away(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "MOST_CELLS", together)
    for seed in SEEDS:
        for editions in told(seed, WEEKS):
            checked(editions)
            assert found_out(editions) == 0, (seed, editions[0]["public"].tables.names[0])


def test_K4_measures_that_are_parts_of_each_other_tell_nothing_of_older_editions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reached, engaged, joined, pledged ... with three editions in the auditor's program, as of a large campaign."""
    monkeypatch.setattr(freezing, "MOST_CELLS", 1)
    nested = (Campaign(NESTED_SEED).layout.groups()[0],)
    (editions,) = told(NESTED_SEED, NESTED_WEEKS, NESTED_WEEKS, nested)
    checked(editions)
    assert found_out(editions) == 0
    monkeypatch.setattr(apart, "_joint", lambda _each, _line: ())
    (editions,) = told(NESTED_SEED, NESTED_WEEKS, NESTED_WEEKS, nested)
    assert found_out(editions) > 0, "a build that looks at each measure by itself is broken"


def test_K4_the_attacker_breaks_a_build_that_audits_only_the_newest_two() -> None:
    assert all(sum(found_out(editions) for editions in told(seed, 1)) > 0 for seed in SEEDS)
