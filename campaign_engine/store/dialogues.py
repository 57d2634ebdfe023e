"""Dialogue states and updates already seen.

A step costs two statements, `open` (the de-duplication insert returns the joined read) and `save` (the state with
what it changed of its person), and at most one in between for what was answered.
"""

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.exc import IntegrityError

from campaign_engine.domain.codes import plain_code
from campaign_engine.domain.confirming import clock_hour
from campaign_engine.domain.inviting import LIFE
from campaign_engine.domain.message import Destination
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.desk import NOTHING, Sought
from campaign_engine.ports.people import Opened, Outcome
from campaign_engine.store.compound import document
from campaign_engine.store.compounds import STEP
from campaign_engine.store.confirming import CONFIRMED
from campaign_engine.store.desk import desk, named
from campaign_engine.store.json_sql import Json
from campaign_engine.store.opened import opened
from campaign_engine.store.short import Short
from campaign_engine.store.tables import (
    actions,
    addresses,
    age_gates,
    consent_questions,
    consents,
    contacts,
    dialogues,
    do_not_contact,
    follow_ups,
    holds,
    invite_slots,
    lesson_progress,
    pledges,
    role_grants,
    role_requests,
    seen_updates,
    sites,
    staff_members,
    trainings,
    used_invites,
)
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert_for

_OWN_SITE = sites.alias("own_site")
_PLEDGE = ("campaign_id", "pledge", "if_then", "chosen_at", "pledged_at", "id")
_KEEP_USED = LIFE + timedelta(days=1)
_REQUEST = ("state", "role", "precinct", "expires_at", "answered_by")


class SqlDialoguesRepository(Transaction):
    """Dialogue states and updates already seen."""

    _hashes: Mapping[tuple[str, str], str] = MappingProxyType({})

    async def open(self, who: Destination, update_id: str, now: datetime, sought: Sought = NOTHING) -> Opened | None:
        """No row comes back when the update was seen before."""
        keys = self._keys(who, now, sought)
        # By a keyed hash over its sender: ids that a page makes up cannot collide.
        mark = self._cipher.code_hash(f"update:{keys['hash']}:{update_id}")
        marked = {**keys, "channel": who.channel, "update_id": mark, "seen_at": now}
        row = await _OPEN.row(self._connection, marked)
        return None if row is None else opened(from_json(row[0]))

    async def look(self, who: Destination, now: datetime) -> Opened:
        """See the port."""
        row = await _LOOK.row(self._connection, self._keys(who, now, NOTHING))
        return opened(from_json(row[0]))

    async def save(self, who: Destination, outcome: Outcome, now: datetime) -> bool:
        """One statement; its upsert matches only the version that was read."""
        try:
            return await self._saved(who, outcome, now)
        except IntegrityError:
            # Somebody else used the same invite at this moment.
            return False

    async def _saved(self, who: Destination, outcome: Outcome, now: datetime) -> bool:
        state = outcome.state
        row = {
            "address_hash": self._hash(who),
            "contact_id": outcome.contact_id,
            "flow": state.flow,
            "field": state.field,
            "data": dict(state.data),
            "language": state.language,
            "version": state.version + 1,
            "updated_at": now,
        }
        if not outcome.tells_more:
            return await _SAVE.row(self._connection, _new(row, read_version=state.version)) is not None
        saved = await STEP.run(
            self._connection,
            **row,
            read_version=state.version,
            status=outcome.status,
            changes=document(self._dialect, outcome.changes) if outcome.changes else None,
            actions=document(self._dialect, [dataclasses.asdict(action) for action in outcome.actions]),
            asked=document(self._dialect, [{"topic": kind} for kind in outcome.asked]),
            used_invite=outcome.used_invite or None,
            returned_from=outcome.returned_from or None,
            today=to_wall(now).date(),
            this_hour=clock_hour(now).isoformat(),
            forget_on=to_wall(now).date() + _KEEP_USED,
        )
        return saved is not None

    async def forget(self, who: Destination, version: int) -> bool:
        """At most one delete."""
        if not version:
            return True
        mine = dialogues.c.address_hash == self._hash(who)
        gone = await self._connection.execute(sa.delete(dialogues).where(mine, dialogues.c.version == version))
        return bool(gone.rowcount)

    async def forget_old(self, seen_before: datetime, states_before: datetime) -> int:
        """See the port."""
        seen = await self._connection.execute(sa.delete(seen_updates).where(seen_updates.c.seen_at < seen_before))
        states = await self._connection.execute(sa.delete(dialogues).where(dialogues.c.updated_at < states_before))
        return seen.rowcount + states.rowcount

    def _hash(self, who: Destination) -> str:
        """Made once for all that a step asks about one person."""
        key = (who.channel, who.address)
        if key not in self._hashes:
            self._hashes = {key: self._cipher.lookup(*key)}
        return self._hashes[key]

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name

    def _keys(self, who: Destination, now: datetime, sought: Sought) -> dict[str, Any]:
        return {
            "hash": self._hash(who),
            "day": to_wall(now).date(),
            "now": now,
            "code": plain_code(sought.code) or None,
            "post_id": sought.post_id,
            "room": self._cipher.lookup(who.channel, sought.room) if sought.room else None,
            "move": self._cipher.code_hash(sought.move) if sought.move else None,
        }


