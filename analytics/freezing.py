"""Makes the next edition of a campaign: counts, protects both views, and keeps nothing itself (safety K1 to K3)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from analytics import about, closed_week, counting, facts, measures, recruiting, rooms
from analytics.auditor import Rules
from analytics.cells import Name, Printed, Tables
from analytics.closed_week import ToDate
from analytics.editions import OLD_ENOUGH, ORGANIZER_K, PUBLIC_K, RANGES, WEEKLY, WORK
from analytics.layout import BY_SITE, Layout
from analytics.protection import Wanted, protect
from campaign_engine.domain.area import CITY
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.editions import NewEdition
from campaign_engine.store.tables import editions

VIEWS = ("public", "organizer")
NEARLY_ALL = 0.9
"""A site with this share of its precinct is not shown beside it (safety K3)."""

NIGHT = timedelta(hours=4)
"""What is counted so soon after midnight goes through the day before."""

ORGANIZER = Rules(k=ORGANIZER_K, slack=ORGANIZER_K - 1)
PUBLIC = Rules(k=PUBLIC_K, slack=PUBLIC_K + ORGANIZER_K - 2)
"""A public figure moves only together with the organizers', so it may lag by both steps."""

MOST_CELLS = 4600
"""Of all editions that are audited together by the program; those before them by analytics.apart and bounds."""

LEAST_EDITIONS = 2
"""Before the new one."""

MOST_EDITIONS = 26
"""Older than the newest ones; nothing of more than half a year ago is asked again."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which edition: `week` is the Sunday it comes out, `reason` says why it stands in the last one's place."""

    campaign_id: int
    week: date
    now: datetime
    reason: str = ""


def make(connection: sa.Connection, asked: Asked, progress: Progress = lambda _done, _total: None) -> NewEdition:
    """Raises NotFound where the week has its edition, or nothing is there to correct; InvalidInput where the clock is
    behind the last edition; ReleaseRefused.
    """
    rows = connection.execute(_rows(asked.campaign_id)).all()
    _check(rows, asked)
    counted, through = facts.read(connection, asked.campaign_id), _through(asked.now)
    before = _counts(rows[-1].counts) if rows else {}
    layout = counting.layout_of(connection, asked.campaign_id, counted, through)
    if rows:
        layout = counting.widened(layout, Layout.from_json(rows[-1].layout), before)
    counts = counting.settled(counted.people, {} if asked.reason else before)
    made = _audited(asked, rows, layout, counts, progress)
    week = measures.closed_week(facts.read_weeks(connection, asked.campaign_id), asked.week)
    public = closed_week.shown(week, made.to_date["public"], PUBLIC_K)
    came_back = rooms.read(connection, asked.campaign_id)
    _add_ranges(made, asked, rows)
    for view, rules in (("public", PUBLIC), ("organizer", ORGANIZER)):
        made.cells[view][WORK] = about.work(connection, asked.campaign_id, through, rules.k).as_json()
    return NewEdition(
        campaign_id=asked.campaign_id,
        number=rows[-1].number + 1 if rows else 1,
        week=asked.week,
        data_through=through,
        made_at=asked.now,
        corrects=rows[-1].number if asked.reason else None,
        reason=asked.reason,
        layout=layout.as_json(),
        public_cells=made.cells["public"],
        organizer_cells=made.cells["organizer"],
        public_week=public,
        organizer_week={**closed_week.shown(week, made.to_date["organizer"], ORGANIZER_K), **public},
        public_rooms=rooms.tables(came_back, layout.boroughs, PUBLIC_K).as_json(),
        organizer_rooms=rooms.tables(came_back, layout.boroughs, ORGANIZER_K).as_json(),
        loose=made.loose,
        counts=_plain(counts),
    )


def _case(group: Sequence[str], layout: Layout, counts: counting.Counts, asked: Asked) -> "Case":
    true = counting.cells_of(group, counts, layout)
    return Case(layout.tables(group), true, frozenset(_overwhelming(true, layout, counts)), bool(asked.reason))


def _add_ranges(made: "_Made", asked: Asked, rows: Sequence[sa.Row[Any]]) -> None:
    """How sure R is, which is of the pledgers of the newest edition that is old enough."""
    old = [row for row in rows if asked.week - row.week >= OLD_ENOUGH]
    if not old:
        return
    then = {"public": old[-1].public_cells, "organizer": old[-1].organizer_cells}
    for view, rules in (("public", PUBLIC), ("organizer", ORGANIZER)):
        shown = then[view].get("pledged", {})
        made.cells[view][RANGES] = recruiting.ranges(_counts(old[-1].counts), shown, rules.k, asked.campaign_id)


