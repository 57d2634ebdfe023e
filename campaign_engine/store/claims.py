"""Which deliveries a lane may take, and all that the planner must know of those that it took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.automatic_texts import TextKey, keys_of
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent, PostStatus, topic_of
from campaign_engine.domain.contact import AddressStatus, Limit, Scope, ScopeKind
from campaign_engine.domain.delivery import CLAIMABLE, DeliveryStatus
from campaign_engine.domain.hold import HELD_FOR
from campaign_engine.domain.message import Destination
from campaign_engine.domain.planner import WEEK, Priority
from campaign_engine.ports.sending import Claimed
from campaign_engine.store import holding, threads
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.kill_switch import IS_NOTICE, IS_ON
from campaign_engine.store.tables import (
    addresses,
    backlogs,
    campaign_targets,
    campaigns,
    consents,
    contacts,
    deliveries,
    do_not_contact,
    lanes,
    occurrences,
    post_versions,
    posts,
    rooms,
)
from campaign_engine.store.unsettled import in_states

MAY_HAVE_LEFT = (
    DeliveryStatus.SENDING,
    DeliveryStatus.SENT,
    DeliveryStatus.BOUNCED,
    DeliveryStatus.UNCONFIRMED,
    DeliveryStatus.LEFT,
)
"""What counts against a person's cap (safety S5)."""

RUNNING = (
    sa.exists()
    .where(
        occurrences.c.id == deliveries.c.occurrence_id,
        posts.c.id == occurrences.c.post_id,
        campaigns.c.id == posts.c.campaign_id,
        campaigns.c.status == CampaignStatus.RUNNING,
        ~sa.exists().where(backlogs.c.campaign_id == campaigns.c.id),
    )
    .correlate(deliveries)
)
"""Its campaign runs, and a clock has looked at what waited while it was paused (safety S5)."""

GOES_ON = sa.or_(RUNNING, IS_NOTICE)
"""A notice of a cancelled event leaves whatever became of its campaign (safety S9)."""

_TOPIC = sa.case({kind.value: topic_of(kind).value for kind in CampaignKind}, value=campaigns.c.kind)


def chosen(lane: str, epoch: int, limit: int, now: datetime, *, notices_only: bool) -> sa.Select[Any]:
    """Ids with their person, best first. On PostgreSQL rows and people are locked; what others have in hand is skipped.

    So two claims at once never take two deliveries of one person, also where their lanes differ. NO KEY UPDATE, so that
    a freeze, which only needs the person to stay, does not wait.
    """
    # A take-over waits for this lock and then sees what was claimed; a claim that waits for it finds another epoch.
    mine = sa.select(lanes.c.name).where(lanes.c.name == lane, lanes.c.epoch == epoch).with_for_update(read=True)
    wanted = (
        sa.select(deliveries.c.id, deliveries.c.contact_id, deliveries.c.priority, deliveries.c.next_attempt_at)
        .where(
            sa.exists(mine.cte("mine").select()),
            sa.or_(~IS_ON, IS_NOTICE),
            deliveries.c.lane == lane,
            in_states(*CLAIMABLE),
            deliveries.c.next_attempt_at <= now,
            GOES_ON,
            ~in_hand(),
        )
        .order_by(deliveries.c.priority, deliveries.c.next_attempt_at, deliveries.c.id)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    if notices_only:
        wanted = wanted.where(IS_NOTICE)
    taken = wanted.cte("taken")
    people = sa.select(contacts.c.id).where(contacts.c.id.in_(sa.select(taken.c.contact_id)))
    free = people.with_for_update(key_share=True, skip_locked=True).cte("free")
    return (
        sa.select(taken.c.id, taken.c.contact_id)
        .select_from(taken.outerjoin(free, free.c.id == taken.c.contact_id))
        .where(sa.or_(taken.c.contact_id.is_(None), free.c.id.is_not(None)))
        .order_by(taken.c.priority, taken.c.next_attempt_at, taken.c.id)
    )


def in_hand() -> sa.ColumnElement[bool]:
    """Some lane is just sending something else to the same person."""
    other = deliveries.alias("other")
    busy = sa.and_(other.c.contact_id == deliveries.c.contact_id, other.c.status == DeliveryStatus.SENDING)
    return sa.exists().where(busy, other.c.id != deliveries.c.id).correlate(deliveries)


def one_each(rows: Iterable[Any]) -> list[int]:
    """Of `chosen`, the first of each person: the next claim sees what came of it."""
    seen: set[int] = set()
    ids = []
    for row in rows:
        if row.contact_id is None or row.contact_id not in seen:
            ids.append(row.id)
        if row.contact_id is not None:
            seen.add(row.contact_id)
    return ids


def left(people: Sequence[int], but: Sequence[int], now: datetime) -> sa.Select[Any]:
    """Person and moment of what may have left to them in the last seven days, these deliveries left out."""
    return sa.select(deliveries.c.contact_id, deliveries.c.updated_at).where(
        deliveries.c.contact_id.in_(people),
        deliveries.c.status.in_(MAY_HAVE_LEFT),
        deliveries.c.updated_at > now - WEEK,
        deliveries.c.id.not_in(but),
    )


def by_person(rows: Iterable[Any]) -> dict[int, tuple[datetime, ...]]:
    """From rows of `left`."""
    moments: dict[int, tuple[datetime, ...]] = {}
    for row in rows:
        moments[row.contact_id] = (*moments.get(row.contact_id, ()), row.updated_at)
    return moments


@cache
def details() -> sa.Select[Any]:
    """Of the deliveries `ids`, oldest first; whatever may have changed since the freeze is what it is now.

    Built once: it is asked again before every message that leaves.
    """
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
        .where(deliveries.c.id.in_(sa.bindparam("ids", expanding=True)))
        .order_by(deliveries.c.priority, deliveries.c.next_attempt_at, deliveries.c.id)
    )


