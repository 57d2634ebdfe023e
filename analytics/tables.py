"""The measures of a campaign as protected tables: city -> boroughs -> precincts, channels, sources, generations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from analytics import metrics, room_tables
from analytics.frames import Frames
from analytics.suppression import CITY, HIDDEN, Cell, Figure, audit, protect, published, whole
from campaign_engine.domain.precinct import Borough, borough_of

BEYOND = "beyond"
"""People of other precincts and those who gave none: one cell, so that fewer others are hidden to cover it."""

SOURCES = ("site", "post", "none")
NEARLY_ALL = 0.9
"""A site with this share of its precinct is not shown beside it (safety K3)."""

WITHIN: Mapping[str, str] = {"engaged": "reached", "pledged": "engaged", "joined": "reached"}
"""Each measure is a part of the other one: what is hidden of the larger is hidden of the smaller, because two figures
that happen to be equal would give away a hidden one between them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Which cells there are. It follows from what is public, never from the counts: zeros have a cell too."""

    boroughs: Mapping[Borough, tuple[int, ...]]
    channels: tuple[str, ...]
    sites: Mapping[int, tuple[str, int]]
    generations: int

    @classmethod
    def of(cls, frames: Frames) -> "Layout":
        """Target precincts by borough; channels of its posts and those open in this installation; sites there."""
        targets = frames.campaign.targets
        boroughs: dict[Borough, tuple[int, ...]] = {}
        for number in targets:
            boroughs[borough_of(number)] = (*boroughs.get(borough_of(number), ()), number)
        channels = {*frames.campaign.channels, *frames.people["channel"].unique()}
        there = frames.sites[frames.sites["precinct"].isin(targets)]
        numbers, names, precincts = there["id"].tolist(), there["name"].tolist(), there["precinct"].tolist()
        sites = {number: (name, precinct) for number, name, precinct in zip(numbers, names, precincts, strict=True)}
        generations = int(frames.people["generation"].max()) + 1 if len(frames.people) else 1
        return cls(boroughs, tuple(sorted(channels)), sites, generations)


@dataclass(frozen=True, slots=True)
class Protected:
    """Figures by measure and cell.

    Keys: city, borough:Bronx, precinct:44, beyond, channel:web, source:site, site:3, site:beyond, generation:0.
    """

    k: int
    layout: Layout
    figures: Mapping[str, Mapping[str, Figure]]

    def figure(self, measure: str, key: str) -> Figure:
        """A cell that is in no table holds nobody, which is hidden too."""
        return self.figures[measure].get(key, HIDDEN)

    def shown(self, measure: str) -> dict[int, int]:
        """Precincts that can be shown."""
        cells = {number: self.figure(measure, f"precinct:{number}") for number in self.precincts()}
        return {number: figure for number, figure in cells.items() if figure != HIDDEN}

    def precincts(self) -> tuple[int, ...]:
        """Targets in ascending order."""
        return tuple(sorted(number for numbers in self.layout.boroughs.values() for number in numbers))


def protected(frames: Frames, k: int) -> Protected:
    """Every measure of persons, hidden where it must be and checked again. Raises ReleaseRefused."""
    layout = Layout.of(frames)
    everyone = metrics.profile(frames)
    figures: dict[str, dict[str, Figure]] = {}
    for name, measure in metrics.PEOPLE.items():
        members = everyone.loc[measure(frames)]
        whole = figures.get(WITHIN.get(name, ""), {})
        trees = [_places(members, layout), _channels(members["channel"], layout)]
        if name in ("joined", "pledged"):
            trees += [_sources(members, layout), _generations(members, layout)]
        also = {key for key, figure in whole.items() if figure == HIDDEN} | _overwhelming_sites(members, layout)
        figures[name] = _release(trees, k, also)
    for name, harm in metrics.HARM.items():
        figures[name] = _release([_places(harm(frames), layout)], k)
    figures["pledges_without_person"] = _release([Cell(CITY, metrics.pledges_without_person(frames))], k)
    for name, counted in metrics.ROOMS.items():
        figures[name] = room_tables.stepped(_release(room_tables.trees(frames, counted(frames), layout.boroughs), k), k)
    figures["delivered"] = _messages(frames, layout, figures["delivered_people"])
    return Protected(k, layout, figures)


def _release(trees: Iterable[Cell], k: int, also: Iterable[str] = ()) -> dict[str, Figure]:
    """The trees share nothing but their whole, which is hidden in all or in none."""
    cells: dict[str, Figure] = {}
    for tree in trees:
        hidden = protect(tree, k, {cell.key for cell in tree.walk()}.intersection(also))
        audit(tree, hidden, k)
        cells |= published(tree, hidden)
    return cells


def _places(rows: pd.DataFrame, layout: Layout) -> Cell:
    counts = _numbered(rows["area"])
    boroughs = [
        whole(f"borough:{borough}", [Cell(f"precinct:{number}", counts.pop(number, 0)) for number in numbers])
        for borough, numbers in layout.boroughs.items()
    ]
    beyond = Cell(BEYOND, sum(counts.values()) + int(rows["area"].isna().sum()))
    return whole(CITY, [*boroughs, beyond])


def _channels(channels: pd.Series, layout: Layout) -> Cell:
    counts = channels.value_counts()
    return whole(CITY, [Cell(f"channel:{channel}", int(counts.get(channel, 0))) for channel in layout.channels])


def _sources(members: pd.DataFrame, layout: Layout) -> Cell:
    counts = members["source"].value_counts()
    by_site = _numbered(members["site_id"])
    sites = [Cell(f"site:{site}", by_site.pop(site, 0)) for site in layout.sites]
    at_sites = whole("source:site", [*sites, Cell("site:beyond", sum(by_site.values()))])
    others = [Cell(f"source:{source}", int(counts.get(source, 0))) for source in SOURCES[1:]]
    return whole(CITY, [at_sites, *others])


def _generations(members: pd.DataFrame, layout: Layout) -> Cell:
    counts = _numbered(members["generation"])
    return whole(CITY, [Cell(f"generation:{number}", counts.get(number, 0)) for number in range(layout.generations)])


def _overwhelming_sites(members: pd.DataFrame, layout: Layout) -> set[str]:
    sites, areas = _numbered(members["site_id"]), _numbered(members["area"])
    return {
        f"site:{site}"
        for site, (_, precinct) in layout.sites.items()
        if sites.get(site, 0) and sites.get(site, 0) >= NEARLY_ALL * areas.get(precinct, 0)
    }


def _messages(frames: Frames, layout: Layout, people: Mapping[str, Figure]) -> dict[str, Figure]:
    """Messages of a cell tell of its people, so they are hidden with them; their total is not about persons (K3)."""
    rows = metrics.delivered(frames)
    places = _places(pd.DataFrame({"area": rows["precinct"]}), layout)
    counts = {cell.key: cell.count for tree in (places, _channels(rows["lane"], layout)) for cell in tree.walk()}
    kept: dict[str, Figure] = {key: HIDDEN if people.get(key) == HIDDEN else count for key, count in counts.items()}
    return kept | {CITY: len(rows)}


def _numbered(column: pd.Series) -> dict[int, int]:
    """How often each number occurs."""
    counts = column.dropna().astype(int).value_counts()
    return dict(zip(counts.index.tolist(), counts.tolist(), strict=True))
