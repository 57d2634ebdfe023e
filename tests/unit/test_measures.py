"""Rates are of the right people, and say so when there are too few."""

from datetime import date

import pytest

from analytics import measures
from analytics.editions import HIDDEN
from analytics.facts import MEASURES, Cell, Facts
from analytics.intervals import wilson
from analytics.rooms import RoomCounts
from campaign_engine.opendata import figures
from scripts.measures_page import PAGE, page

OLD, NEW, TODAY = date(2026, 9, 7), date(2026, 11, 16), date(2026, 11, 26)


def facts(**counts: dict[Cell, int]) -> Facts:
    return Facts(1, {name: counts.get(name, {}) for name in MEASURES}, {}, {})


def cell(site: int = 0, generation: int = 0, week: date = OLD, precinct: int = 44) -> Cell:
    return Cell(precinct, site, "web", generation, week)


def test_the_funnel_is_of_the_reached_of_each_week() -> None:
    found = measures.funnel(facts(reached={cell(): 40, cell(week=NEW): 3}, pledged={cell(site=2): 10}))
    assert [*found] == [OLD, NEW]
    assert found[OLD]["pledged"] == measures.Share(10, 40, wilson(10, 40))
    assert found[NEW]["pledged"].count == 0
    assert measures.funnel(facts()) == {}


def test_only_cohorts_that_had_28_days_reproduce() -> None:
    pledged = {
        cell(1): 10, cell(2): 20, cell(3): 5, cell(1, 1): 9, cell(2, 1): 12, cell(3, 1): 6, cell(1, 1, NEW): 99,
    }  # fmt: skip
    found = measures.reproduction(facts(pledged=pledged), 0, TODAY)
    assert (found.pledgers, found.following) == (35, 27)
    assert found.ratio == pytest.approx(27 / 35)
    assert found.interval is not None
    assert found.interval.low < 27 / 35 < found.interval.high
    nobody = measures.reproduction(facts(), 0, TODAY)
    assert (nobody.ratio, nobody.interval) == (None, None)


def test_residents_are_those_of_the_census_and_nowhere_has_none() -> None:
    found = measures.per_1000_residents({cell(): 30, cell(site=4): 12, cell(precinct=0): 5})
    assert found == {44: pytest.approx(1000 * 42 / figures.precincts()[44].population)}
    assert measures.accepted_invites(facts(joined={cell(): 4, cell(generation=2): 3})) == {2: 3}


def test_what_came_back_from_rooms_is_summed_apart_from_people() -> None:
    figures = {"room_audience": {1: 40, 2: 7}, "room_reactions": {1: 5}, "room_joins": {2: 3, 1: 1}, "room_taps": {}}
    counts = RoomCounts((), {1: 2, 2: 1}, figures)
    four = (measures.room_audience, measures.room_reactions, measures.room_joins, measures.room_taps)
    assert [one(counts) for one in four] == [47, 5, 4, 0]


def test_the_page_of_measures_is_written_from_them() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert page(written) == written


def test_harm_rises_where_it_grows_faster_than_reach() -> None:
    """No such campaign is labelled a success (measures.md); what is hidden on both sides says nothing."""

    def rises(now: dict[str, int], then: dict[str, int]) -> tuple[str, ...]:
        return measures.harm_rises(lambda one: now.get(one, HIDDEN), lambda one: then.get(one, HIDDEN))

    before = {"reached": 400, "opt_outs": 20, "pauses": 12}
    assert rises({"reached": 800, "opt_outs": 40, "pauses": 12}, before) == ()
    assert rises({"reached": 800, "opt_outs": 41, "pauses": 12}, before) == ("opt_outs",)
    assert rises({"reached": 800, "opt_outs": 20, "blocks": 10, "pauses": 30}, before) == ("blocks", "pauses")
    assert rises({"opt_outs": 30}, before) == ("opt_outs",), "the reach beside it is hidden"
    assert rises({"reached": 800}, before) == ()
    assert measures.harm_rises(lambda _: 30, None) == (), "there is no edition before"
