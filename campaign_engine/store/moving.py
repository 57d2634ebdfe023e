"""Somebody's new address in one statement (safety N5, ADR 12)."""

import sqlalchemy as sa

from campaign_engine.domain.contact import AddressStatus, Wake
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.moving import FROM, MOVED
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.compound import Compound, Value, Values
from campaign_engine.store.tables import (
    addresses,
    consents,
    contacts,
    deliveries,
    dialogues,
    do_not_contact,
    inbox,
    move_codes,
    push_subscriptions,
    recent_signups,
)

PENDING = (DeliveryStatus.QUEUED, DeliveryStatus.HELD, DeliveryStatus.RETRYING)
"""What has not begun to leave."""


def live(code_hash: Value, now: Value) -> sa.ColumnElement[bool]:
    """Over move_codes."""
    return sa.and_(move_codes.c.code_hash == code_hash, move_codes.c.expires_at > now)


def _move(v: Values) -> tuple[Value, ...]:
    """Whoever comes second with a code on PostgreSQL waits for its row and finds it gone."""
    spent = move_codes.delete().where(live(v["code_hash"], v["now"]))
    mover: sa.FromClause = sa.select(move_codes.c.contact_id).where(live(v["code_hash"], v["now"])).subquery()
    if v.on_postgres:
        mover = v.made(spent, move_codes.c.contact_id, sa.true())
    mine = sa.select(mover.c.contact_id).scalar_subquery()
    old = sa.select(addresses.c.address_hash).where(addresses.c.contact_id == mine)
    _leave_word(v, old, mine)
    _take_what_leaves_along(v, old, mine)
    v.do(inbox.delete().where(inbox.c.address_hash.in_(old)))
    v.do(push_subscriptions.delete().where(push_subscriptions.c.contact_id == mine))
    of_device = consents.c.topic == sa.literal(Wake.WEB_PUSH.value)
    v.do(consents.delete().where(consents.c.contact_id == mine, of_device))
    _take_stop_along(v, old)
    waiting = deliveries.update().where(deliveries.c.contact_id == mine, deliveries.c.status.in_(_said(PENDING)))
    v.do(waiting.values(lane=v["channel"]))
    v.do(recent_signups.delete().where(recent_signups.c.contact_id == mine))
    said_stop = sa.exists().where(do_not_contact.c.address_hash == v["address_hash"])
    status = sa.case((said_stop, sa.literal(AddressStatus.OPTED_OUT.value)), else_=addresses.c.status)
    new = {name: v[name] for name in ("channel", "address_hash", "address_cipher")}
    moved = (
        addresses.update()
        .where(addresses.c.contact_id == mine)
        .values(**new, thread_cipher=sa.null(), status=status, in_tab=sa.false())
    )
    there = v.made(moved, addresses.c.contact_id, addresses.c.address_hash == v["address_hash"])
    if not v.on_postgres:
        v.do(spent)
    return (sa.select(there.c.contact_id).scalar_subquery(),)


def _leave_word(v: Values, old: sa.Select[tuple[str]], mine: Value) -> None:
    """At the old address stands where its person went, and not who that was."""
    language = sa.select(contacts.c.language).where(contacts.c.id == mine).scalar_subquery()
    word = {
        "address_hash": old.scalar_subquery(),
        "contact_id": sa.null(),
        "flow": sa.literal(MOVED),
        "field": v["channel"],
        "data": sa.literal_column("'{}'", sa.JSON()),
        "language": language,
        "version": sa.literal(1),
        "updated_at": v["now"],
    }
    row = sa.select(*word.values()).where(sa.exists(old))
    left = v.insert(dialogues).from_select(list(word), row)
    said: dict[str, Value] = {name: left.excluded[name] for name in word if name not in ("address_hash", "version")}
    said["version"] = dialogues.c.version + 1
    v.do(left.on_conflict_do_update(index_elements=["address_hash"], set_=said))


def _take_stop_along(v: Values, old: sa.Select[tuple[str]]) -> None:
    stopped = sa.select(v["address_hash"], do_not_contact.c.since).where(do_not_contact.c.address_hash.in_(old))
    v.do(v.insert(do_not_contact).from_select(["address_hash", "since"], stopped).on_conflict_do_nothing())
    v.do(do_not_contact.delete().where(do_not_contact.c.address_hash.in_(old)))


def _take_what_leaves_along(v: Values, old: sa.Select[tuple[str]], mine: Value) -> None:
    """A post that is on its way to the page right now, and that nobody has read there, leaves from the chat instead.

    The page's own lane then finds nothing of it that is sending, and `SqlInboxRepository.deliver` nobody to put it to.
    """
    c = deliveries.c
    begun = (c.contact_id == mine, c.status == sa.literal(DeliveryStatus.SENDING.value), c.lane == sa.literal(FROM))
    read = sa.exists().where(
        inbox.c.address_hash.in_(old), inbox.c.created_at >= c.updated_at, inbox.c.read_at.is_not(None)
    )
    again = {
        "lane": v["channel"],
        "status": sa.literal(DeliveryStatus.RETRYING.value),
        "reason": sa.literal(MOVED),
        "next_attempt_at": v["now"],
        "updated_at": v["now"],
    }
    v.do(deliveries.update().where(*begun, ~read).values(again))


def _said(statuses: tuple[DeliveryStatus, ...]) -> list[Value]:
    return [sa.literal(status.value) for status in statuses]


MOVE = Compound(
    "moves",
    {
        "code_hash": sa.String(),
        "channel": sa.String(),
        "address_hash": sa.String(),
        "address_cipher": sa.LargeBinary(),
        "now": UtcDateTime(),
    },
    _move,
    ("(SELECT contact_id FROM addresses WHERE addresses.address_hash = moves.address_hash)",),
)
