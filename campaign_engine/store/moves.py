"""Moves from the page to a chat, and two contacts that turn out to be one person (safety N5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from campaign_engine.domain.contact import CONSENT_KINDS, AddressStatus, Answer, ConsentKind, Wake, consent_kind
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.errors import busy
from campaign_engine.domain.message import Destination
from campaign_engine.domain.moving import MOVED, later, stricter, younger
from campaign_engine.store import tables as t
from campaign_engine.store.fact_rules import FOLLOW_THROUGH
from campaign_engine.store.facts import uncount
from campaign_engine.store.moving import MOVE, PENDING, live
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert, upsert

OLD_LANE_GONE = "moved"
"""Reason of what was to go to the page of somebody who went on elsewhere."""

_TOGETHER: Mapping[str, tuple[sa.Table, str]] = {
    "questions": (t.consent_questions, "asked_at"),
    "lessons": (t.lesson_progress, "reached"),
    "invites": (t.invite_slots, "last_day"),
}
"""Of each the later or further one counts: what was asked is not asked again, and nobody gets more invites."""

_ONCE = (t.series_steps, t.area_cards, t.joint_joins, t.joint_words, t.first_times, t.week_times, t.trainings)
"""Rows that are there or not."""

KNOWN = frozenset(
    {
        *(table.name for table, _ in _TOGETHER.values()),
        *(table.name for table in _ONCE),
        *("addresses", "consents", "pledges", "actions", "deliveries", "dialogues", "role_requests"),
        *("move_codes", "recent_signups", "push_subscriptions", "follow_ups"),
    }
)
"""Tables of an ally that a merge thinks of; those of staff name the author of work, and staff are not merged."""


class SqlMovesRepository(Transaction):
    """Implements ports.moves.MovesRepository."""

    async def offer(self, contact_id: int, code: str, until: datetime) -> None:
        """One upsert."""
        kept = upsert(self._connection, t.move_codes, change=("code_hash", "expires_at"))
        hash_ = self._cipher.code_hash(code)
        await self._connection.execute(kept.values(contact_id=contact_id, code_hash=hash_, expires_at=until))

    async def move(self, code_hash: str, who: Destination, now: datetime) -> int | None:
        """One statement. Raises Conflict `busy` where the same chat joined at this moment."""
        try:
            moved = await MOVE.run(
                self._connection,
                code_hash=code_hash,
                channel=who.channel,
                address_hash=self._hash(who),
                address_cipher=self._cipher.encrypt(who.channel, who.address),
                now=now,
            )
        except IntegrityError as error:
            raise busy() from error
        return None if moved is None or moved[0] is None else int(moved[0])

    async def merge(self, code_hash: str, who: Destination, contact_id: int, now: datetime) -> bool | None:
        """Some twenty statements: it happens once in a person's life at most."""
        there = sa.select(t.contacts.c.id).where(t.contacts.c.id == contact_id)
        # Held against deletion: on PostgreSQL flags that come to somebody have no foreign key.
        if await self._connection.scalar(there.with_for_update(key_share=True, read=True)) is None:
            return None
        code = live(sa.literal(code_hash), sa.literal(now, t.move_codes.c.expires_at.type))
        of_team = t.staff_members.c.contact_id.in_((t.move_codes.c.contact_id, contact_id))
        spent = t.move_codes.delete().where(code, t.move_codes.c.contact_id != contact_id, ~sa.exists().where(of_team))
        mover = await self._connection.scalar(spent.returning(t.move_codes.c.contact_id))
        if mover is None:
            return None
        await self._answers(mover, contact_id)
        await self._rows(mover, contact_id)
        await self._counted(mover, contact_id)
        await self._deliveries(mover, contact_id, now)
        await self._person(mover, contact_id, now)
        stopped = await self._address(mover, who, contact_id, now)
        await uncount(self._connection, mover)
        await self._connection.execute(t.contacts.delete().where(t.contacts.c.id == mover))
        return stopped

    async def lock(self, who: Destination, nobodys: str) -> None:
        """Three statements."""
        old, new = self._hash(who), self._cipher.lookup(who.channel, nobodys)
        given = {"address_hash": new, "address_cipher": self._cipher.encrypt(who.channel, nobodys), "in_tab": True}
        await self._connection.execute(t.addresses.update().where(t.addresses.c.address_hash == old).values(given))
        for table in (t.dialogues, t.inbox):
            await self._connection.execute(table.delete().where(table.c.address_hash == old))

    async def forget(self, now: datetime) -> int:
        """One delete."""
        ended = t.move_codes.delete().where(t.move_codes.c.expires_at <= now)
        return (await self._connection.execute(ended)).rowcount

    async def _answers(self, mover: int, stays: int) -> None:
        of_both = t.consents.c.contact_id.in_((mover, stays))
        given: dict[int, dict[ConsentKind, Answer]] = {mover: {}, stays: {}}
        for row in await self._connection.execute(sa.select(t.consents).where(of_both)):
            given[row.contact_id][consent_kind(row.topic)] = Answer(bool(row.granted), row.changed_at)
        given[mover].pop(Wake.WEB_PUSH, None)  # it was of a device that stays behind
        rows = [
            {"contact_id": stays, "topic": kind, "granted": one.granted, "changed_at": one.at}
            for kind, one in stricter(given[mover], given[stays]).items()
        ]
        if rows:
            kept = upsert(self._connection, t.consents, change=("granted", "changed_at"))
            await self._connection.execute(kept.values(rows))

    async def _rows(self, mover: int, stays: int) -> None:
        for table, newest in _TOGETHER.values():
            taken = self._copied(table, mover, stays)
            further = sa.case((taken.excluded[newest] > table.c[newest], taken.excluded[newest]), else_=table.c[newest])
            key = [column.name for column in table.primary_key]
            await self._connection.execute(taken.on_conflict_do_update(index_elements=key, set_={newest: further}))
        for table in _ONCE:
            but = (_answered_both(stays),) if table is t.first_times else ()
            await self._connection.execute(self._copied(table, mover, stays, *but).on_conflict_do_nothing())
        theirs = t.role_requests.c.contact_id
        asked = sa.exists().where(t.role_requests.alias().c.contact_id == stays)
        await self._connection.execute(t.role_requests.update().where(theirs == mover, ~asked).values(contact_id=stays))

    def _copied(self, table: sa.Table, mover: int, stays: int, *but: sa.ColumnElement[bool]) -> Any:
        names = [column.name for column in table.c]
        kept = [sa.literal(stays, column.type) if column.name == "contact_id" else column for column in table.c]
        theirs = sa.select(*kept).where(table.c.contact_id == mover, *(~each for each in but))
        return insert(self._connection, table).from_select(names, theirs)

    async def _counted(self, mover: int, stays: int) -> None:
        """A pledge or act that both have counts once; the mover's would otherwise stay as nobody's."""
        for table, same in ((t.pledges, ("campaign_id",)), (t.actions, ("kind", "campaign_id", "day"))):
            other = table.alias()
            twice = sa.exists().where(
                other.c.contact_id == stays, *(other.c[name].is_not_distinct_from(table.c[name]) for name in same)
            )
            mine = table.c.contact_id == mover
            await self._connection.execute(table.delete().where(mine, twice))
            await self._connection.execute(table.update().where(mine).values(contact_id=stays))
        asked = t.follow_ups.update().where(t.follow_ups.c.contact_id == mover)
        await self._connection.execute(asked.values(contact_id=stays))

    async def _deliveries(self, mover: int, stays: int, now: datetime) -> None:
        """What came to either counts to the caps of one person (safety S5)."""
        c, mine = t.deliveries.c, t.deliveries.c.contact_id == mover
        dropped = {"status": DeliveryStatus.CANCELLED, "reason": OLD_LANE_GONE, "updated_at": now}
        await self._connection.execute(t.deliveries.update().where(mine, c.status.in_(PENDING)).values(dropped))
        await self._connection.execute(t.deliveries.update().where(mine).values(contact_id=stays))

    async def _person(self, mover: int, stays: int, now: datetime) -> None:
        """What the one who stays chose goes before; who lacks something gets it from the other."""
        c = t.contacts.c
        rows = await self._connection.execute(sa.select(t.contacts).where(c.id.in_((mover, stays))))
        found = {row.id: row for row in rows}
        old, kept = found[mover], found[stays]
        no_area = kept.precinct is None and not kept.precinct_declined
        area = old if no_area else kept
        values = {
            "age_band": younger(old.age_band, kept.age_band),
            "precinct": area.precinct,
            "precinct_declined": area.precinct_declined,
            "site_id": kept.site_id if kept.site_id is not None else old.site_id,
            "paused_until": later(old.paused_until, kept.paused_until),
            "created_at": min(old.created_at, kept.created_at),
            "last_seen_at": now,
        }
        await self._connection.execute(t.contacts.update().where(c.id == stays).values(values))

    async def _address(self, mover: int, who: Destination, stays: int, now: datetime) -> bool:
        """The old one keeps a word of where its person went; a STOP there is a STOP here."""
        c = t.addresses.c
        wanted = sa.select(c.address_hash, c.status, t.contacts.c.language)
        wanted = wanted.join(t.contacts, t.contacts.c.id == c.contact_id).where(c.contact_id == mover)
        old = (await self._connection.execute(wanted)).one()
        left = t.do_not_contact.delete().where(t.do_not_contact.c.address_hash == old.address_hash)
        stopped = bool((await self._connection.execute(left)).rowcount) or old.status == AddressStatus.OPTED_OUT
        if stopped:
            await self._stop(who, stays, now)
        await self._connection.execute(t.inbox.delete().where(t.inbox.c.address_hash == old.address_hash))
        await self._connection.execute(t.dialogues.delete().where(t.dialogues.c.address_hash == old.address_hash))
        word = t.dialogues.insert().values(
            address_hash=old.address_hash,
            contact_id=None,
            flow=MOVED,
            field=who.channel,
            data={},
            language=old.language,
            version=1,
            updated_at=now,
        )
        await self._connection.execute(word)
        return stopped

    async def _stop(self, who: Destination, stays: int, now: datetime) -> None:
        kept = insert(self._connection, t.do_not_contact).values(address_hash=self._hash(who), since=now)
        await self._connection.execute(kept.on_conflict_do_nothing())
        mine = t.addresses.update().where(t.addresses.c.contact_id == stays)
        await self._connection.execute(mine.values(status=AddressStatus.OPTED_OUT))
        off = t.consents.update().where(
            t.consents.c.contact_id == stays, t.consents.c.granted, t.consents.c.topic.in_(CONSENT_KINDS)
        )
        await self._connection.execute(off.values(granted=False, changed_at=now))

    def _hash(self, who: Destination) -> str:
        return self._cipher.lookup(who.channel, who.address)


def _answered_both(stays: int) -> sa.ColumnElement[bool]:
    """Of what was asked about a plan in one campaign, the answer of the one who stays is the person's."""
    first, theirs = t.first_times, t.first_times.alias("theirs")
    said = sa.and_(theirs.c.contact_id == stays, theirs.c.what.in_(FOLLOW_THROUGH))
    both = sa.and_(first.c.what.in_(FOLLOW_THROUGH), theirs.c.campaign_id == first.c.campaign_id)
    return sa.exists().where(said, both).correlate(first)
