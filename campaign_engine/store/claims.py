"""All that the planner must know of the deliveries that a lane took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.automatic_texts import TextKey, keys_of, name_of_lesson
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostContent, PostStatus, topic_of
from campaign_engine.domain.contact import AddressStatus, Limit, Scope, ScopeKind
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.hold import HELD_FOR
from campaign_engine.domain.lesson import SERIES_END
from campaign_engine.domain.message import Destination
from campaign_engine.domain.planner import WEEK, Priority
from campaign_engine.ports.sending import Claimed
from campaign_engine.store import holding, threads
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.kill_switch import IS_ON
from campaign_engine.store.many import Many, among
from campaign_engine.store.tables import (
    addresses,
    campaign_targets,
    campaigns,
    consents,
    contacts,
    deliveries,
    do_not_contact,
    occurrences,
    post_versions,
    posts,
    rooms,
    stopped_posts,
)
from campaign_engine.store.unsettled import IS_SENDING

MAY_HAVE_LEFT = (
    DeliveryStatus.SENDING,
    DeliveryStatus.SENT,
    DeliveryStatus.BOUNCED,
    DeliveryStatus.UNCONFIRMED,
    DeliveryStatus.LEFT,
)
"""What counts against a person's cap (safety S5)."""

_TOPIC = sa.case({kind.value: topic_of(kind).value for kind in CampaignKind}, value=campaigns.c.kind)

_PRIORITIES = {priority.value: priority for priority in Priority}

_STOPPED = (
    sa.exists()
    .where(stopped_posts.c.post_id == occurrences.c.post_id, stopped_posts.c.version == occurrences.c.version)
    .correlate(occurrences)
)


def _left(dialect: str) -> sa.Select[Any]:
    return sa.select(deliveries.c.contact_id, deliveries.c.updated_at).where(
        among(dialect, deliveries.c.contact_id, "people"),
        deliveries.c.status.in_(MAY_HAVE_LEFT),
        deliveries.c.updated_at > sa.bindparam("since", type_=UtcDateTime),
        sa.not_(among(dialect, deliveries.c.id, "but")),
    )


LEFT = Many(_left)
"""Person and moment of what may have left to the `people` after `since`, the deliveries `but` left out."""


def of_week(people: Sequence[int], but: Sequence[int], now: datetime) -> dict[str, Any]:
    """Values of `LEFT` for the last seven days."""
    return {"people": people, "since": now - WEEK, "but": but}


def by_person(rows: Iterable[Any]) -> dict[int, tuple[datetime, ...]]:
    """From rows of `LEFT`."""
    moments: dict[int, tuple[datetime, ...]] = {}
    for row in rows:
        moments[row.contact_id] = (*moments.get(row.contact_id, ()), row.updated_at)
    return moments


_OF_VERSION = sa.and_(
    post_versions.c.post_id == occurrences.c.post_id, post_versions.c.version == occurrences.c.version
)


def _posts_of(dialect: str) -> sa.Select[Any]:
    source = occurrences.join(posts, posts.c.id == occurrences.c.post_id).join(post_versions, _OF_VERSION)
    source = source.join(campaigns, campaigns.c.id == posts.c.campaign_id)
    columns = (
        *(occurrences.c[name] for name in ("id", "post_id", "version", "stale_at")),
        posts.c.version.label("current_version"),
        posts.c.status.label("post_status"),
        *(post_versions.c[name] for name in ("content", "content_hash", "approved_at")),
        campaigns.c.id.label("campaign_id"),
        *(campaigns.c[name] for name in ("title", "kind")),
        campaigns.c.status.label("campaign_status"),
        holding.is_notice(occurrences.c.post_id).label("notice"),
        IS_ON.label("stopped"),
        _STOPPED.label("post_stopped"),
    )
    return sa.select(*columns).select_from(source).where(among(dialect, occurrences.c.id, "ids"))


POSTS_OF = Many(_posts_of)
"""What all deliveries of the occurrences `ids` share, as it is now."""


def _shared(dialect: str) -> sa.CTE:
    """Of the occurrences of the deliveries `ids`, once for all of each: `told` is all that decides, in one string."""
    theirs = sa.select(deliveries.c.occurrence_id).where(among(dialect, deliveries.c.id, "ids"))
    source = occurrences.join(posts, posts.c.id == occurrences.c.post_id).join(post_versions, _OF_VERSION)
    source = source.join(campaigns, campaigns.c.id == posts.c.campaign_id)
    parts = (
        *(occurrences.c[name] for name in ("version", "stale_at")),
        *(posts.c[name] for name in ("version", "status")),
        *(post_versions.c[name] for name in ("content_hash", "approved_at")),
        *(campaigns.c[name] for name in ("status", "title")),
        IS_ON,
        _STOPPED,
    )
    columns = (occurrences.c.id, _TOPIC.label("topic"), _in_one(parts).label("told"))
    found = sa.select(*columns).select_from(source).where(occurrences.c.id.in_(theirs))
    return found.cte("shared").prefix_with("MATERIALIZED")