@dataclass(frozen=True, slots=True)
class _Frozen:
    """An earlier edition as each view saw it."""

    layout: Layout
    cells: Mapping[str, Mapping[str, Mapping[str, Any]]]
    loose: Mapping[str, frozenset[Name]]
    corrects: bool
    counts: counting.Counts

    @classmethod
    def of(cls, row: sa.Row[Any]) -> "_Frozen":
        loose = {view: frozenset((measure, key) for measure, key in names) for view, names in row.loose.items()}
        cells = {"public": row.public_cells, "organizer": row.organizer_cells}
        return cls(Layout.from_json(row.layout), cells, loose, row.corrects is not None, _counts(row.counts))

    def of_group(self, group: Sequence[str]) -> Mapping[str, Printed]:
        """By view."""
        tables, true = self.layout.tables(group), _Later(lambda: counting.cells_of(group, self.counts, self.layout))
        return {view: self._printed(tables, true, view) for view in self.cells}

    def _printed(self, tables: Tables, true: Mapping[Name, int], view: str) -> Printed:
        names = frozenset(tables.names)
        measures = dict.fromkeys(measure for measure, _ in tables.names)
        said = {
            (measure, key): about for measure in measures for key, about in self.cells[view].get(measure, {}).items()
        }
        return Printed(
            tables=tables,
            shown={name: figure for name, (figure, _) in said.items()},
            exact=frozenset(name for name, (_, is_new) in said.items() if is_new),
            loose=self.loose[view] & names,
            below=self.loose[f"{view}_below"] & names,
            corrects=self.corrects,
            true=true,
        )


class _Later(Mapping[Name, int]):
    """Counts of an earlier edition, added up if somebody asks: those of most are not asked for."""

    def __init__(self, count: Callable[[], Mapping[Name, int]]) -> None:
        self._count = cache(count)

    def __getitem__(self, name: Name) -> int:
        return self._count()[name]

    def __iter__(self) -> Iterator[Name]:
        return iter(self._count())

    def __len__(self) -> int:
        return len(self._count())


@dataclass(frozen=True, slots=True)
class _Made:
    """Fills group by group."""

    cells: Mapping[str, dict[str, dict[str, Any]]]
    loose: Mapping[str, list[list[str]]]
    to_date: Mapping[str, dict[str, ToDate]]

    @classmethod
    def empty(cls) -> "_Made":
        """Nothing of any view yet."""
        sides = [f"{view}{side}" for view in VIEWS for side in ("", "_below")]
        return cls({view: {} for view in VIEWS}, {side: [] for side in sides}, {view: {} for view in VIEWS})

    def compare(self, view: str, last: Printed, now: Printed) -> None:
        """What both editions say of the whole campaign, for the closed week."""
        for measure, key in now.tables.names:
            if key == CITY and measure in WEEKLY and (measure, key) in last.true:
                self.to_date[view][measure] = ToDate.of(measure, last, now)

    def add(self, view: str, printed: Printed) -> None:
        for measure, key in printed.tables.names:
            name = (measure, key)
            if name in printed.shown:
                self.cells[view].setdefault(measure, {})[key] = [printed.shown[name], name in printed.exact]
        self.loose[view].extend(list(name) for name in sorted(printed.loose))
        self.loose[f"{view}_below"].extend(list(name) for name in sorted(printed.below))


@dataclass(frozen=True, slots=True)
class Case:
    """One group of tables to be protected: true counts, cells that must not be shown, whether it is a correction."""

    tables: Tables
    true: Mapping[Name, int]
    never: frozenset[Name] = frozenset()
    corrects: bool = False


def both_views(case: Case, history: Sequence[Mapping[str, Printed]]) -> Mapping[str, Printed]:
    """The next edition for organizers and, of what they see, ten by ten, for the public. Raises ReleaseRefused.

    `history` are the earlier editions by view.
    """
    inner = _Story([one["organizer"] for one in history], case)
    open_ones = {name: count for name, count in case.true.items() if name not in case.never}
    organizers = protect(inner.wanted(open_ones, ORGANIZER), inner.told, ORGANIZER, inner.older)
    certain = {
        name: figure
        for name, figure in organizers.shown.items()
        if name in organizers.exact or figure == case.true[name]
    }
    outer = _Story([one["public"] for one in history], case)
    public = protect(outer.wanted(certain, PUBLIC, also=organizers.shown), outer.told, PUBLIC, outer.older)
    return {"organizer": organizers, "public": public}