def automatic(rows: Iterable[Any]) -> frozenset[str]:
    """Names of the automatic texts among rows of `details`."""
    return frozenset(row.content["automatic"] for row in rows if row.content.get("automatic"))


def claimed(
    rows: Iterable[Any],
    sent: Mapping[int, tuple[datetime, ...]],
    wordings: frozenset[TextKey],
    cipher: AddressCipher,
) -> tuple[Claimed, ...]:
    """From rows of `details`; the content of each version is read and checked once.

    `wordings` are the approved ones of all that are `automatic`.
    """
    contents: dict[tuple[int, int], tuple[PostContent, bool]] = {}
    found = []
    for row in rows:
        key = (row.post_id, row.version)
        if key not in contents:
            content = PostContent.from_json(row.content)
            contents[key] = (content, _is_approved(row, content))
        one = _claimed(row, *contents[key], cipher)
        worded = _is_worded(one.content, wordings)
        found.append(replace(one, text_approved=worded, **_surroundings(row, sent.get(row.contact_id, ()))))
    return tuple(found)


def _columns() -> tuple[sa.ColumnElement[Any], ...]:
    delivery = ("id", "occurrence_id", "is_room", "lane", "language", "precinct", "attempts", "address_id", "room_id")
    return (
        *(deliveries.c[name] for name in (*delivery, "contact_id", "priority")),
        IS_ON.label("stopped"),
        aftermath_near().label("aftermath_near"),
        *(occurrences.c[name] for name in ("post_id", "version", "stale_at")),
        posts.c.version.label("current_version"),
        posts.c.status.label("post_status"),
        *(post_versions.c[name] for name in ("content", "content_hash", "approved_at")),
        campaigns.c.id.label("campaign_id"),
        *(campaigns.c[name] for name in ("title", "kind")),
        campaigns.c.status.label("campaign_status"),
        contacts.c.paused_until,
        once_a_week().label("once_a_week"),
        holding.HELD_FROM.label("held_from"),
        holding.is_notice(occurrences.c.post_id).label("notice"),
        consents.c.granted,
        do_not_contact.c.since.label("stopped_at"),
        addresses.c.status.label("address_status"),
        threads.OPEN.label("opened"),
        threads.THREAD,
        sa.func.coalesce(addresses.c.address_cipher, rooms.c.address_cipher).label("address_cipher"),
        *(rooms.c[name] for name in ("active", "scope_kind", "scope_value")),
    )


def aftermath_near() -> sa.ColumnElement[bool]:
    """An aftermath campaign runs in the contact's precinct (safety S5)."""
    theirs = campaigns.alias("aftermath")
    return (
        sa.exists()
        .where(
            theirs.c.kind == CampaignKind.AFTERMATH,
            theirs.c.status == CampaignStatus.RUNNING,
            campaign_targets.c.campaign_id == theirs.c.id,
            campaign_targets.c.precinct == contacts.c.precinct,
        )
        .correlate(contacts)
    )


def once_a_week() -> sa.ColumnElement[bool]:
    """The contact asked for no more than that (safety S5)."""
    asked = consents.alias("asked")
    mine = sa.and_(asked.c.contact_id == contacts.c.id, asked.c.topic == Limit.ONCE_A_WEEK, asked.c.granted)
    return sa.exists().where(mine).correlate(contacts)


def _surroundings(row: Any, sent: tuple[datetime, ...]) -> dict[str, Any]:
    return {
        "priority": Priority(row.priority),
        "approved_at": row.approved_at,
        "stopped": bool(row.stopped),
        "sent": sent,
        "aftermath_near": bool(row.aftermath_near),
        "once_a_week": bool(row.once_a_week),
    }


def _is_approved(row: Any, content: PostContent) -> bool:
    """Safety S1: what was approved is what is sent."""
    approved = row.post_status == PostStatus.APPROVED and row.approved_at is not None
    return approved and row.current_version == row.version and content.content_hash() == row.content_hash


def _is_worded(content: PostContent, wordings: frozenset[TextKey]) -> bool:
    """Safety S1: an automatic text is approved once per version, in each language."""
    return not content.automatic or keys_of(content.automatic, content.texts).issubset(wordings)


def _held_until(row: Any) -> datetime | None:
    """As domain.hold.Hold.until (safety I1)."""
    length = HELD_FOR.get(CampaignKind(row.kind))
    return None if length is None or row.held_from is None or row.notice else row.held_from + length


def _destination(row: Any, cipher: AddressCipher) -> Destination:
    if not row.address_cipher:
        return Destination(row.lane, "", row.is_room)
    if row.is_room:
        return Destination(row.lane, cipher.decrypt(row.lane, row.address_cipher), is_room=True)
    return threads.destination(row.lane, row.address_cipher, row.thread_cipher, cipher)


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
        to=_destination(row, cipher),
        language=row.language,
        precinct=row.precinct,
        attempts=row.attempts,
        stale_at=row.stale_at,
        approved=approved,
        consented=row.is_room or bool(row.granted),
        opted_out=stopped,
        reachable=bool(row.active) if row.is_room else row.address_status == AddressStatus.ACTIVE and bool(row.opened),
        paused_until=row.paused_until,
        held_until=_held_until(row),
        notice=bool(row.notice),
        address_id=row.address_id,
        room_id=row.room_id,
        scope=Scope(ScopeKind(row.scope_kind), row.scope_value) if row.scope_kind else None,
    )
