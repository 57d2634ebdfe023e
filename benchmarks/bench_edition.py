"""A weekly edition of all 78 precincts in all views, audited together with those before it."""

import random
import time
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from analytics import counting
from analytics.cells import Printed
from analytics.facts import Cell
from analytics.freezing import Case, both_views
from analytics.layout import ANSWERS, ASKED, FOLLOW_THROUGH, HARM, NESTED, WITHOUT_PERSON, Layout, by_borough
from benchmarks.rows import Row
from campaign_engine.domain.precinct import PRECINCT_NUMBERS

LAUNCH = date(2026, 11, 29)
SITES = 60
WEEKS = 30
SECONDS = 30.0

_COUNTED = (*NESTED, *FOLLOW_THROUGH, "delivered_people", *HARM)


def layout(weeks: int) -> Layout:
    """All precincts, three channels, sixty sites."""
    sundays = tuple(LAUNCH + timedelta(weeks=week) for week in range(weeks))
    sites = {site: (f"Site {site}", PRECINCT_NUMBERS[site % len(PRECINCT_NUMBERS)]) for site in range(1, SITES + 1)}
    return Layout(by_borough(PRECINCT_NUMBERS), ("discord", "telegram", "web"), sites, sundays)


class Town:
    """People who come week by week, many to few precincts, as it is."""

    def __init__(self, seed: int, people: int) -> None:
        self._random = random.Random(seed)
        self._people = people
        self._weights = [self._random.paretovariate(1.2) for _ in PRECINCT_NUMBERS]
        self.counts: dict[str, Counter[Cell]] = {measure: Counter() for measure in _COUNTED}
        self.counts[WITHOUT_PERSON] = Counter()

    def grow(self, week: date) -> None:
        """So many more people."""
        dice = self._random
        for _ in range(self._people):
            (precinct,) = dice.choices(PRECINCT_NUMBERS, self._weights)
            place = precinct if dice.random() < 0.92 else 0
            (channel,) = dice.choices(("web", "telegram", "discord"), (5, 3, 1))
            site = dice.randint(1, SITES) if dice.random() < 0.4 else 0
            cell = Cell(place, site, channel, min(7, int(dice.expovariate(1.2))), week)
            for measure in self._did(dice):
                self.counts[measure][cell] += 1

    def _did(self, dice: random.Random) -> set[str]:
        joined, engaged = dice.random() < 0.8, dice.random() < 0.7
        pledged = engaged and dice.random() < 0.7
        did = {"reached"} if joined or engaged else set()
        did |= {name for name, done in (("joined", joined), ("engaged", engaged), ("pledged", pledged)) if done}
        if pledged and dice.random() < 0.2:
            did |= {ASKED, dice.choice(ANSWERS)}
        if did and dice.random() < 0.1:
            did.add(dice.choice(("trained", "inviting")))
        if dice.random() < 0.02:
            did.add(dice.choice(HARM))
        return did | {"delivered_people"}


def edition(town: Town, weeks: int, told: dict[tuple[str, ...], list[Mapping[str, Printed]]]) -> Mapping[str, int]:
    """Every group of measures in both views; how many cells each shows."""
    now = layout(weeks)
    shown: Counter[str] = Counter()
    for group in now.groups():
        true = counting.cells_of(group, {name: dict(cells) for name, cells in town.counts.items()}, now)
        made = both_views(Case(now.tables(group), true), told.setdefault(group, []))
        told[group].append(made)
        shown.update({view: len(printed.shown) for view, printed in made.items()})
        shown["cells"] += len(true)
    return shown


def seconds_of(weeks: int, people: int = 250) -> list[float]:
    """Processor time of each edition, the solver's included."""
    town = Town(7, people)
    told: dict[tuple[str, ...], list[Mapping[str, Printed]]] = {}
    took = []
    for week in range(weeks):
        town.grow(LAUNCH + timedelta(weeks=week))
        begun = time.process_time()
        edition(town, week + 1, told)
        took.append(time.process_time() - begun)
    return took


def run() -> list[Row]:
    """The slowest is an early one, of which nearly all is hidden; with the number of older ones it must not grow."""
    took = seconds_of(WEEKS)
    what = "78 precincts, 1,700 cells, both views"
    return [
        Row(
            f"Slowest of {WEEKS} weekly editions: {what}", max(took), "s", "the first edition", took[0], at_most=SECONDS
        ),
        Row(f"Weekly edition {WEEKS}: {what}", took[-1], "s", "the tenth edition", took[9], at_most=SECONDS),
    ]
