"""Reads what indicators are made of: weekly editions, own-area editions, the ranking, and counts of no persons."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from analytics import editions
from analytics.about import Work
from analytics.editions import Edition
from analytics.evidence_desk import EvidenceDesk
from analytics.indicators import HIDDEN, INDICATORS, Correction, Record, of_cells
from analytics.published import published_campaigns
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.store import tables as t
from campaign_engine.store.unit_of_work import SqlStore

FRESH = timedelta(minutes=1)
"""How long what was read is given out again."""

_SENT = ("posts_made", "messages", "room_messages")

_OVER = (CampaignStatus.FINISHED, CampaignStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class SharedCampaign:
    """What is public of a campaign; `counts` are its records for the whole city."""

    id: int
    title: str
    kind: str
    status: str
    goal: int
    launched_at: datetime | None
    precincts: tuple[int, ...]
    counts: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """All that is shared now, in a fixed order."""

    records: tuple[Record, ...]
    campaigns: tuple[SharedCampaign, ...]
    rule: Mapping[str, Any]
    corrections: tuple[Correction, ...]


@dataclass
class IndicatorDesk:
    """Many readers at once wait for one reading. Raises StoreUnavailable, ReportFailed."""

    store: SqlStore
    evidence: EvidenceDesk
    clock: Clock
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _read: tuple[datetime, Shared] | None = None

    async def current(self) -> Shared:
        """At most a minute old."""
        async with self._turn:
            now = self.clock()
            if self._read is None or not timedelta() <= now - self._read[0] < FRESH:
                self._read = now, await self._shared(to_wall(now).date())
            return self._read[1]

    async def _shared(self, today: date) -> Shared:
        found = (await self.evidence.current())["evidence"]
        async with self.store.database.read() as connection:
            c = t.campaigns.c
            wanted = published_campaigns(c.id, c.title, c.kind, c.status, c.goal, c.launched_at).order_by(c.id)
            rows = (await connection.execute(wanted)).all()
            targets = await _targets(connection)
            sent = await _sent(connection)
            newest = {row.id: await _newest(connection, row.id) for row in rows}
            figures = {
                row.id: [*_of_people(row.id, newest[row.id]), *_of_posts(row, newest[row.id], sent, today)]
                for row in rows
            }
            places = [*await _allies(connection), *await _sites(connection, today)]
            corrections = await _corrections(connection)
        running = [row.id for row in rows if row.status not in _OVER]
        places += [*_campaigns(targets, running, today), *_ranked(found)]
        campaigns = tuple(_campaign(row, tuple(targets.get(row.id, ())), figures[row.id]) for row in rows)
        records = sorted((*places, *(record for each in figures.values() for record in each)), key=_order)
        return Shared(tuple(records), campaigns, found["rule"], corrections)


def _campaign(row: sa.Row[Any], precincts: tuple[int, ...], figures: Iterable[Record]) -> SharedCampaign:
    counts = tuple(record for record in figures if record.area == "city")
    return SharedCampaign(row.id, row.title, row.kind, row.status, row.goal, row.launched_at, precincts, counts)


async def _newest(connection: AsyncConnection, campaign_id: int) -> Edition | None:
    """As the public sees it; None before the first week is over."""
    row = (await connection.execute(editions.newest(campaign_id))).one_or_none()
    return None if row is None else editions.edition_of(row, "public")


def _of_people(campaign_id: int, edition: Edition | None) -> Iterator[Record]:
    if edition is None:
        return
    for measure, table in edition.tables.items():
        if measure in INDICATORS:
            yield from of_cells(measure, table.cells, campaign_id, edition.number, edition.data_through)


async def _corrections(connection: AsyncConnection) -> tuple[Correction, ...]:
    c = t.editions.c
    wanted = sa.select(c.campaign_id, c.corrects, c.number, c.reason).where(c.corrects.is_not(None))
    rows = await connection.execute(wanted.order_by(c.campaign_id, c.number))
    return tuple(Correction(*row) for row in rows)


async def _targets(connection: AsyncConnection) -> Mapping[int, list[int]]:
    c = t.campaign_targets.c
    found: dict[int, list[int]] = defaultdict(list)
    for campaign, precinct in await connection.execute(sa.select(c.campaign_id, c.precinct).order_by(c.precinct)):
        found[campaign].append(precinct)
    return found


async def _sent(connection: AsyncConnection) -> Mapping[tuple[int, str], int]:
    """Firings of posts, and messages that arrived, by campaign; those of closed campaigns have gone."""
    fired = (
        sa.select(t.posts.c.campaign_id, sa.literal("posts_made"), sa.func.count())
        .join(t.occurrences, t.occurrences.c.post_id == t.posts.c.id)
        .where(t.occurrences.c.frozen_at.is_not(None))
        .group_by(t.posts.c.campaign_id)
    )
    facts = t.delivery_facts
    kind = sa.case((facts.c.is_room, "room_messages"), else_="messages")
    arrived = (
        sa.select(t.posts.c.campaign_id, kind, sa.func.sum(facts.c.messages))
        .join(t.occurrences, t.occurrences.c.post_id == t.posts.c.id)
        .join(facts, facts.c.occurrence_id == t.occurrences.c.id)
        .where(facts.c.status == DeliveryStatus.SENT)
        .group_by(t.posts.c.campaign_id, kind)
    )
    rows = await connection.execute(sa.union_all(fired, arrived))
    return {(campaign, what): int(count) for campaign, what, count in rows}


def _of_posts(
    row: sa.Row[Any], edition: Edition | None, sent: Mapping[tuple[int, str], int], today: date
) -> Iterator[Record]:
    """Frozen with the edition, so that nobody sees from day to day which message came back; of today before it."""
    yield Record("goal", "city", row.goal, today, row.id)
    if row.launched_at is None:
        return
    counts, through = {what: sent.get((row.id, what), 0) for what in _SENT}, today
    if edition is not None and edition.work:
        work, through = Work.from_json(edition.work), edition.data_through
        counts = dict(zip(_SENT, (work.posts_made, work.delivered, work.room_posts), strict=True))
    for what, count in counts.items():
        yield Record(what, "city", count, through, row.id)


async def _allies(connection: AsyncConnection) -> tuple[Record, ...]:
    """Of the edition that everybody's own-area card is from."""
    c = t.area_figures.c
    rows = await connection.execute(sa.select(c.area, c.shown, c.edition))
    return tuple(Record("allies", area, HIDDEN if shown is None else shown, week) for area, shown, week in rows)


