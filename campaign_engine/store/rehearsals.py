"""Everybody in the precincts of a campaign, with what the planner must know; reads only."""

from collections.abc import Set
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import DIRECT_CHANNELS, Audience
from campaign_engine.domain.contact import AddressStatus, AgeBand, ConsentKind, Topic
from campaign_engine.domain.planner import Facts
from campaign_engine.domain.rehearsal import Candidate
from campaign_engine.ports.rehearsals import Load
from campaign_engine.store import choosing, claims, threads
from campaign_engine.store.confirming import CONFIRMED
from campaign_engine.store.tables import addresses, consents, contacts, deliveries, do_not_contact, lanes
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.unsettled import IS_CLAIMABLE

PAGE = 1000
"""Contact ids per read: the planner is asked about so many without letting others have their turn."""

_NEVER_STALE = datetime.max.replace(tzinfo=UTC)
"""A rehearsal puts the time of each firing in its place."""


class SqlRehearsalsRepository(Transaction):
    """Implements ports.rehearsals.RehearsalsRepository."""

    async def candidates(
        self, audience: Audience, now: datetime, after: int = 0, topics: Set[ConsentKind] = frozenset()
    ) -> tuple[tuple[Candidate, ...], int]:
        """Two statements; by ranges of ids, so that no page has to sort what comes after it."""
        wanted = _people(audience, after, after + PAGE).add_columns(*map(_asked, topics))
        rows = (await self._connection.execute(wanted)).all()
        ids = [row.id for row in rows]
        sent = claims.by_person(await claims.LEFT.rows(self._connection, claims.of_week(ids, (), now))) if ids else {}
        return tuple(_candidate(row, sent.get(row.id, ()), topics) for row in rows), after + PAGE

    async def load(self) -> Load:
        """One statement."""
        no_number, no_time = sa.cast(sa.null(), sa.Integer), sa.cast(sa.null(), lanes.c.hold_until.type)
        held = sa.select(lanes.c.name, lanes.c.hold_until.label("until"), no_number.label("number"))
        open_ones = sa.select(deliveries.c.lane, no_time, sa.func.count()).group_by(deliveries.c.lane)
        open_ones = open_ones.where(IS_CLAIMABLE, choosing.GOES_ON)
        last = sa.select(sa.literal(""), no_time, sa.func.max(contacts.c.id))
        rows = (await self._connection.execute(sa.union_all(held, open_ones, last))).all()
        return Load(
            hold_until={row.name: row.until for row in rows if row.until is not None},
            waiting={row.name: row.number for row in rows if row.name and row.number is not None},
            last=next((row.number for row in rows if not row.name), None) or 0,
        )


def _people(audience: Audience, after: int, last: int) -> sa.Select[Any]:
    of_topic = sa.and_(consents.c.contact_id == contacts.c.id, consents.c.topic == audience.topic)
    source = contacts.join(addresses, addresses.c.contact_id == contacts.c.id).outerjoin(consents, of_topic)
    source = source.outerjoin(do_not_contact, do_not_contact.c.address_hash == addresses.c.address_hash)
    wanted = (
        sa.select(
            contacts.c.id,
            contacts.c.precinct,
            contacts.c.paused_until,
            claims.once_a_week().label("once_a_week"),
            addresses.c.channel,
            addresses.c.status,
            threads.OPEN.label("opened"),
            consents.c.granted,
            do_not_contact.c.since,
            claims.aftermath_near().label("aftermath_near"),
        )
        .select_from(source)
        .where(
            contacts.c.id > after,
            contacts.c.id <= last,
            contacts.c.precinct.in_(audience.precincts),
            CONFIRMED,
            addresses.c.channel.in_(set(audience.channels).intersection(DIRECT_CHANNELS)),
        )
    )
    is_series = audience.topic is Topic.LESSON_SERIES
    return wanted.where(contacts.c.age_band != AgeBand.FROM_22) if is_series else wanted


def _asked(topic: ConsentKind) -> sa.Label[bool]:
    theirs = consents.alias()
    said_yes = sa.and_(theirs.c.contact_id == contacts.c.id, theirs.c.topic == topic, theirs.c.granted)
    return sa.exists().where(said_yes).correlate(contacts).label(f"asked_{topic}")


def _candidate(row: Any, sent: tuple[datetime, ...], topics: Set[ConsentKind]) -> Candidate:
    facts = Facts(
        stale_at=_NEVER_STALE,
        consented=bool(row.granted),
        opted_out=row.status == AddressStatus.OPTED_OUT or row.since is not None,
        reachable=row.status == AddressStatus.ACTIVE and bool(row.opened),
        paused_until=row.paused_until,
        sent=sent,
        aftermath_near=bool(row.aftermath_near),
        once_a_week=bool(row.once_a_week),
    )
    asked = frozenset(topic for topic in topics if getattr(row, f"asked_{topic}"))
    return Candidate(row.channel, row.precinct, facts, asked)
