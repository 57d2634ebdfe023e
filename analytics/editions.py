"""Reads weekly editions: frozen, protected figures of a campaign, the same for page, file, chart and chat (safety K3).

No pandas and no solver: the serving process reads them too. Nothing unprotected can be read here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from analytics.intervals import Interval
from analytics.layout import Layout
from campaign_engine.domain.area import CITY
from campaign_engine.domain.errors import NotFound
from campaign_engine.store.tables import editions

HIDDEN: Literal["hidden"] = "hidden"
"""The one word for every hidden cell: zero, small or complementary (safety K1)."""

WEEKLY = ("delivered_people", "reached", "engaged", "joined", "pledged")
"""Measures of the closed week, the wider one first. Trained and inviting have none; who leaves does so once."""

RANGES = "reproduction"
"""Among the cells of a row: between what R lies, by the key of its step."""

WORK = "work"
"""Among them too: what was made and sent until then, for analytics.about.Work."""

OLD_ENOUGH = timedelta(days=28)
"""After which pledgers had the time to bring others (measures: recruitment reproduction number)."""

PUBLIC_K = 10
ORGANIZER_K = 5
MOST_SHARE, LEAST_SHARE = 0.95, 0.05

Figure = int | Literal["hidden"]
"""What is published of one cell."""

View = Literal["public", "site", "organizer"]
SMALLEST: Mapping[View, int] = {"public": PUBLIC_K, "site": PUBLIC_K, "organizer": ORGANIZER_K}
"""From how many persons on a cell is shown (safety K1). A site sees its own line of the public's (safety P3)."""

OVER: Literal["over 95 %"] = "over 95 %"
UNDER: Literal["under 5 %"] = "under 5 %"

Rate = float | Literal["hidden", "over 95 %", "under 5 %"]

_KEPT = [column for column in editions.c if column.name not in ("loose", "counts")]


