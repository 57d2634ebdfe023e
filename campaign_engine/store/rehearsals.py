"""Everybody in the precincts of a campaign, with what the planner must know; reads only."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import DIRECT_CHANNELS, Audience
from campaign_engine.domain.contact import AddressStatus, AgeBand, Topic
from campaign_engine.domain.planner import Facts
from campaign_engine.domain.rehearsal import Candidate
from campaign_engine.store import claims, freezing, threads
from campaign_engine.store.tables import addresses, consents, contacts, do_not_contact
from campaign_engine.store.transaction import Transaction

PAGE = 1000
"""Contact ids per read: the planner is asked about so many without letting others have their turn."""

_NEVER_STALE = datetime.max.replace(tzinfo=UTC)
"""A rehearsal puts the time of each firing in its place."""


class SqlRehearsalsRepository(Transaction):
    """Implements ports.rehearsals.RehearsalsRepository."""

    async def candidates(
        self, audience: Audience, now: datetime, after: int = 0
    ) -> tuple[tuple[Candidate, ...], int | None]:
        """Three statements; by ranges of ids, so that no page has to sort what comes after it."""
        rows = (await self._connection.execute(_people(audience, after, after + PAGE))).all()
        ids = [row.id for row in rows]
        sent = claims.by_person(await self._connection.execute(claims.left(ids, (), now))) if ids else {}
        found = tuple(_candidate(row, sent.get(row.id, ())) for row in rows)
        return found, after + PAGE if await self.last() > after + PAGE else None

    async def last(self) -> int:
        """One statement."""
        return int(await self._connection.scalar(sa.select(sa.func.max(contacts.c.id))) or 0)

    async def rooms(self, audience: Audience) -> Counter[str]:
        """One statement."""
        counted = freezing.rooms_by_channel(audience.channels, audience.precincts, audience.without_rooms)
        return Counter({row[0]: row[1] for row in await self._connection.execute(counted)})


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
            addresses.c.channel.in_(set(audience.channels).intersection(DIRECT_CHANNELS)),
        )
    )
    is_series = audience.topic is Topic.LESSON_SERIES
    return wanted.where(contacts.c.age_band != AgeBand.FROM_22) if is_series else wanted


def _candidate(row: Any, sent: tuple[datetime, ...]) -> Candidate:
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
    return Candidate(row.channel, row.precinct, facts)