async def _sites(connection: AsyncConnection, today: date) -> tuple[Record, ...]:
    c = t.sites.c
    counted = sa.select(c.precinct, sa.func.count()).where(c.active).group_by(c.precinct)
    return tuple(Record("sites", f"precinct:{number}", n, today) for number, n in await connection.execute(counted))


def _campaigns(targets: Mapping[int, list[int]], running: Iterable[int], today: date) -> Iterator[Record]:
    counts: dict[int, int] = defaultdict(int)
    for campaign in running:
        for precinct in targets.get(campaign, ()):
            counts[precinct] += 1
    for precinct, count in counts.items():
        yield Record("campaigns", f"precinct:{precinct}", count, today)


def _ranked(found: Mapping[str, Any]) -> Iterator[Record]:
    through = date.fromisoformat(found["data_through"])
    for area in found["areas"]:
        place = f"precinct:{area['precinct']}"
        yield Record("shootings", place, area["incidents"], through)
        yield Record("p_top", place, area["p_top"], through)
        yield Record("chosen", place, int(area["chosen"]), through)


def _order(record: Record) -> tuple[int, int, str, int]:
    level, _, name = record.area.partition(":")
    number = int(name) if name.isdecimal() else 0
    return list(INDICATORS).index(record.indicator), record.campaign or 0, level, number