def _in_one(parts: Iterable[sa.ColumnElement[Any]]) -> sa.ColumnElement[str]:
    nothing: sa.ColumnElement[str] = sa.literal_column("'-'")
    between: sa.ColumnElement[str] = sa.literal_column("'|'")
    told: sa.ColumnElement[str] = between
    for part in parts:
        told = told.concat(sa.func.coalesce(sa.cast(part, sa.Text), nothing)).concat(between)
    return told


def _details(dialect: str) -> sa.Select[Any]:
    delivery = ("id", "occurrence_id", "is_room", "lane", "language", "precinct", "attempts", "address_id", "room_id")
    shared = _shared(dialect)
    columns = (
        *(deliveries.c[name] for name in (*delivery, "contact_id", "priority", "epoch", "updated_at")),
        threads.THREAD,
        sa.func.coalesce(addresses.c.channel, rooms.c.channel).label("channel"),
        sa.func.coalesce(addresses.c.address_cipher, rooms.c.address_cipher).label("address_cipher"),
        *_decisive(shared),
    )
    return sa.select(*columns).select_from(_around(shared)).where(among(dialect, deliveries.c.id, "ids"))


DETAILS = Many(_details)
"""Of the deliveries `ids`, what is each one's own; whatever may have changed since the freeze is what it is now."""


def _unchanged(dialect: str) -> sa.Select[Any]:
    mine = sa.and_(IS_SENDING, deliveries.c.epoch == sa.bindparam("epoch"))
    shared = _shared(dialect)
    columns = (deliveries.c.id, *_decisive(shared))
    return sa.select(*columns).select_from(_around(shared)).where(among(dialect, deliveries.c.id, "ids"), mine)


UNCHANGED = Many(_unchanged)
"""Of the deliveries `ids` that this `epoch` is still sending, all that decides, see `seen`.

Where it is what it was at the claim, so is everything that the planner looks at. Read in one go for several, because it
is asked right before every message that leaves.
"""


def seen(row: Any) -> tuple[Any, ...]:
    """Of a row of `DETAILS` or `UNCHANGED`, all that decides."""
    return tuple(row[-_decisive_columns() :])


@cache
def _decisive_columns() -> int:
    return len(_decisive(_shared("sqlite")))


def _around(shared: sa.CTE) -> sa.FromClause:
    of_topic = sa.and_(consents.c.contact_id == deliveries.c.contact_id, consents.c.topic == shared.c.topic)
    # An inner join would let SQLite begin with all deliveries of an occurrence, of which these are a few.
    source = deliveries.outerjoin(shared, shared.c.id == deliveries.c.occurrence_id)
    source = source.outerjoin(addresses, addresses.c.id == deliveries.c.address_id)
    source = source.outerjoin(contacts, contacts.c.id == deliveries.c.contact_id)
    source = source.outerjoin(consents, of_topic)
    source = source.outerjoin(do_not_contact, do_not_contact.c.address_hash == addresses.c.address_hash)
    return source.outerjoin(rooms, rooms.c.id == deliveries.c.room_id)


def _decisive(shared: sa.CTE) -> tuple[sa.ColumnElement[Any], ...]:
    """Every column that may change what `claimed` makes of the rows, but what can only change through this lane."""
    return (
        shared.c.told,
        contacts.c.paused_until,
        consents.c.granted,
        do_not_contact.c.since.label("stopped_at"),
        addresses.c.status.label("address_status"),
        addresses.c.address_hash.label("of_person"),
        addresses.c.thread_cipher.is_not(None).label("threaded"),
        aftermath_near().label("aftermath_near"),
        once_a_week().label("once_a_week"),
        holding.HELD_FROM.label("held_from"),
        threads.OPEN.label("opened"),
        *(rooms.c[name] for name in ("active", "scope_kind", "scope_value")),
        rooms.c.address_hash.label("of_room"),
    )


def automatic(rows: Iterable[Any]) -> frozenset[str]:
    """Names of the automatic texts among rows of `POSTS_OF`, and of the lessons that they lead to."""
    contents = [row.content for row in rows if row.content.get("automatic")]
    lessons = (name_of_lesson(one["lesson"]) for one in contents if one.get("lesson"))
    return frozenset((*(one["automatic"] for one in contents), *lessons))


@dataclass(frozen=True, slots=True)
class _Post:
    """A row of `POSTS_OF`, its content read and checked."""

    row: Any
    content: PostContent
    approved: bool
    worded: bool
    kind: CampaignKind
    status: CampaignStatus
    held_for: timedelta | None


