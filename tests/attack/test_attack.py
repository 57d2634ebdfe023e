"""Nobody finds a small number out: random campaigns, week by week, against an attacker of our own (safety K4, T6)."""

import ast
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from analytics.cells import Printed
from analytics.counting import cells_of
from analytics.facts import Cell
from analytics.freezing import Case, both_views
from analytics.layout import ANSWERS, ASKED, Layout, by_borough
from tests.attack import attacker, recruiter
from tests.attack.attacker import Paper, recovered

WANTED = int(os.environ.get("SOAK_TABLES", "10000"))
EDITIONS = 3
PRECINCTS = (40, 41, 42, 73, 75)
SUNDAY = date(2026, 11, 29)
K = {"public": 10, "organizer": 5}
LAG = {"public": 13, "organizer": 4}
"""Two steps less one each for the public, whose figures follow those of organizers."""

Counts = dict[str, dict[Cell, int]]


class Campaign:
    """Grows at random: from nobody in a week to many, evenly or in one place."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        sites = {1: ("A school", 40), 2: ("A center", 75)}
        channels = ("telegram", "web")[: self.dice.choice((1, 2, 2))]
        self.layout = Layout(by_borough(PRECINCTS), channels, sites, (SUNDAY,), generations=2)
        self.weights = [self.dice.choice((0, 1, 1, 3, 9)) + 0.01 for _ in (*PRECINCTS, 0)]
        self.counts: dict[str, Counter[Cell]] = {name: Counter() for group in self.layout.groups() for name in group}

    def grow(self, week: int) -> None:
        """One week; sites, channels and places of new ones are drawn each for itself."""
        dice = self.dice
        self.layout = Layout(
            self.layout.boroughs, self.layout.channels, self.layout.sites,
            tuple(SUNDAY + timedelta(weeks=number) for number in range(week + 1)), generations=2,
        )  # fmt: skip
        for _ in range(dice.choice((0, 6, 15, 40, 90, 200))):
            (precinct,) = dice.choices((*PRECINCTS, 0), self.weights)
            channel, site = dice.choice(self.layout.channels), dice.choice((0, 0, 0, 1, 2))
            cell = Cell(precinct, site, channel, dice.choice((0, 0, 0, 1)), SUNDAY + timedelta(weeks=week))
            did = {"reached", "delivered_people"}
            did |= {name for name in ("joined", "engaged", "trained", "inviting", "opt_outs") if dice.random() < 0.5}
            if "engaged" in did and dice.random() < 0.7:
                did |= {"pledged", *((ASKED, dice.choice(ANSWERS)) if dice.random() < 0.4 else ())}
            if dice.random() < 0.3:
                did.add("pledges_without_person")
            for name in did:
                self.counts[name][cell] += 1

    def true(self, group: Sequence[str]) -> Mapping[tuple[str, str], int]:
        return cells_of(group, {name: dict(cells) for name, cells in self.counts.items()}, self.layout)


def papers(printed: Sequence[Printed], view: str) -> list[Paper]:
    """What a reader holds of a view; which figures are new they see by laying the editions side by side."""
    before: dict[tuple[str, str], int] = {}
    made = []
    for one in printed:
        new = frozenset(cell for cell, figure in one.shown.items() if before.get(cell) != figure)
        before |= one.shown
        rows = [(each.whole, each.parts) for each in one.tables.sums]
        made.append(Paper(rows, one.tables.within, one.tables.names, one.shown, new, LAG[view], K[view], one.loose))
    return made


def groups_of(campaign: Campaign) -> Iterator[Sequence[str]]:
    """Opt-outs stand for all that have one table alone."""
    return (
        group
        for group in campaign.layout.groups()
        if group[0] in ("reached", "delivered_people", "opt_outs", "pledges_without_person")
    )


def tables(one: Printed) -> int:
    """Rows of cells that add up and belong to no larger table: one each for places, channels, sites ..."""
    return sum(each.whole[1] in ("city", "source:site") for each in one.tables.sums)


def from_the_city_down(one: Printed, whole: tuple[str, str], parts: Sequence[tuple[str, str]]) -> None:
    """No area without the city; a borough is hidden beside its precincts only to cover what is hidden beside it."""
    measure, key = whole
    shown, city = any(part in one.shown for part in parts), (measure, "city")
    if key.startswith("borough:") and "|" not in key and shown:
        assert city in one.shown
        (beside,) = [each.parts for each in one.tables.sums if each.whole == city and whole in each.parts]
        assert whole in one.shown or any(part not in one.shown for part in beside if part != whole), whole
    if key == "city" and any(part[1] == "beyond" for part in parts) and shown:
        assert city in one.shown


def checked(editions: Sequence[Mapping[str, Printed]]) -> None:
    """What readers were promised of each edition (safety K1 to K3)."""
    for number, views in enumerate(editions):
        for view, one in views.items():
            k = K[view]
            assert all(figure >= k for figure in one.shown.values())
            for each in one.tables.sums:
                hidden = [part for part in each.parts if part not in one.shown]
                assert each.whole not in one.shown or len(hidden) != 1, (view, each)
            assert all(
                one.shown[part] <= one.shown[whole]
                for part, whole in one.tables.within
                if {part, whole} <= one.shown.keys()
            )
            for each in one.tables.sums:
                together = sum(one.shown.get(part, 0) for part in each.parts)
                assert each.whole not in one.shown or together <= one.shown[each.whole], (view, each)
            for each in one.tables.sums:
                from_the_city_down(one, each.whole, each.parts)
            before = editions[number - 1][view].shown if number else {}
            moved = [one.shown[cell] - before[cell] for cell in one.shown.keys() & before.keys()]
            assert all(step == 0 or step >= k for step in moved)
        public, inner = views["public"].shown, views["organizer"].shown
        told = [editions[earlier]["organizer"].shown for earlier in range(number + 1)]
        for cell, figure in public.items():
            assert cell in inner, "organizers see all that the public sees"
            assert any(one.get(cell) == figure for one in told), "and nothing that they were not told"


def test_K4_T6_an_attacker_with_all_editions_of_all_views_recovers_no_hidden_cell() -> None:
    """Organizers hold the public's figures too, which are among their own: see `checked`."""
    attacked, seed = 0, 0
    while attacked < WANTED:
        seed += 1
        campaign = Campaign(seed)
        told: dict[str, list[Mapping[str, Printed]]] = {}
        for week in range(EDITIONS):
            campaign.grow(week)
            for group in groups_of(campaign):
                case = Case(campaign.layout.tables(group), campaign.true(group))
                told.setdefault(group[0], []).append(both_views(case, told.get(group[0], [])))
        for editions in told.values():
            checked(editions)
            for view, k in K.items():
                printed = [one[view] for one in editions]
                attacked += sum(tables(one) for one in printed)
                assert recovered(papers(printed, view), k) == [], (seed, view)


