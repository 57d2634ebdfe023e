"""Rooms as cells: by channel and kind of room, and by the area that each is tied to; apart from people."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from analytics import metrics
from analytics.frames import Frames
from analytics.suppression import CITY, HIDDEN, Cell, Figure, whole
from campaign_engine.domain.contact import ScopeKind
from campaign_engine.domain.precinct import Borough, borough_of

Boroughs = Mapping[Borough, tuple[int, ...]]
"""Target precincts of the campaign."""

CITYWIDE = "citywide"
"""Rooms of the whole city."""

BEYOND = "beyond"
"""Rooms of other precincts, and those of which nothing is known any more."""


def trees(frames: Frames, counts: pd.Series, boroughs: Boroughs) -> tuple[Cell, Cell]:
    """`counts` by room id.

    Keys: city, channel:telegram, room:telegram:group; city, citywide, borough:Bronx, boroughwide:Bronx (rooms of
    the whole borough), precinct:44 (its sites' too), beyond. Where there is no room there is no cell: rooms are public.
    """
    rooms = metrics.rooms(frames)
    return _channels(rooms, counts), _areas(rooms, counts, boroughs)


def listed(frames: Frames, boroughs: Boroughs) -> Mapping[str, Mapping[str, int]]:
    """Rooms posted in, and posts, of every cell of `trees`; not about persons (safety K3)."""
    rooms = metrics.rooms(frames)
    posts = _cells(trees(frames, rooms["posts"], boroughs))
    posted_in = _cells(trees(frames, (rooms["posts"] > 0).astype(int), boroughs))
    return {key: {"rooms": posted_in[key], "posts": count} for key, count in posts.items()}


def stepped(figures: Mapping[str, Figure], k: int) -> dict[str, Figure]:
    """Rounded down to multiples of `k`: whoever looks every day sees a number move by `k` and never by one (K3)."""
    return {key: figure if figure == HIDDEN else figure // k * k for key, figure in figures.items()}


def _cells(both: tuple[Cell, Cell]) -> dict[str, int]:
    return {cell.key: cell.count for tree in both for cell in tree.walk()}


def _channels(rooms: pd.DataFrame, counts: pd.Series) -> Cell:
    channels = [
        whole(
            f"channel:{channel}",
            [
                Cell(f"room:{channel}:{kind}", int(counts.reindex(same.index).sum()))
                for kind, same in here.fillna({"kind": "gone"}).groupby("kind")
            ],
        )
        for channel, here in rooms.groupby("channel")
    ]
    return whole(CITY, channels)


def _areas(rooms: pd.DataFrame, counts: pd.Series, boroughs: Boroughs) -> Cell:
    places = pd.Series([_place(room, boroughs) for room in _each(rooms)], index=rooms.index, dtype="object")
    sums = counts.groupby(places).sum()

    def cells(*keys: str) -> list[Cell]:
        return [Cell(key, int(sums[key])) for key in keys if key in sums.index]

    parts = cells(CITYWIDE)
    for borough, numbers in boroughs.items():
        if inside := cells(f"boroughwide:{borough}", *(f"precinct:{number}" for number in numbers)):
            parts.append(whole(f"borough:{borough}", inside))
    return whole(CITY, [*parts, *cells(BEYOND)])


def _each(rooms: pd.DataFrame) -> Iterator[tuple[Any, Any, Any]]:
    return zip(rooms["scope_kind"], rooms["scope_value"], rooms["precinct"], strict=True)


def _place(room: tuple[Any, Any, Any], boroughs: Boroughs) -> str:
    kind, value, precinct = room
    if kind == ScopeKind.CITY:
        return CITYWIDE
    if kind == ScopeKind.BOROUGH and value in {borough.value for borough in boroughs}:
        return f"boroughwide:{value}"
    if pd.notna(precinct) and int(precinct) in boroughs.get(borough_of(int(precinct)), ()):
        return f"precinct:{int(precinct)}"
    return BEYOND