class _Story:
    """What one view was told so far, without editions that said nothing new."""

    def __init__(self, told: Sequence[Printed], case: Case) -> None:
        telling = [one for number, one in enumerate(told) if _says_more(one, told[max(0, number - 1) : number + 2])]
        room = max(LEAST_EDITIONS, MOST_CELLS // max(1, len(case.tables.names)) - 1)
        self.told, self.older = telling[-room:], telling[:-room][-MOST_EDITIONS:]
        self._case = case
        self._last = told[-1].shown if told else {}
        self._before: dict[Name, int] = {}
        for one in told:
            self._before |= one.shown

    def wanted(self, certain: Mapping[Name, int], rules: Rules, also: Iterable[Name] = ()) -> Wanted:
        """Cells of `certain` open at k and move by k; others of `also` stay what they were. A correction opens none."""
        shown: dict[Name, int] = {}
        exact: set[Name] = set()
        case = self._case
        for name in {**certain, **dict.fromkeys(also)}:
            before = self._before.get(name)
            if case.corrects and name not in self._last:
                continue
            if name in certain and certain[name] >= rules.k and _moves(before, certain[name], rules.k):
                shown[name] = certain[name]
                exact.add(name)
            elif before is not None and case.true[name] >= rules.k:
                shown[name] = before
        return Wanted(case.tables, case.true, shown, frozenset(exact), case.corrects)


def _moves(before: int | None, count: int, step: int) -> bool:
    return before is None or abs(count - before) >= step


def _says_more(one: Printed, around: Sequence[Printed]) -> bool:
    """Whether it is the first, the last, or not just the same as the one before it and the one after it.

    Between the first and the last that are alike a reader learns nothing: the counts could be those of the first.
    """
    same = (one.shown == other.shown and one.tables.names == other.tables.names for other in around)
    return len(around) < 3 or not all(same) or one.corrects or around[-1].corrects


def _overwhelming(true: Mapping[Name, int], layout: Layout, counts: counting.Counts) -> Iterable[Name]:
    """Of the people of the site's precinct alone: whoever came by it from elsewhere is not among them."""
    for measure in BY_SITE:
        here = Counter[tuple[int, int]]()
        for cell, count in counts.get(measure, {}).items():
            here[cell.site, cell.precinct] += count
        for site, (_, precinct) in layout.sites.items():
            count, name = here[site, precinct], (measure, f"site:{site}")
            if name in true and count and count >= NEARLY_ALL * true[measure, f"precinct:{precinct}"]:
                yield name


def _rows(campaign_id: int) -> sa.Select[Any]:
    return sa.select(editions).where(editions.c.campaign_id == campaign_id).order_by(editions.c.number)


def _audited(
    asked: Asked, rows: Sequence[sa.Row[Any]], layout: Layout, counts: counting.Counts, progress: Progress
) -> _Made:
    """Group by group, beside all that were published before."""
    made = _Made.empty()
    groups = layout.groups()
    history = [_Frozen.of(row) for row in rows]
    is_a_week_later = rows and not asked.reason and asked.week - rows[-1].week == timedelta(weeks=1)
    for done, group in enumerate(groups, 1):
        earlier = [one.of_group(group) for one in history]
        for view, printed in both_views(_case(group, layout, counts, asked), earlier).items():
            made.add(view, printed)
            if is_a_week_later:
                made.compare(view, earlier[-1][view], printed)
        progress(done, len(groups))
    return made


def _check(rows: Sequence[sa.Row[Any]], asked: Asked) -> None:
    if asked.reason and not rows:
        raise NotFound("There is no edition to correct yet.", "Wait for the first one, on Sunday.", "no_edition")
    if not asked.reason and rows and rows[-1].week >= asked.week:
        raise NotFound("This week has its edition.", "Open it on the report's page.", "edition_made")
    if rows and _through(asked.now) < rows[-1].data_through:
        raise InvalidInput(
            f"The last edition counts through {rows[-1].data_through}, which is later than this computer's clock.",
            "Set the clock, then try again.",
            "clock_behind",
        )


def _through(now: datetime) -> date:
    """The last New York day that is counted whole."""
    return (to_wall(now) - NIGHT).date()


def _counts(plain: Mapping[str, Sequence[Sequence[Any]]]) -> counting.Counts:
    return {
        measure: {
            facts.Cell(place, site, channel, generation, date.fromisoformat(week)): count
            for place, site, channel, generation, week, count in cells
        }
        for measure, cells in plain.items()
    }


def _plain(counts: counting.Counts) -> Mapping[str, Any]:
    return {
        measure: [[*cell[:-1], cell.week.isoformat(), count] for cell, count in cells.items()]
        for measure, cells in counts.items()
    }
