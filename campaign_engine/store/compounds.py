"""Everything that several tables get in one statement: a step's state, a new contact, STOP, coming back, leaving."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import CONSENT_KINDS, AddressStatus, Limit
from campaign_engine.ports.room_figures import RoomFigure, about_campaign
from campaign_engine.store import counting
from campaign_engine.store.columns import UtcDateTime
from campaign_engine.store.compound import Compound, Value, Values
from campaign_engine.store.moving import MOVE
from campaign_engine.store.tables import (
    actions,
    addresses,
    age_gates,
    audit_entries,
    campaign_targets,
    campaigns,
    consent_questions,
    consents,
    contacts,
    counters,
    dialogues,
    do_not_contact,
    imported_optouts,
    inbox,
    pledges,
    post_versions,
    posts,
    push_subscriptions,
    room_figures,
    rooms,
    used_invites,
)
from campaign_engine.store.tables.base import Id

REFUSED_AGE = "refused_age"
"""Name of the only thing kept about children of 12 or under: a count per day."""

CHANGEABLE = ("age_band", "language", "precinct", "precinct_declined", "site_id", "paused_until", "last_seen_at")
NOTED = [column for column in actions.c if column is not actions.c.id]
STATE = [*dialogues.c]
_LATER = ("id", "contact_id", "thread_cipher")
NEWCOMER = [column for column in (*contacts.c, *addresses.c) if column.name not in _LATER]
PLEDGE = [column for column in pledges.c if column.name not in ("id", "contact_id")]
LOGGED = [column for column in audit_entries.c if column is not audit_entries.c.id]
_PERSON = {"address_hash": sa.String(), "contact_id": Id, "now": UtcDateTime()}


def _types(columns: list[sa.Column[Any]]) -> dict[str, Any]:
    return {column.name: column.type for column in columns}


def _step(v: Values) -> tuple[Value, ...]:
    """Nothing of it where another update was saved since `read_version`."""
    mine = dialogues.c.address_hash == v["address_hash"]
    v.unless(sa.exists().where(mine, dialogues.c.version != v["read_version"]))
    insert = v.insert(dialogues).values({column.name: v[column.name] for column in STATE})
    new = {column.name: insert.excluded[column.name] for column in STATE if column.name != "address_hash"}
    upsert = insert.on_conflict_do_update(
        index_elements=["address_hash"], set_=new, where=dialogues.c.version == v["read_version"]
    )
    saved = v.made(upsert, dialogues.c.version, mine)
    as_read = sa.exists(sa.select(saved))
    there = addresses.update().where(addresses.c.address_hash == v["address_hash"], v["status"].is_not(None), as_read)
    v.do(there.values(status=v["status"]))
    changed = contacts.update().where(contacts.c.id == v["contact_id"], v["changes"].is_not(None), as_read)
    v.do(changed.values({name: v.changed("changes", contacts.c[name]) for name in CHANGEABLE}))
    _note_taps(v, as_read)
    _note_actions(v, as_read)
    _note_asked(v, as_read)
    counting.count_returned(v, as_read)
    # Not "on conflict do nothing": whoever comes second at the same moment must be taken again (safety N4).
    used = sa.select(v["used_invite"], v["forget_on"]).where(v["used_invite"].is_not(None), as_read)
    v.do(v.insert(used_invites).from_select(["code_hash", "forget_on"], used))
    return (saved.c.version,)


def _note_actions(v: Values, as_read: Value) -> None:
    done, one = v.each("actions", _types(NOTED))
    rows = sa.select(*one.values()).select_from(done).where(~_noted(one, actions.c.kind == one["kind"]), as_read)
    v.do(v.insert(actions).from_select(list(one), rows))


def _noted(one: Mapping[str, Value], kind: Value) -> Value:
    """A unique constraint takes two NULLs for different, so each is looked for first; the version keeps two of the
    same person from running at once."""
    return sa.exists().where(
        actions.c.contact_id == one["contact_id"],
        actions.c.campaign_id.is_not_distinct_from(one["campaign_id"]),
        actions.c.day == one["day"],
        kind,
    )


def _note_taps(v: Values, as_read: Value) -> None:
    """One more for the room and the campaign on somebody's first tap of a day; before its actions are noted."""
    types = _types([actions.c.contact_id, actions.c.campaign_id, actions.c.day, room_figures.c.room_id])
    done, one = v.each("actions", types)
    subject = sa.literal(about_campaign(0)[:-1]).concat(sa.cast(one["campaign_id"], sa.String))
    tap = (one["room_id"], sa.literal(RoomFigure.TAPS.value), subject, sa.literal(1), v["updated_at"])
    rows = sa.select(*tap).select_from(done).distinct()
    before = _noted(one, actions.c.kind.in_([sa.literal(kind.value) for kind in (ActionKind.JOIN, ActionKind.TAP)]))
    rows = rows.where(one["campaign_id"].is_not(None), ~before, as_read)
    # A room that has gone meanwhile must not cost the person their answer.
    rows = rows.where(one["room_id"].in_(sa.select(rooms.c.id)))
    taps = v.insert(room_figures).from_select([column.name for column in room_figures.c], rows)
    more = {"count": room_figures.c.count + 1, "counted_at": taps.excluded.counted_at}
    v.do(taps.on_conflict_do_update(index_elements=["room_id", "figure", "subject"], set_=more))