def test_K4_the_attacker_breaks_a_build_that_hides_only_what_is_small() -> None:
    broken = 0
    for seed in range(1, 21):
        campaign = Campaign(seed)
        for week in range(2):
            campaign.grow(week)
        (group, *_) = groups_of(campaign)
        shape, true = campaign.layout.tables(group), campaign.true(group)
        weak = Printed(shape, {cell: count for cell, count in true.items() if count >= K["public"]})
        found = recovered(papers([weak], "public"), K["public"])
        assert all(cell not in weak.shown for _, cell in found)
        broken += bool(found)
    assert broken >= 15, broken


def test_K4_the_attacker_breaks_editions_that_are_each_safe_but_not_together() -> None:
    """Eight and twenty-five, hidden under their sum; a week later both can be shown, and tell what they were."""
    whole, small, large, other = (("pledged", key) for key in ("city", "precinct:40", "precinct:41", "beyond"))
    rows = [(whole, (small, large, other))]
    cells = (whole, small, large, other)

    def paper(figures: Mapping[tuple[str, str], int]) -> Paper:
        return Paper(rows, (), cells, figures, frozenset(figures), LAG["public"], K["public"])

    first = paper({whole: 83, other: 50})
    second = paper({whole: 88, other: 50, small: 12, large: 26})
    assert recovered([first], 10) == []
    assert set(recovered([first, second], 10)) == {(0, small), (0, large)}


def test_K4_the_attacker_knows_nothing_of_the_code() -> None:
    nodes = [
        node
        for one in (attacker, recruiter)
        for node in ast.walk(ast.parse(Path(str(one.__file__)).read_text("utf-8")))
    ]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} == {
        "collections",
        "dataclasses",
        "functools",
        "highspy",
        "math",
        "numpy",
        "random",
    }
