"""The true counts of a campaign by cell of its tables, from the facts; they leave this process only protected.

Counts here never go down: who was deleted stays counted, and who moved to another place or channel stays where they
were until as many others have come there. So a frozen figure stays true, and nobody is seen to leave (safety K3).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta

import sqlalchemy as sa

from analytics import facts
from analytics.cells import Name
from analytics.layout import (
    ANSWERS,
    ASKED,
    BEYOND,
    BY_CHANNEL,
    BY_SITE,
    BY_WAY_IN,
    BY_WEEK,
    EARLIER,
    PEOPLE,
    WITHIN,
    Layout,
    by_borough,
    crossed,
    week_key,
)
from campaign_engine.domain.area import CITY, week_begin
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.precinct import borough_of
from campaign_engine.domain.schedule import to_wall
from campaign_engine.store import tables as t

NO_CHANNEL = "none"

Counts = dict[str, dict[facts.Cell, int]]
"""By measure and smallest cell."""


def settled(now: Mapping[str, Mapping[facts.Cell, int]], before: Counts) -> Counts:
    """Counts that never go down and grow by as many as there are more people, each part within its whole."""
    found: Counts = {}
    for measure in sorted(now, key=_depth):
        cells = dict(before.get(measure, {}))
        room = max(0, sum(now[measure].values()) - sum(cells.values()))
        whole = _most(measure, found, before)
        for cell, count in sorted(now[measure].items()):
            have = cells.get(cell, 0)
            most = count if whole is None else min(count, whole.get(cell, 0))
            grown = min(room, max(0, most - have))
            if grown:
                cells[cell] = have + grown
                room -= grown
        found[measure] = cells
    found[ASKED] = dict(sum((Counter(found.get(one, {})) for one in ANSWERS), Counter[facts.Cell]()))
    return found


def _most(measure: str, found: Counts, before: Counts) -> Mapping[facts.Cell, int] | None:
    """Its whole, cell by cell; of an answer to what pledgers were asked, what the other answers leave of them."""
    if measure not in ANSWERS:
        return found.get(WITHIN.get(measure, ""))
    left = Counter(found.get("pledged", {}))
    for other in ANSWERS:
        if other != measure:
            left.subtract(found.get(other) or before.get(other, {}))
    return left


def layout_of(connection: sa.Connection, campaign_id: int, counted: facts.Facts, now: date) -> Layout:
    """What is public of a campaign: its precincts, channels, sites and weeks."""
    targets = sa.select(t.campaign_targets.c.precinct).where(t.campaign_targets.c.campaign_id == campaign_id)
    numbers = tuple(connection.scalars(targets))
    c = t.sites.c
    there = sa.select(c.id, c.name, c.precinct).where(c.precinct.in_(numbers)).order_by(c.id)
    return Layout(
        boroughs=by_borough(numbers),
        channels=tuple(sorted({*_planned(connection, campaign_id), *_used(counted)})),
        sites={row.id: (row.name, row.precinct) for row in connection.execute(there)},
        weeks=tuple(_weeks(connection, campaign_id, now)),
    )


def widened(layout: Layout, before: Layout, counted: Counts) -> Layout:
    """What was in the last edition stays in this one; a site comes in new only while it has brought nobody yet."""
    brought = {cell.site for cells in counted.values() for cell, count in cells.items() if count}
    new = {site: about for site, about in layout.sites.items() if site in before.sites or site not in brought}
    return Layout(
        boroughs=before.boroughs,
        channels=tuple(sorted({*before.channels, *layout.channels})),
        sites=dict(sorted({**before.sites, **new}.items())),
        weeks=tuple(sorted({*before.weeks, *layout.weeks})),
    )


def cells_of(measures: Iterable[str], counts: Counts, layout: Layout) -> dict[Name, int]:
    """Every cell of every table of these measures; zeros too."""
    wanted = tuple(measures)
    found: dict[Name, int] = dict.fromkeys(layout.tables(wanted).names, 0)
    places = {number: (f"precinct:{number}", f"borough:{borough_of(number)}") for number in layout.precincts()}
    keys = _keys(layout)
    for measure in wanted:
        summed: Counter[str] = Counter()
        for cell, count in counts.get(measure, {}).items():
            lines = places.get(cell.precinct, (BEYOND,))
            for key in (CITY, *lines, *keys(measure, cell, lines)):
                summed[key] += count
        found |= {(measure, key): count for key, count in summed.items() if (measure, key) in found}
    return found


def _keys(layout: Layout) -> Callable[[str, facts.Cell, tuple[str, ...]], Iterator[str]]:
    weeks = frozenset(layout.weeks)

    def keys(measure: str, cell: facts.Cell, lines: tuple[str, ...]) -> Iterator[str]:
        if measure in PEOPLE:
            yield f"channel:{_channel(cell)}"
        if measure in BY_CHANNEL:
            yield from (crossed(line, _channel(cell)) for line in lines)
        if measure in BY_WAY_IN:
            yield f"generation:{min(cell.generation, layout.generations - 1)}"
        if measure in BY_SITE:
            yield "source:site" if cell.site else "source:other"
            if cell.site:
                yield f"site:{cell.site}" if cell.site in layout.sites else "site:beyond"
        if measure in BY_WEEK:
            yield week_key(cell.week) if cell.week in weeks else EARLIER

    return keys


def _used(counted: facts.Facts) -> set[str]:
    return {_channel(cell) for measure in PEOPLE for cell in counted.people[measure]}


def _channel(cell: facts.Cell) -> str:
    """Someone may have lost their only address."""
    return cell.channel or NO_CHANNEL


def _planned(connection: sa.Connection, campaign_id: int) -> set[str]:
    """Channels of its approved posts."""
    c = t.post_versions.c
    approved = (
        sa.select(c.content)
        .join(t.posts, t.posts.c.id == c.post_id)
        .where(t.posts.c.campaign_id == campaign_id, c.approved_at.is_not(None))
    )
    return {channel for content in connection.scalars(approved) for channel in PostContent.from_json(content).channels}


def _weeks(connection: sa.Connection, campaign_id: int, now: date) -> Iterator[date]:
    """Sundays from the launch on."""
    c = t.campaigns.c
    launched = connection.scalar(sa.select(c.launched_at).where(c.id == campaign_id))
    if launched is None:
        return
    sunday = week_begin(to_wall(launched).date())
    while sunday <= now:
        yield sunday
        sunday += timedelta(weeks=1)


def _depth(measure: str) -> int:
    return 0 if measure not in WITHIN else 1 + _depth(WITHIN[measure])
