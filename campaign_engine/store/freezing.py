"""Who is in the audience of an occurrence, as queries that become deliveries (safety C3, C4, C6)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.contact import AddressStatus, AgeBand, ScopeKind, Topic
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.ports.sending import Unfrozen
from campaign_engine.store.tables import (
    addresses,
    campaign_targets,
    consents,
    contacts,
    deliveries,
    do_not_contact,
    precincts,
    rooms,
    sites,
)

RANGE = 20_000
"""Contact ids that are frozen in one transaction, so that nobody waits long for the writer."""

_FALLBACK = "en"


def people(occurrence: Unfrozen, now: datetime, after: int, last: int) -> sa.Select[Any]:
    """Contacts with `after` < id <= `last`; on PostgreSQL none of them can be deleted before the commit."""
    targeted = sa.select(campaign_targets.c.precinct).where(campaign_targets.c.campaign_id == occurrence.campaign_id)
    source = contacts.join(addresses, addresses.c.contact_id == contacts.c.id)
    source = source.join(consents, consents.c.contact_id == contacts.c.id)
    wanted = (
        delivery_rows(
            occurrence.id,
            now,
            contact_id=contacts.c.id,
            address_id=addresses.c.id,
            is_room=sa.false(),
            lane=addresses.c.channel,
            precinct=contacts.c.precinct,
            site_id=contacts.c.site_id,
            language=_language(occurrence),
        )
        .select_from(source)
        .where(
            contacts.c.id > after,
            contacts.c.id <= last,
            addresses.c.status == AddressStatus.ACTIVE,
            addresses.c.channel.in_(set(occurrence.channels).intersection(DIRECT_CHANNELS)),
            contacts.c.precinct.in_(targeted),
            consents.c.topic == occurrence.topic,
            consents.c.granted,
            sa.or_(contacts.c.paused_until.is_(None), contacts.c.paused_until <= now),
            ~sa.exists().where(do_not_contact.c.address_hash == addresses.c.address_hash),
        )
        .with_for_update(read=True, key_share=True, of=contacts)
    )
    is_series = occurrence.topic is Topic.LESSON_SERIES
    return wanted.where(contacts.c.age_band != AgeBand.FROM_22) if is_series else wanted


def rooms_of(occurrence: Unfrozen, now: datetime) -> sa.Select[Any]:
    """Linked rooms; `room_members` is their audience at this moment."""
    at_site = sa.and_(rooms.c.scope_kind == ScopeKind.SITE, sa.cast(sites.c.id, sa.String) == rooms.c.scope_value)
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
        )
        .select_from(rooms.outerjoin(sites, at_site))
        .where(
            rooms.c.active,
            rooms.c.channel.in_(occurrence.channels),
            sa.or_(rooms.c.scope_kind == ScopeKind.CITY, _meets_targets(occurrence.campaign_id)),
        )
    )


def _meets_targets(campaign_id: int) -> sa.ColumnElement[bool]:
    number, kind, value = campaign_targets.c.precinct, rooms.c.scope_kind, rooms.c.scope_value
    return (
        sa.exists()
        .where(
            campaign_targets.c.campaign_id == campaign_id,
            precincts.c.number == number,
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
    }
    typed = {name: sa.literal(value, deliveries.c[name].type) for name, value in same.items()}
    return sa.select(*(value.label(name) for name, value in {**typed, **own}.items()))


def _language(occurrence: Unfrozen) -> sa.ColumnElement[str]:
    """The contact's own, where the post has it."""
    own = contacts.c.language.in_(occurrence.languages)
    return sa.case((own, contacts.c.language), else_=_text(_fallback(occurrence)))


def _fallback(occurrence: Unfrozen) -> str:
    return _FALLBACK if _FALLBACK in occurrence.languages else occurrence.languages[0]


def _text(value: str) -> sa.ColumnElement[str]:
    return sa.literal(value, deliveries.c.language.type)
