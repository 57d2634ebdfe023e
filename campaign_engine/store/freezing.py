"""Who is in the audience of an occurrence, as queries that become deliveries (safety C3, C4, C6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import DIRECT_CHANNELS, OPENED_FIRST
from campaign_engine.domain.contact import AddressStatus, AgeBand, ConsentKind, ScopeKind, Topic
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.planner import Priority
from campaign_engine.domain.ranges import Bounds
from campaign_engine.ports.sending import Unfrozen
from campaign_engine.store import threads
from campaign_engine.store.confirming import CONFIRMED, UNCONFIRMED
from campaign_engine.store.tables import (
    addresses,
    campaign_targets,
    consents,
    contacts,
    deliveries,
    do_not_contact,
    occurrences,
    precincts,
    recent_signups,
    rooms,
    sites,
)
from campaign_engine.store.tables.base import Id
from campaign_engine.store.upsert import insert_for

RANGES = {"sqlite": Bounds(5_000, 500, 50_000), "postgresql": Bounds(50_000, 50_000, 50_000)}
"""Contact ids that are frozen in one transaction: as many as its speed allows where everybody waits for one writer, a
fixed number where only a COMMIT waits, for the disk."""

_FALLBACK = "en"

ADDRESSED = contacts.join(addresses, addresses.c.contact_id == contacts.c.id).join(
    consents, consents.c.contact_id == contacts.c.id
)
"""Contacts with their one address and each of their consents."""

ROOMS = rooms.outerjoin(
    sites, sa.and_(rooms.c.scope_kind == ScopeKind.SITE, sa.cast(sites.c.id, sa.String) == rooms.c.scope_value)
)
Precincts = sa.Select[Any] | tuple[int, ...]
"""Numbers, or a query for them."""


def targets(campaign_id: int) -> sa.Select[Any]:
    """The precincts that were frozen at the approval."""
    return sa.select(campaign_targets.c.precinct).where(campaign_targets.c.campaign_id == campaign_id)


def to_person() -> dict[str, Any]:
    """Columns of a delivery to one person, from contacts and addresses."""
    return {
        "contact_id": contacts.c.id,
        "address_id": addresses.c.id,
        "is_room": sa.false(),
        "lane": addresses.c.channel,
        "precinct": contacts.c.precinct,
        "site_id": contacts.c.site_id,
        "language": contacts.c.language,
    }


@lru_cache(maxsize=4)
def people(occurrence: Unfrozen, now: datetime, dialect: str, *, careful: bool) -> sa.Insert:
    """Contacts with `after` < id <= `last`; a `careful` one passes over who has it already or is being deleted.

    Made once for all ranges: making it and its SQL takes a twentieth of the time of a range.
    """
    wanted = delivery_rows(occurrence.id, now, **to_person(), **_order(occurrence, now))
    chosen = wanted.select_from(ADDRESSED).where(*_between(dialect), _in_audience(occurrence, now, dialect))
    if careful:
        chosen = chosen.with_for_update(read=True, key_share=True, of=contacts)
    return _made(dialect, chosen, careful=careful)


def _made(dialect: str, rows: sa.Select[Any], *, careful: bool) -> sa.Insert:
    new = insert_for(dialect, deliveries).from_select([column.name for column in rows.selected_columns], rows)
    return new.on_conflict_do_nothing() if careful else new


def _between(dialect: str) -> list[sa.ColumnElement[bool]]:
    """Said of all three tables to PostgreSQL, which does not conclude it, and would read all consents for each range;
    SQLite concludes it, and would look at each row three times.
    """
    ids = (contacts.c.id, addresses.c.contact_id, consents.c.contact_id)
    return [_in_range(one) for one in (ids[:1] if dialect == "sqlite" else ids)]


def _in_range(contact_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    after, last = (sa.bindparam(name, type_=Id) for name in ("after", "last"))
    return sa.and_(contact_id > after, contact_id <= last)


def first_people(occurrence: Unfrozen, most: int, now: datetime) -> sa.Select[Any]:
    """How many `people` would choose, counted up to `most`."""
    audience = _is_reached(occurrence.topic, occurrence.channels, targets(occurrence.campaign_id), now)
    found = sa.select(contacts.c.id).select_from(ADDRESSED).where(audience).limit(most)
    return sa.select(sa.func.count()).select_from(found.subquery())


@dataclass(frozen=True, slots=True)
class _Looks:
    """What is looked up for each contact, in the way that a database does fastest; the answers are the same."""

    home: sa.ColumnElement[Any]
    stopped: sa.ColumnElement[bool]
    counts: sa.ColumnElement[bool]


_STOPPED = sa.exists().where(do_not_contact.c.address_hash == addresses.c.address_hash)
_PLAIN = _Looks(contacts.c.precinct, _STOPPED, CONFIRMED)


def _by_sqlite() -> _Looks:
    """People come in the order of their ids, which all indexes of deliveries like: without the sum SQLite would take
    them precinct by precinct, and the freeze three times as long. What an EXISTS of each row asks it opens each time,
    for a sixth of the whole; what stands behind IN once.

    PostgreSQL would only lose sight of how many they are.
    """
    return _Looks(
        contacts.c.precinct + 0,
        addresses.c.address_hash.in_(sa.select(do_not_contact.c.address_hash)),
        contacts.c.id.not_in(UNCONFIRMED.where(_in_range(recent_signups.c.contact_id))),
    )


def _in_audience(occurrence: Unfrozen, now: datetime, dialect: str) -> sa.ColumnElement[bool]:
    """Of one range."""
    looks = _by_sqlite() if dialect == "sqlite" else _PLAIN
    return _is_reached(occurrence.topic, occurrence.channels, targets(occurrence.campaign_id), now, looks)


def size(
    topic: ConsentKind, channels: Collection[str], precinct: Precincts, now: datetime, without: Collection[int] = ()
) -> sa.Select[Any]:
    """One row (people, rooms) of whoever `people` and `rooms_of` would choose now; `without` are rooms left out."""
    reached = sa.select(sa.func.count(contacts.c.id.distinct())).select_from(ADDRESSED)
    posted = sa.select(sa.func.count(rooms.c.id)).select_from(ROOMS)
    return sa.select(
        reached.where(_is_reached(topic, channels, precinct, now)).scalar_subquery().label("people"),
        posted.where(is_posted(channels, precinct, without)).scalar_subquery().label("rooms"),
    )


def _is_reached(
    topic: ConsentKind,
    channels: Collection[str],
    precinct: Precincts,
    now: datetime,
    looks: _Looks = _PLAIN,
) -> sa.ColumnElement[bool]:
    in_series = contacts.c.age_band != AgeBand.FROM_22
    return sa.and_(
        may_be_told(topic, channels, now, stopped=looks.stopped),
        looks.counts,
        looks.home.in_(precinct),
        *((in_series,) if topic is Topic.LESSON_SERIES else ()),
    )


def may_be_told(
    topic: ConsentKind,
    channels: Collection[str],
    now: datetime,
    *,
    breaks: bool = True,
    stopped: sa.ColumnElement[bool] = _STOPPED,
) -> sa.ColumnElement[bool]:
    """Over `ADDRESSED`: who asked for the topic, takes no break, said no STOP and can be reached (safety C4, C6).

    Word of an event does not look at `breaks` (safety S9, ADR 13).
    """
    rested = (sa.or_(contacts.c.paused_until.is_(None), contacts.c.paused_until <= now),) if breaks else ()
    direct = set(channels).intersection(DIRECT_CHANNELS)
    return sa.and_(
        addresses.c.status == AddressStatus.ACTIVE,
        *((threads.OPEN,) if direct.intersection(OPENED_FIRST) else ()),
        addresses.c.channel.in_(direct),
        consents.c.topic == topic,
        consents.c.granted,
        *rested,
        ~stopped,
    )


def in_rooms(occurrence: Unfrozen, now: datetime, dialect: str, *, careful: bool) -> sa.Insert:
    """As `people`, of all rooms at once."""
    return _made(dialect, rooms_of(occurrence, now), careful=careful)


def rooms_of(occurrence: Unfrozen, now: datetime) -> sa.Select[Any]:
    """Linked rooms; `room_members` is their audience at this moment."""
    own = sa.case((rooms.c.scope_kind == ScopeKind.PRECINCT, sa.cast(rooms.c.scope_value, sa.Integer)))
    return (
        delivery_rows(
            occurrence.id,
            now,
            room_id=rooms.c.id,
            is_room=sa.true(),
            lane=rooms.c.channel,
            precinct=sa.func.coalesce(own, sites.c.precinct),
            site_id=sites.c.id,
            language=_text(_fallback(occurrence)),
            room_members=rooms.c.members,
            **_order(occurrence, now),
        )
        .select_from(ROOMS)
        .where(is_posted(occurrence.channels, targets(occurrence.campaign_id), occurrence.without_rooms))
    )


def is_posted(channels: Collection[str], precinct: Precincts, without: Collection[int] = ()) -> sa.ColumnElement[bool]:
    """Over `ROOMS`: linked ones whose area meets these precincts, but those `without`."""
    return sa.and_(
        rooms.c.active,
        *((rooms.c.id.not_in(without),) if without else ()),
        rooms.c.channel.in_(channels),
        sa.or_(rooms.c.scope_kind == ScopeKind.CITY, _meets(precinct)),
    )


def _meets(precinct: Precincts) -> sa.ColumnElement[bool]:
    number, kind, value = precincts.c.number, rooms.c.scope_kind, rooms.c.scope_value
    return (
        sa.exists()
        .where(
            number.in_(precinct),
            sa.or_(
                sa.and_(kind == ScopeKind.BOROUGH, precincts.c.borough == value),
                sa.and_(kind == ScopeKind.PRECINCT, sa.cast(number, sa.String) == value),
                sa.and_(kind == ScopeKind.SITE, number == sites.c.precinct),
            ),
        )
        .correlate(rooms, sites)
    )


def delivery_rows(occurrence_id: int, now: datetime, **own: Any) -> sa.Select[Any]:
    """A select whose columns are named as those of deliveries; `own` go before what all have in common."""
    same = {
        "occurrence_id": occurrence_id,
        "status": DeliveryStatus.QUEUED,
        "reason": "",
        "attempts": 0,
        "next_attempt_at": now,
        "epoch": 0,
        "platform_id": "",
        "updated_at": now,
        "priority": Priority.CAMPAIGN.value,
    }
    typed = {name: sa.literal(value, deliveries.c[name].type) for name, value in same.items()}
    return sa.select(*(value.label(name) for name, value in {**typed, **own}.items()))


def counted(occurrence_id: int, *, people: int = 0, rooms: int = 0) -> sa.Update:
    """So many more deliveries of it were made in this transaction: what outcomes must add up to (measures).

    Stays unknown for one that was opened by a version which did not count.
    """
    more = {occurrences.c.frozen_people: people, occurrences.c.frozen_rooms: rooms}
    mine = occurrences.update().where(occurrences.c.id == occurrence_id)
    return mine.values({column.name: column + number for column, number in more.items()})


def _order(occurrence: Unfrozen, now: datetime) -> dict[str, Any]:
    """What goes first when several compete, and not before the cancel window is over (safety S3, S5)."""
    first = max(now, occurrence.not_before or now)
    return {
        "priority": sa.literal(occurrence.priority.value, deliveries.c.priority.type),
        "next_attempt_at": sa.literal(first, deliveries.c.next_attempt_at.type),
    }


def _fallback(occurrence: Unfrozen) -> str:
    return _FALLBACK if _FALLBACK in occurrence.languages else occurrence.languages[0]


def _text(value: str) -> sa.ColumnElement[str]:
    return sa.literal(value, deliveries.c.language.type)