def _note_asked(v: Values, as_read: Value) -> None:
    kinds, one = v.each("asked", {"topic": consent_questions.c.topic.type})
    rows = sa.select(v["contact_id"], one["topic"], v["updated_at"]).select_from(kinds).where(as_read)
    asked = v.insert(consent_questions).from_select(["contact_id", "topic", "asked_at"], rows)
    new = {"asked_at": asked.excluded.asked_at}
    v.do(asked.on_conflict_do_update(index_elements=["contact_id", "topic"], set_=new))


def _newcomer(v: Values) -> tuple[Value, ...]:
    known = {column.name: v[column.name] for column in contacts.c if column is not contacts.c.id}
    there = [column for column in addresses.c if column.name not in _LATER]
    made = v.made(v.insert(contacts).values(known), contacts.c.id, contacts.c.pseudonym == v["pseudonym"])
    rows = sa.select(made.c.id, *(v[column.name] for column in there)).select_from(made)
    names = ["contact_id", *(column.name for column in there)]
    address = v.made(
        v.insert(addresses).from_select(names, rows), addresses.c.id, addresses.c.address_hash == v["address_hash"]
    )
    theirs = pledges.c.contact_id == sa.select(made.c.id).scalar_subquery()
    pledge = v.made(_first_pledge(v, made), pledges.c.campaign_id, theirs)
    counting.wait_to_count(v, made)
    return tuple(sa.select(one).scalar_subquery() for one in (made.c.id, address.c.id, pledge.c.campaign_id))


def _first_pledge(v: Values, made: sa.FromClause) -> Any:
    kinds, one = v.each("kinds", {"kind": campaigns.c.kind.type})
    counted = campaigns.c.kind.in_(sa.select(one["kind"]).select_from(kinds))
    running = running_campaign(v["first_precinct"], counted).scalar_subquery()
    values = {column.name: v[f"first_{column.name}"] for column in PLEDGE}
    values["campaign_id"] = sa.func.coalesce(values["campaign_id"], running)
    row = sa.select(made.c.id, *values.values()).select_from(made).where(v["first_pledge"].is_not(None))
    return v.insert(pledges).from_select(["contact_id", *values], row)


def running_campaign(precinct: Value, counted: Value) -> sa.Select[Any]:
    """The one launched last of those `counted` that run there; the later id decides between two of one moment."""
    return (
        sa.select(campaigns.c.id)
        .where(
            campaign_targets.c.campaign_id == campaigns.c.id,
            campaign_targets.c.precinct == precinct,
            campaigns.c.status == CampaignStatus.RUNNING,
            counted,
        )
        .order_by(campaigns.c.launched_at.desc(), campaigns.c.id.desc())
        .limit(1)
    )


def _withdraw(v: Values, status: AddressStatus) -> None:
    """Topics never answered stay unanswered; a withdrawal counts as a no from now on.

    How often at most is kept: it asks for less.
    """
    v.do(addresses.update().where(addresses.c.contact_id == v["contact_id"]).values(status=sa.literal(status.value)))
    given = consents.update().where(consents.c.contact_id == v["contact_id"], consents.c.granted)
    given = given.where(consents.c.topic != sa.literal(Limit.ONCE_A_WEEK.value))
    v.do(given.values(granted=sa.false(), changed_at=v["now"]))


def _do_not_contact(v: Values, when: Value) -> None:
    # Without a WHERE SQLite takes ON CONFLICT for the condition of a join.
    row = sa.select(v["address_hash"], v["now"]).where(when)
    insert = v.insert(do_not_contact).from_select(["address_hash", "since"], row)
    v.do(insert.on_conflict_do_update(index_elements=["address_hash"], set_={"since": insert.excluded.since}))


def _stop(v: Values) -> tuple[Value, ...]:
    _do_not_contact(v, sa.true())
    v.do(push_subscriptions.delete().where(push_subscriptions.c.contact_id == v["contact_id"]))
    _withdraw(v, AddressStatus.OPTED_OUT)
    kinds = sa.union_all(*(sa.select(sa.literal(kind.value).label("topic")) for kind in CONSENT_KINDS)).subquery()
    rows = sa.select(v["contact_id"], kinds.c.topic, v["now"]).where(v["contact_id"].is_not(None))
    asked = v.insert(consent_questions).from_select(["contact_id", "topic", "asked_at"], rows)
    new = {"asked_at": asked.excluded.asked_at}
    v.do(asked.on_conflict_do_update(index_elements=["contact_id", "topic"], set_=new))
    return ()


