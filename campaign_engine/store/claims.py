"""What a lane must know of deliveries that it has claimed, in one read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent, PostStatus, topic_of
from campaign_engine.domain.contact import AddressStatus, Scope, ScopeKind
from campaign_engine.domain.hold import HELD_FOR
from campaign_engine.domain.message import Destination
from campaign_engine.ports.sending import Claimed
from campaign_engine.store import holding
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.tables import (
    addresses,
    campaigns,
    consents,
    contacts,
    deliveries,
    do_not_contact,
    occurrences,
    post_versions,
    posts,
    rooms,
)

_TOPIC = sa.case({kind.value: topic_of(kind).value for kind in CampaignKind}, value=campaigns.c.kind)


def details(ids: Sequence[int]) -> sa.Select[Any]:
    """Oldest first; whatever may have changed since the freeze is what it is now."""
    of_version = sa.and_(
        post_versions.c.post_id == occurrences.c.post_id, post_versions.c.version == occurrences.c.version
    )
    of_topic = sa.and_(consents.c.contact_id == deliveries.c.contact_id, consents.c.topic == _TOPIC)
    source = deliveries.join(occurrences, occurrences.c.id == deliveries.c.occurrence_id)
    source = source.join(posts, posts.c.id == occurrences.c.post_id)
    source = source.join(post_versions, of_version)
    source = source.join(campaigns, campaigns.c.id == posts.c.campaign_id)
    source = source.outerjoin(addresses, addresses.c.id == deliveries.c.address_id)
    source = source.outerjoin(contacts, contacts.c.id == deliveries.c.contact_id)
    source = source.outerjoin(consents, of_topic)
    source = source.outerjoin(do_not_contact, do_not_contact.c.address_hash == addresses.c.address_hash)
    source = source.outerjoin(rooms, rooms.c.id == deliveries.c.room_id)
    return (
        sa.select(*_columns())
        .select_from(source)
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    )


def claimed(rows: Iterable[Any], cipher: AddressCipher) -> tuple[Claimed, ...]:
    """From rows of `details`; the content of each version is read and checked once."""
    contents: dict[tuple[int, int], tuple[PostContent, bool]] = {}
    found = []
    for row in rows:
        key = (row.post_id, row.version)
        if key not in contents:
            content = PostContent.from_json(row.content)
            contents[key] = (content, _is_approved(row, content))
        found.append(_claimed(row, *contents[key], cipher))
    return tuple(found)


def _columns() -> tuple[sa.ColumnElement[Any], ...]:
    delivery = ("id", "occurrence_id", "is_room", "lane", "language", "precinct", "attempts", "address_id", "room_id")
    return (
        *(deliveries.c[name] for name in delivery),
        *(occurrences.c[name] for name in ("post_id", "version", "stale_at")),
        posts.c.version.label("current_version"),
        posts.c.status.label("post_status"),
        *(post_versions.c[name] for name in ("content", "content_hash", "approved_at")),
        campaigns.c.id.label("campaign_id"),
        *(campaigns.c[name] for name in ("title", "kind")),
        campaigns.c.status.label("campaign_status"),
        contacts.c.paused_until,
        holding.HELD_FROM.label("held_from"),
        holding.is_notice(occurrences.c.post_id).label("notice"),
        consents.c.granted,
        do_not_contact.c.since.label("stopped_at"),
        addresses.c.status.label("address_status"),
        sa.func.coalesce(addresses.c.address_cipher, rooms.c.address_cipher).label("address_cipher"),
        *(rooms.c[name] for name in ("active", "scope_kind", "scope_value")),
    )


def _is_approved(row: Any, content: PostContent) -> bool:
    """Safety S1: what was approved is what is sent."""
    approved = row.post_status == PostStatus.APPROVED and row.approved_at is not None
    return approved and row.current_version == row.version and content.content_hash() == row.content_hash


def _held_until(row: Any) -> datetime | None:
    """As domain.hold.Hold.until (safety I1)."""
    length = HELD_FOR.get(CampaignKind(row.kind))
    return None if length is None or row.held_from is None or row.notice else row.held_from + length


def _claimed(row: Any, content: PostContent, approved: bool, cipher: AddressCipher) -> Claimed:
    stopped = row.address_status == AddressStatus.OPTED_OUT or row.stopped_at is not None
    return Claimed(
        id=row.id,
        occurrence_id=row.occurrence_id,
        post_id=row.post_id,
        version=row.version,
        campaign_id=row.campaign_id,
        campaign_title=row.title,
        kind=CampaignKind(row.kind),
        campaign_status=CampaignStatus(row.campaign_status),
        content=content,
        to=Destination(
            row.lane, cipher.decrypt(row.lane, row.address_cipher) if row.address_cipher else "", row.is_room
        ),
        language=row.language,
        precinct=row.precinct,
        attempts=row.attempts,
        stale_at=row.stale_at,
        approved=approved,
        consented=row.is_room or bool(row.granted),
        opted_out=stopped,
        reachable=bool(row.active) if row.is_room else row.address_status == AddressStatus.ACTIVE,
        paused_until=row.paused_until,
        held_until=_held_until(row),
        notice=bool(row.notice),
        address_id=row.address_id,
        room_id=row.room_id,
        scope=Scope(ScopeKind(row.scope_kind), row.scope_value) if row.scope_kind else None,
    )
