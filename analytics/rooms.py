"""What came back from public rooms: by channel and kind of room, and by the area each is tied to; apart from people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from analytics.editions import HIDDEN, Figure
from analytics.suppression import CITY, Cell, audit, protect, published, whole
from campaign_engine.domain.contact import ScopeKind
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.precinct import Borough, borough_of
from campaign_engine.ports.room_figures import RoomFigure, about_campaign
from campaign_engine.store import tables as t

Boroughs = Mapping[Borough, tuple[int, ...]]
"""Target precincts of the campaign."""

CITYWIDE = "citywide"
"""Rooms of the whole city."""

BEYOND = "beyond"
"""Rooms of other precincts."""

MEASURES = ("room_audience", "room_reactions", "room_joins", "room_taps")

_FIGURES = {
    RoomFigure.REACTIONS: "room_reactions",
    RoomFigure.JOINS: "room_joins",
    RoomFigure.JOINS_MEANWHILE: "room_joins",
    RoomFigure.TAPS: "room_taps",
}


class Room(NamedTuple):
    """`precinct` is its site's, or its own."""

    id: int
    channel: str
    kind: str
    scope_kind: str
    scope_value: str
    precinct: int | None


@dataclass(frozen=True, slots=True)
class RoomCounts:
    """Of each room, by id: posts that arrived, and figures by measure. Nothing here leaves but through `tables`."""

    rooms: tuple[Room, ...]
    posts: Mapping[int, int]
    figures: Mapping[str, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class RoomTables:
    """By cell: rooms posted in and posts, which are not about persons; and protected figures by measure.

    Keys: city, channel:telegram, room:telegram:group; citywide, borough:Bronx, boroughwide:Bronx (rooms of the whole
    borough), precinct:44 (its sites' too), beyond. Where there is no room there is no cell: rooms are public.
    """

    places: Mapping[str, Mapping[str, int]]
    figures: Mapping[str, Mapping[str, Figure]]

    @property
    def rooms(self) -> int:
        """Posted in."""
        return self.places[CITY]["rooms"]

    def as_json(self) -> Mapping[str, Any]:
        """Plain values, as an edition keeps them."""
        return {"places": self.places, "figures": self.figures}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "RoomTables | None":
        """The reverse; None for editions made before rooms were kept with them."""
        return cls(plain["places"], plain["figures"]) if plain else None

    def figure(self, measure: str, key: str) -> Figure:
        """A place without a room has nothing to show."""
        return self.figures[measure].get(key, HIDDEN)


def read(connection: sa.Connection, campaign_id: int) -> RoomCounts:
    """Three statements; those that are not linked any more too."""
    posts, audience = _posts(connection, campaign_id)
    figures: dict[str, dict[int, int]] = {measure: defaultdict(int) for measure in MEASURES}
    figures["room_audience"] = audience
    for row in connection.execute(_came_back(campaign_id)):
        figures[_FIGURES[row.figure]][row.room_id] += row.count_
    return RoomCounts(_rooms(connection), posts, figures)


def tables(counts: RoomCounts, boroughs: Boroughs, k: int) -> RoomTables:
    """Hidden below `k`, and rounded down to its multiples: whoever looks every day sees a number move by `k` and never
    by one (safety K3). Raises ReleaseRefused.
    """
    posts = _cells(_trees(counts.rooms, counts.posts, boroughs))
    used = _cells(_trees(counts.rooms, {room: int(posts > 0) for room, posts in counts.posts.items()}, boroughs))
    figures: dict[str, Mapping[str, Figure]] = {}
    for measure, counted in counts.figures.items():
        cells: dict[str, Figure] = {}
        for tree in _trees(counts.rooms, counted, boroughs):
            hidden = protect(tree, k)
            audit(tree, hidden, k)
            cells |= published(tree, hidden)
        figures[measure] = {key: figure if figure == HIDDEN else figure // k * k for key, figure in cells.items()}
    return RoomTables({key: {"rooms": used[key], "posts": count} for key, count in posts.items()}, figures)


def _trees(rooms: Iterable[Room], counts: Mapping[int, int], boroughs: Boroughs) -> tuple[Cell, Cell]:
    by_channel: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    places: dict[str, int] = defaultdict(int)
    for room in rooms:
        by_channel[room.channel][f"room:{room.channel}:{room.kind}"] += counts.get(room.id, 0)
        places[_place(room, boroughs)] += counts.get(room.id, 0)
    channels = [
        whole(f"channel:{channel}", [Cell(key, count) for key, count in sorted(kinds.items())])
        for channel, kinds in sorted(by_channel.items())
    ]
    parts = _found(places, CITYWIDE)
    for borough, numbers in boroughs.items():
        if inside := _found(places, f"boroughwide:{borough}", *(f"precinct:{number}" for number in numbers)):
            parts.append(whole(f"borough:{borough}", inside))
    return whole(CITY, channels), whole(CITY, [*parts, *_found(places, BEYOND)])


def _found(places: Mapping[str, int], *keys: str) -> list[Cell]:
    return [Cell(key, places[key]) for key in keys if key in places]


def _cells(both: tuple[Cell, Cell]) -> dict[str, int]:
    return {cell.key: cell.count for tree in both for cell in tree.walk()}


def _place(room: Room, boroughs: Boroughs) -> str:
    if room.scope_kind == ScopeKind.CITY:
        return CITYWIDE
    if room.scope_kind == ScopeKind.BOROUGH and room.scope_value in {borough.value for borough in boroughs}:
        return f"boroughwide:{room.scope_value}"
    if room.precinct and room.precinct in boroughs.get(borough_of(room.precinct), ()):
        return f"precinct:{room.precinct}"
    return BEYOND


def _rooms(connection: sa.Connection) -> tuple[Room, ...]:
    c = t.rooms.c
    its_own = sa.case((c.scope_kind == ScopeKind.PRECINCT, c.scope_value))
    at_site = sa.and_(c.scope_kind == ScopeKind.SITE, sa.cast(t.sites.c.id, sa.String) == c.scope_value)
    precinct = sa.func.coalesce(sa.cast(its_own, sa.Integer), t.sites.c.precinct)
    shown = sa.select(c.id, c.channel, c.kind, c.scope_kind, c.scope_value, precinct)
    return tuple(Room(*row) for row in connection.execute(shown.outerjoin(t.sites, at_site).order_by(c.id)))


def _posts(connection: sa.Connection, campaign_id: int) -> tuple[dict[int, int], dict[int, int]]:
    """Of each room that is there, the posts that arrived and the most members it had; by the index of rooms."""
    c = t.deliveries.c
    arrived = (
        sa.select(c.room_id, sa.func.count(), sa.func.max(c.room_members))
        .join(t.occurrences, t.occurrences.c.id == c.occurrence_id)
        .join(t.posts, t.posts.c.id == t.occurrences.c.post_id)
        .where(t.posts.c.campaign_id == campaign_id, c.room_id.is_not(None), c.status == DeliveryStatus.SENT)
        .group_by(c.room_id)
    )
    rows = connection.execute(arrived).all()
    return {room: posts for room, posts, _ in rows}, {room: most or 0 for room, _, most in rows}


def _came_back(campaign_id: int) -> sa.Select[Any]:
    """To its posts, and to itself."""
    c, post = t.room_figures.c, sa.literal("post ").concat(sa.cast(t.posts.c.id, sa.String))
    its_post = sa.or_(c.subject == post, c.subject.startswith(post.concat("/")))
    its_posts = sa.exists().where(t.posts.c.campaign_id == campaign_id, its_post)
    wanted = sa.select(c.room_id, c.figure, c.count.label("count_"))
    return wanted.where(sa.or_(c.subject == about_campaign(campaign_id), its_posts))