def _come_back(v: Values) -> tuple[Value, ...]:
    """An imported opt-out leaves the consents alone, so that it can be undone; they end here at the latest."""
    for marks in (do_not_contact, imported_optouts):
        v.do(marks.delete().where(marks.c.address_hash == v["address_hash"]))
    _withdraw(v, AddressStatus.ACTIVE)
    return ()


def _leave(v: Values) -> tuple[Value, ...]:
    _remove(v, sa.true())
    return ()


def _remove(v: Values, when: Value) -> None:
    """The contact's row takes address, consents and staff rows along; counts lose their link by SET NULL."""
    counting.forget_unconfirmed(v)
    v.do(contacts.delete().where(contacts.c.id == v["contact_id"]))
    v.do(dialogues.delete().where(dialogues.c.address_hash == v["address_hash"]))
    for table in (inbox, imported_optouts):
        v.do(table.delete().where(table.c.address_hash == v["address_hash"], when))
    _do_not_contact(v, when)


def _refuse_age(v: Values) -> tuple[Value, ...]:
    """Of somebody who never joined nothing else is kept (safety C2)."""
    _remove(v, v["contact_id"].is_not(None))
    gate = v.insert(age_gates).values(address_hash=v["address_hash"], until=v["until"])
    v.do(gate.on_conflict_do_update(index_elements=["address_hash"], set_={"until": gate.excluded.until}))
    first = v.insert(counters).values(name=sa.literal(REFUSED_AGE), day=v["day"], count=sa.literal(1))
    v.do(first.on_conflict_do_update(index_elements=["name", "day"], set_={"count": counters.c.count + 1}))
    return ()


def _draft(v: Values) -> tuple[Value, ...]:
    """Nothing of it where somebody else changed the campaign; no entry where the log went on since it was read."""
    mine, as_read = campaigns.c.id == v["campaign_id"], campaigns.c.version == v["read_version"]
    v.unless(~sa.exists().where(mine, as_read))
    fields = {name: v[name] for name in ("title", "goal", "languages")}
    update = campaigns.update().where(mine, as_read).values(**fields, version=campaigns.c.version + 1)
    changed = v.made(update, campaigns.c.id, mine)
    is_changed = sa.exists(sa.select(changed))
    current = sa.select(posts.c.version).where(posts.c.id == v["post_id"]).scalar_subquery()
    of_post = (post_versions.c.post_id == v["post_id"], post_versions.c.version == current, is_changed)
    v.do(post_versions.update().where(*of_post).values(content=v["content"], content_hash=v["content_hash"]))
    row = sa.select(*(v[column.name] for column in LOGGED)).where(v["actor"].is_not(None), is_changed)
    entry = v.insert(audit_entries).from_select(LOGGED, row).on_conflict_do_nothing(index_elements=["previous_hash"])
    logged = v.made(entry, audit_entries.c.id, audit_entries.c.hash == v["hash"])
    return tuple(sa.select(one.c.id).scalar_subquery() for one in (changed, logged))


STEP = Compound(
    "dialogue_steps",
    {
        **_types([*STATE, used_invites.c.forget_on]),
        **counting.RETURNED,
        "read_version": sa.Integer(),
        "status": sa.String(),
        **dict.fromkeys(("changes", "actions", "asked"), sa.Text()),
        "used_invite": sa.String(),
    },
    _step,
)
NEWCOMERS = Compound(
    "newcomers",
    {
        **_types(NEWCOMER),
        **{f"first_{column.name}": column.type for column in PLEDGE},
        "kinds": sa.Text(),
        **counting.CAME,
    },
    _newcomer,
    (
        "(SELECT id FROM contacts WHERE contacts.pseudonym = newcomers.pseudonym)",
        "(SELECT id FROM addresses WHERE addresses.address_hash = newcomers.address_hash)",
        "(SELECT campaign_id FROM pledges, contacts c WHERE c.id = contact_id AND c.pseudonym = newcomers.pseudonym)",
    ),
)
STOP = Compound("stops", _PERSON, _stop)
COMING_BACK = Compound("coming_back", _PERSON, _come_back)
LEAVING = Compound("leaving", _PERSON, _leave)
REFUSAL = Compound("refused_ages", {**_PERSON, "until": UtcDateTime(), "day": sa.Date()}, _refuse_age)
DRAFT = Compound(
    "changed_drafts",
    {
        "campaign_id": Id,
        "read_version": sa.Integer(),
        **_types([campaigns.c.title, campaigns.c.goal, campaigns.c.languages]),
        **_types([post_versions.c.post_id, post_versions.c.content, post_versions.c.content_hash]),
        **_types(LOGGED),
    },
    _draft,
    ("campaign_id", "(SELECT id FROM audit_entries WHERE audit_entries.hash = changed_drafts.hash)"),
)
COMPOUNDS = (STEP, NEWCOMERS, STOP, COMING_BACK, LEAVING, REFUSAL, DRAFT, MOVE)