def claimed(
    rows: Iterable[Any],
    of_posts: Iterable[Any],
    sent: Mapping[int, tuple[datetime, ...]],
    wordings: frozenset[TextKey],
    cipher: AddressCipher,
) -> dict[int, Claimed]:
    """By id, from rows of `DETAILS` and `POSTS_OF`; `wordings` are the approved ones of all that are `automatic`."""
    known = {row.id: _post(row, wordings) for row in of_posts}
    return {row.id: _claimed(row, known[row.occurrence_id], sent.get(row.contact_id, ()), cipher) for row in rows}


def _post(row: Any, wordings: frozenset[TextKey]) -> _Post:
    content, kind = PostContent.from_json(row.content), CampaignKind(row.kind)
    held_for = None if row.notice else HELD_FOR.get(kind)
    approved, status = _is_approved(row, content), CampaignStatus(row.campaign_status)
    return _Post(row, content, approved, _is_worded(content, wordings), kind, status, held_for)


def aftermath_near() -> sa.ColumnElement[bool]:
    """An aftermath campaign runs in the contact's precinct (safety S5).

    Which precincts these are is looked up once for all contacts of a statement.
    """
    theirs, targets = campaigns.alias("aftermath"), campaign_targets.alias("aftermath_targets")
    runs = sa.and_(theirs.c.kind == CampaignKind.AFTERMATH, theirs.c.status == CampaignStatus.RUNNING)
    near = sa.select(targets.c.precinct).join(theirs, theirs.c.id == targets.c.campaign_id).where(runs)
    return sa.and_(contacts.c.precinct.is_not(None), contacts.c.precinct.in_(near))


def once_a_week() -> sa.ColumnElement[bool]:
    """The contact asked for no more than that (safety S5)."""
    asked = consents.alias("asked")
    mine = sa.and_(asked.c.contact_id == contacts.c.id, asked.c.topic == Limit.ONCE_A_WEEK, asked.c.granted)
    return sa.exists().where(mine).correlate(contacts)


def _is_approved(row: Any, content: PostContent) -> bool:
    """Safety S1: what was approved is what is sent."""
    approved = row.post_status == PostStatus.APPROVED and row.approved_at is not None
    return approved and row.current_version == row.version and content.content_hash() == row.content_hash


def _is_worded(content: PostContent, wordings: frozenset[TextKey]) -> bool:
    """Safety S1: an automatic text is approved once per version, in each language; so is the lesson it leads to."""
    if not content.automatic:
        return True
    needed = keys_of(content.automatic, content.texts)
    if content.lesson not in ("", SERIES_END):
        # What was queued before lessons had approvals has no hashes: it waits for a day on which it has.
        lesson = name_of_lesson(content.lesson)
        hashes = content.lesson_hashes or {"": ""}
        needed |= {TextKey(lesson, language, found) for language, found in hashes.items()}
    return needed.issubset(wordings)


def _destination(row: Any, cipher: AddressCipher) -> Destination:
    """The channel is the address's own: several lanes may serve one."""
    if not row.address_cipher:
        return Destination(row.lane, "", row.is_room)
    if row.is_room:
        return Destination(row.channel, cipher.decrypt(row.channel, row.address_cipher), is_room=True)
    return threads.destination(row.channel, row.address_cipher, row.thread_cipher, cipher)


def _claimed(row: Any, post: _Post, sent: tuple[datetime, ...], cipher: AddressCipher) -> Claimed:
    stopped = row.address_status == AddressStatus.OPTED_OUT or row.stopped_at is not None
    # As domain.hold.Hold.until (safety I1).
    held_until = None if post.held_for is None or row.held_from is None else row.held_from + post.held_for
    active = row.active if row.is_room else row.address_status == AddressStatus.ACTIVE and row.opened
    return Claimed(
        id=row.id,
        occurrence_id=row.occurrence_id,
        post_id=post.row.post_id,
        version=post.row.version,
        campaign_id=post.row.campaign_id,
        campaign_title=post.row.title,
        kind=post.kind,
        campaign_status=post.status,
        content=post.content,
        to=_destination(row, cipher),
        language=row.language,
        precinct=row.precinct,
        attempts=row.attempts,
        stale_at=post.row.stale_at,
        approved=post.approved,
        text_approved=post.worded,
        consented=row.is_room or bool(row.granted),
        opted_out=stopped,
        reachable=bool(active),
        paused_until=row.paused_until,
        held_until=held_until,
        notice=bool(post.row.notice),
        address_id=row.address_id,
        room_id=row.room_id,
        scope=Scope(ScopeKind(row.scope_kind), row.scope_value) if row.scope_kind else None,
        priority=_PRIORITIES[row.priority],
        approved_at=post.row.approved_at,
        stopped=bool(post.row.stopped),
        post_stopped=bool(post.row.post_stopped),
        sent=sent,
        aftermath_near=bool(row.aftermath_near),
        once_a_week=bool(row.once_a_week),
        epoch=row.epoch,
        claimed_at=row.updated_at,
        seen=seen(row),
    )