def _open_statement(dialect: str) -> Any:
    mark = insert_for(dialect, seen_updates).values(
        {name: sa.bindparam(name) for name in ("channel", "update_id", "seen_at")}
    )
    return mark.on_conflict_do_nothing().returning(_everything(dialect).scalar_subquery())


_OPEN = Short(_open_statement)


def _new(row: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    """Under a column's own name SQLAlchemy would take a value for that column's."""
    return {**{f"new_{name}": value for name, value in row.items()}, **values}


def _save_statement(dialect: str) -> Any:
    """The state alone, and nothing where another update was saved since `read_version`."""
    row = {column.name: sa.bindparam(f"new_{column.name}", type_=column.type) for column in dialogues.c}
    insert = insert_for(dialect, dialogues).values(row)
    new = {name: insert.excluded[name] for name in row if name != "address_hash"}
    as_read = dialogues.c.version == sa.bindparam("read_version", type_=sa.Integer)
    return insert.on_conflict_do_update(index_elements=["address_hash"], set_=new, where=as_read).returning(
        dialogues.c.version
    )


_SAVE = Short(_save_statement)


def _everything(dialect: str) -> sa.Select[Any]:
    """One row with one text: a JSON object, because a RETURNING clause takes a scalar only."""
    as_json = Json(dialect)
    columns: dict[str, Any] = {
        "status": addresses.c.status,
        "do_not_contact": do_not_contact.c.since,
        "blocked_until": age_gates.c.until,
        "flow": dialogues.c.flow,
        "field": dialogues.c.field,
        "data": as_json.stored(dialogues.c.data),
        "state_language": dialogues.c.language,
        "version": dialogues.c.version,
        "invite_used": _invite_used(),
        "contact": sa.case((contacts.c.id.is_not(None), as_json.object(**_contact(as_json)))),
        "desk": desk(as_json),
        "named": named(as_json),
    }
    return sa.select(sa.cast(as_json.object(**columns), sa.Text)).select_from(_joined())


def _contact(as_json: Json) -> dict[str, Any]:
    """What is kept of a contact; of anybody else none of it is looked for."""
    return {
        "contact_id": contacts.c.id,
        "address_id": addresses.c.id,
        "channel": addresses.c.channel,
        "threaded": sa.case((addresses.c.thread_cipher.is_not(None), 1), else_=0),
        "age_band": contacts.c.age_band,
        "language": contacts.c.language,
        "precinct": contacts.c.precinct,
        "precinct_declined": contacts.c.precinct_declined,
        "site_id": contacts.c.site_id,
        "generation": contacts.c.generation,
        "site_name": _OWN_SITE.c.name,
        "paused_until": contacts.c.paused_until,
        "joined_at": contacts.c.created_at,
        "last_seen_at": contacts.c.last_seen_at,
        "handle": staff_members.c.handle,
        **_lists(as_json),
        "area_held_at": _area_held_at(),
        "area_closed_at": _area_held_at(holds.c.ended_at.is_(None)),
        "unconfirmed": sa.case((~CONFIRMED, 1), else_=0),
    }


_LOOK = Short(_everything)


def _lists(as_json: Json) -> dict[str, Any]:
    """Rows about the person."""
    contact_id = contacts.c.id
    return {
        "answers": _list(as_json, consents, contact_id, consents.c.topic, consents.c.granted, consents.c.changed_at),
        "asked": _list(as_json, consent_questions, contact_id, consent_questions.c.topic, consent_questions.c.asked_at),
        "pledged": _list(as_json, pledges, contact_id, *(pledges.c[name] for name in _PLEDGE), *_asked_about()),
        "invites": _list(as_json, invite_slots, contact_id, invite_slots.c.slot, invite_slots.c.last_day),
        "grants": _list(
            as_json, role_grants, contact_id, role_grants.c.role, role_grants.c.scope_kind, role_grants.c.scope_value
        ),
        "request": _list(as_json, role_requests, contact_id, *(role_requests.c[name] for name in _REQUEST)),
        "lessons": _list(as_json, lesson_progress, contact_id, lesson_progress.c.lesson, lesson_progress.c.reached),
        "trained": _list(as_json, trainings, contact_id, trainings.c.code),
        "done": _list(as_json, actions, contact_id, actions.c.kind, actions.c.campaign_id),
    }


def _joined() -> sa.FromClause:
    """One row, whatever exists; ON is text because inside RETURNING SQLAlchemy drops its table names on SQLite."""
    source: Any = sa.select(sa.bindparam("hash", type_=sa.String).label("hash")).subquery("who")
    for table, matches in (
        (addresses, "addresses.address_hash = who.hash"),
        (contacts, "contacts.id = addresses.contact_id"),
        (dialogues, "dialogues.address_hash = who.hash"),
        (do_not_contact, "do_not_contact.address_hash = who.hash"),
        (age_gates, "age_gates.address_hash = who.hash"),
        (staff_members, "staff_members.contact_id = contacts.id"),
        (_OWN_SITE, "own_site.id = contacts.site_id"),
    ):
        source = source.outerjoin(table, sa.text(matches))
    return cast(sa.FromClause, source)


def _area_held_at(*which: sa.ColumnElement[bool]) -> Any:
    newest = sa.select(sa.func.max(holds.c.renewed_at)).where(holds.c.precinct == contacts.c.precinct, *which)
    return newest.correlate(contacts).scalar_subquery()


def _invite_used() -> Any:
    used = sa.exists().where(used_invites.c.code_hash == dialogues.c.data["invite"].as_string())
    return sa.case((used.correlate(dialogues), 1), else_=0)


def _asked_about() -> Any:
    """When a pledge was asked about, and what came of it."""
    mine = follow_ups.c.pledge_id == pledges.c.id
    columns = (follow_ups.c.asked_at, follow_ups.c.outcome)
    return (sa.select(each).where(mine).correlate(pledges).scalar_subquery() for each in columns)


def _list(as_json: Json, table: sa.Table, contact_id: sa.ColumnElement[int], *columns: sa.ColumnElement[Any]) -> Any:
    """The contact's rows of a table as a JSON array of arrays; null or empty when there are none."""
    rows = sa.select(as_json.gathered(as_json.array(*columns))).where(table.c.contact_id == contact_id)
    if table is actions:
        rows = rows.where(actions.c.day == sa.bindparam("day", type_=sa.Date))
    return rows.correlate(contacts).scalar_subquery()
