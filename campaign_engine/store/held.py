"""Everything kept about one person, in one read (safety C8)."""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from campaign_engine.domain.action import ActionKind, IfThen, PledgeCode
from campaign_engine.domain.contact import (
    AddressStatus,
    AgeBand,
    LessonCode,
    Role,
    RoleGrant,
    Scope,
    ScopeKind,
    consent_kind,
)
from campaign_engine.domain.follow_up import FollowThrough
from campaign_engine.domain.lesson import DONE
from campaign_engine.domain.message import Destination
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.people import Held, HeldPledge
from campaign_engine.store.json_sql import Json, moment
from campaign_engine.store.tables import (
    actions,
    addresses,
    area_cards,
    campaigns,
    consent_questions,
    consents,
    contacts,
    deliveries,
    do_not_contact,
    follow_ups,
    imported_optouts,
    inbox,
    invite_slots,
    joint_joins,
    joint_words,
    joints,
    lesson_progress,
    move_codes,
    pledges,
    recent_signups,
    role_grants,
    series_steps,
    sites,
    staff_members,
    staff_sessions,
)

_TITLE = sa.select(campaigns.c.title).where(campaigns.c.id == pledges.c.campaign_id).scalar_subquery()
_JOINT = (
    *(
        sa.select(joints.c[name]).where(joints.c.id == joint_joins.c.joint_id).scalar_subquery()
        for name in ("precinct", "goal")
    ),
    sa.select(sa.func.count())
    .where(joint_words.c.joint_id == joint_joins.c.joint_id, joint_words.c.contact_id == joint_joins.c.contact_id)
    .scalar_subquery(),
)
"""Of the pledge that somebody is in, and whether its message went to them."""

_PLACE = {code.value: place for place, code in enumerate(LessonCode)}
_LISTS: Mapping[str, Sequence[Any]] = {
    "topics": (consents.c.topic, consents.c.granted, consents.c.changed_at),
    "asked": (consent_questions.c.topic, consent_questions.c.asked_at),
    "pledges": (pledges.c.id, pledges.c.pledge, pledges.c.if_then, _TITLE, pledges.c.pledged_at),
    "actions": (actions.c.id, actions.c.kind, actions.c.day),
    "grants": (role_grants.c.id, role_grants.c.role, role_grants.c.scope_kind, role_grants.c.scope_value),
    "lessons": (sa.case(_PLACE, value=lesson_progress.c.lesson), lesson_progress.c.lesson, lesson_progress.c.reached),
    "lessons_sent": (series_steps.c.lesson,),
    "areas_told": (area_cards.c.precinct, area_cards.c.shown),
    "follow_ups": (follow_ups.c.asked_at, follow_ups.c.outcome),
    "joints": (joint_joins.c.joint_id, *_JOINT, joint_joins.c.joined_on),
    "invites": (invite_slots.c.slot, invite_slots.c.last_day),
    "messages": (deliveries.c.id,),
    "sign_ins": (staff_sessions.c.expires_at,),
}
"""Rows of the person by name, in order of the first column."""

_READ: Mapping[str, Callable[..., Any]] = {
    "topics": lambda topic, granted, at: (consent_kind(topic), bool(granted), to_wall(moment(at)).date()),
    "asked": lambda topic, at: (consent_kind(topic), to_wall(moment(at)).date()),
    "pledges": lambda _, pledge, plan, title, at: HeldPledge(
        PledgeCode(pledge), IfThen(plan) if plan else None, title or "", to_wall(moment(at)).date()
    ),
    "actions": lambda _, kind, day: (ActionKind(kind), moment(day).date()),
    "grants": lambda _, role, kind, value: RoleGrant(Role(role), Scope(ScopeKind(kind), value)),
    "lessons": lambda _, lesson, reached: (LessonCode(lesson), reached >= DONE),
    "lessons_sent": lambda lesson: lesson,
    "areas_told": lambda precinct, shown: (precinct, shown),
    "follow_ups": lambda at, outcome: (to_wall(moment(at)).date(), FollowThrough(outcome) if outcome else None),
    "joints": lambda _, precinct, goal, told, day: (precinct, goal, bool(told), moment(day).date()),
    "invites": lambda _, last_day: moment(last_day).date(),
    "messages": lambda number: number,
    "sign_ins": lambda until: to_wall(moment(until)),
}


async def held(connection: AsyncConnection, who: Destination, address_hash: str) -> Held:
    """One statement."""
    row = (await connection.execute(_everything(connection.dialect.name), {"hash": address_hash})).one()
    marks: dict[str, Any] = {
        "stopped": row.stopped is not None,
        "listed": bool(row.listed),
        "waiting_posts": row.waiting_posts,
    }
    if row.pseudonym is None:
        return Held(who, **marks)
    found: dict[str, Any] = {
        name: tuple(read(*one) for one in sorted(json.loads(getattr(row, name) or "[]"), key=lambda one: one[0]))
        for name, read in _READ.items()
    }
    return Held(
        who,
        pseudonym=row.pseudonym,
        status=AddressStatus(row.status),
        age_band=AgeBand(row.age_band) if row.age_band else None,
        language=row.language,
        precinct=row.precinct,
        precinct_declined=row.precinct_declined,
        site=row.site or "",
        generation=row.generation,
        paused_until=row.paused_until,
        joined_on=to_wall(row.created_at).date(),
        last_seen_on=to_wall(row.last_seen_at).date(),
        handle=row.handle or "",
        by_page=None if row.by_page is None else bool(row.by_page),
        may_move=bool(row.may_move),
        in_tab=bool(row.in_tab),
        **{**found, "messages": len(found["messages"]), **marks},
    )


@functools.cache
def _everything(dialect: str) -> sa.Select[Any]:
    as_json, who = Json(dialect), sa.select(sa.bindparam("hash", type_=sa.String).label("hash")).subquery("who")
    source: Any = who
    for table, matches in (
        (addresses, addresses.c.address_hash == who.c.hash),
        (contacts, contacts.c.id == addresses.c.contact_id),
        (do_not_contact, do_not_contact.c.address_hash == who.c.hash),
        (sites, sites.c.id == contacts.c.site_id),
        (staff_members, staff_members.c.contact_id == contacts.c.id),
        (recent_signups, recent_signups.c.contact_id == contacts.c.id),
        (move_codes, move_codes.c.contact_id == contacts.c.id),
    ):
        source = source.outerjoin(table, matches)
    return sa.select(
        *(column for column in contacts.c if column.name != "id"),
        addresses.c.status,
        addresses.c.in_tab,
        do_not_contact.c.since.label("stopped"),
        sites.c.name.label("site"),
        staff_members.c.handle,
        recent_signups.c.counts.label("by_page"),
        move_codes.c.expires_at.label("may_move"),
        *(_count(table, who).label(name) for name, table in (("listed", imported_optouts), ("waiting_posts", inbox))),
        *(_rows(as_json, columns).label(name) for name, columns in _LISTS.items()),
    ).select_from(source)


def _count(table: sa.Table, who: sa.Subquery) -> Any:
    there = sa.select(sa.func.count()).select_from(table).where(table.c.address_hash == who.c.hash)
    return there.correlate(who).scalar_subquery()


def _rows(as_json: Json, columns: Sequence[Any]) -> Any:
    table = columns[-1].table
    rows = sa.select(as_json.gathered(as_json.array(*columns))).where(table.c.contact_id == contacts.c.id)
    return sa.cast(rows.correlate(contacts).scalar_subquery(), sa.Text)