@dataclass(frozen=True, slots=True)
class ProtectedTable:
    """One measure: every cell of its tables by key, and which moved since the edition before.

    Keys: city, borough:Bronx, precinct:44, beyond, channel:web, precinct:44|channel:web, source:site, site:3,
    site:beyond, generation:0.
    """

    measure: str
    cells: Mapping[str, Figure]
    moved: frozenset[str]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Which edition. `week` is the Sunday it came out, `data_through` the last day counted.

    `corrects`: the edition in whose place this one stands, `reason` why; `corrected_by`: the one in place of this.
    """

    number: int
    week: date
    data_through: date
    made_at: datetime
    corrects: int | None
    corrected_by: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class EditionLink(Numbered):
    """One edition on a list; `sites` are those that it has."""

    sites: frozenset[int] = frozenset()

    def has(self, site: int | None) -> bool:
        """Whether a site was in it; every edition has the whole campaign."""
        return site is None or site in self.sites


@dataclass(frozen=True, slots=True)
class Edition(Numbered):
    """One campaign's figures in one view.

    `closed_week`: distinct people of the week that ended with it, city-wide, by measure (analytics.closed_week).
    `rooms`: what came back from rooms until then, for RoomTables.from_json; empty in editions older than that.
    `ranges`: between what R lies, by the key of its step (analytics.recruiting). `work`: what was made and sent, empty
    in editions older than that.
    """

    view: View
    layout: Layout
    tables: Mapping[str, ProtectedTable]
    closed_week: Mapping[str, Figure] = field(default_factory=dict)
    rooms: Mapping[str, Any] = field(default_factory=dict)
    ranges: Mapping[str, Interval] = field(default_factory=dict)
    work: Mapping[str, Any] = field(default_factory=dict)

    @property
    def k(self) -> int:
        """From how many persons on a cell is shown."""
        return SMALLEST[self.view]

    def figure(self, measure: str, key: str = CITY) -> Figure:
        """A cell that is in no table holds nobody, which is hidden too."""
        table = self.tables.get(measure)
        return table.cells.get(key, HIDDEN) if table else HIDDEN

    def rate(self, measure: str, of: str, key: str = CITY) -> Rate:
        """Share of `measure` among `of`; see `coded`."""
        return coded(self.figure(measure, key), self.figure(of, key))

    def shown(self, measure: str) -> Mapping[int, int]:
        """Precincts that can be shown."""
        cells = {number: self.figure(measure, f"precinct:{number}") for number in self.layout.precincts()}
        return {number: figure for number, figure in cells.items() if figure != HIDDEN}


def coded(part: Figure, whole: Figure) -> Rate:
    """A share as it may be printed: hidden where a cell of it is, top-coded above 95 %, bottom-coded below 5 % (K1)."""
    if part == HIDDEN or whole == HIDDEN or not whole:
        return HIDDEN
    return of_share(part / whole)


def of_share(share: float) -> Rate:
    """Top-coded above 95 %, bottom-coded below 5 % (safety K1)."""
    if share > MOST_SHARE:
        return OVER
    return UNDER if share < LEAST_SHARE else share


def latest(connection: sa.Connection, campaign_id: int, view: View) -> Edition | None:
    """The newest one; None before the first week is over."""
    row = connection.execute(newest(campaign_id)).one_or_none()
    return None if row is None else edition_of(row, view)


def by_number(connection: sa.Connection, campaign_id: int, number: int, view: View) -> Edition:
    """A frozen one, as it was published. Raises NotFound."""
    row = connection.execute(numbered(campaign_id, number)).one_or_none()
    if row is None:
        raise NotFound("There is no such edition.", "Choose one from the list of editions.", "no_edition")
    return edition_of(row, view)


def listed(connection: sa.Connection, campaign_id: int, view: View) -> tuple[EditionLink, ...]:
    """All of a campaign, newest first; with their sites in the view of a site."""
    wanted = links(campaign_id)
    if view != "site":
        return tuple(EditionLink(*row) for row in connection.execute(wanted))
    rows = connection.execute(wanted.add_columns(editions.c.layout["sites"]))
    return tuple(replace(EditionLink(*about), sites=frozenset(map(int, sites))) for *about, sites in rows)


def newest(campaign_id: int) -> sa.Select[Any]:
    """For `edition_of`; a statement, because the serving process reads asynchronously."""
    chosen = _read().where(editions.c.campaign_id == campaign_id)
    return chosen.order_by(editions.c.number.desc()).limit(1)


def newest_of_each(campaign_ids: sa.Select[Any]) -> sa.Select[Any]:
    """Campaign and layout of the newest edition of each of these campaigns."""
    c = editions.c
    last = sa.select(c.campaign_id, sa.func.max(c.number).label("number")).group_by(c.campaign_id).subquery()
    joined = editions.join(last, (c.campaign_id == last.c.campaign_id) & (c.number == last.c.number))
    return sa.select(c.campaign_id, c.layout).select_from(joined).where(c.campaign_id.in_(campaign_ids))


def numbered(campaign_id: int, number: int) -> sa.Select[Any]:
    """For `edition_of`."""
    return _read().where(editions.c.campaign_id == campaign_id, editions.c.number == number)


def links(campaign_id: int) -> sa.Select[Any]:
    """Columns of EditionLink."""
    c = editions.c
    columns = (c.number, c.week, c.data_through, c.made_at, c.corrects, _corrected_by(), c.reason)
    return sa.select(*columns).where(c.campaign_id == campaign_id).order_by(c.number.desc())


def edition_of(row: sa.Row[Any], view: View) -> Edition:
    """From a row of `newest` or `numbered`."""
    layout = Layout.from_json(row.layout)
    whose = "organizer" if view == "organizer" else "public"
    cells, week, rooms = (getattr(row, f"{whose}_{what}") for what in ("cells", "week", "rooms"))
    return Edition(
        row.number, row.week, row.data_through, row.made_at, row.corrects, row.corrected_by, row.reason, view, layout,
        {measure: _table(measure, keys, cells) for measure, keys in keys_of(layout).items()},
        {measure: week.get(measure, HIDDEN) for measure in WEEKLY}, rooms,
        ranges={key: Interval(*ends) for key, ends in cells.get(RANGES, {}).items()},
        work=cells.get(WORK, {}),
    )  # fmt: skip


def keys_of(layout: Layout) -> Mapping[str, Sequence[str]]:
    """Every cell of every measure, in the order of its tables."""
    found: dict[str, dict[str, None]] = {}
    for group in layout.groups():
        for measure, key in layout.tables(group).names:
            found.setdefault(measure, {})[key] = None
    return {measure: tuple(keys) for measure, keys in found.items()}


def _table(measure: str, keys: Sequence[str], cells: Mapping[str, Mapping[str, Any]]) -> ProtectedTable:
    shown = cells.get(measure, {})
    figures: dict[str, Figure] = {key: shown[key][0] if key in shown else HIDDEN for key in keys}
    return ProtectedTable(measure, figures, frozenset(key for key, (_, is_new) in shown.items() if is_new))


def _read() -> sa.Select[Any]:
    return sa.select(*_KEPT, _corrected_by())


def _corrected_by() -> sa.Label[int | None]:
    other = editions.alias()
    later = sa.select(sa.func.min(other.c.number)).where(
        other.c.campaign_id == editions.c.campaign_id, other.c.corrects == editions.c.number
    )
    return later.correlate(editions).scalar_subquery().label("corrected_by")
