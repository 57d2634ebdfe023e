"""The desk of staff and what an update names, as JSON within the one read of a step."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.automatic_texts import TextKey
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus, PostSource, PostStatus
from campaign_engine.domain.contact import AddressStatus, RequestState, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.joint import JointStatus
from campaign_engine.domain.moving import Mover
from campaign_engine.domain.permission import OPEN
from campaign_engine.domain.roles import Capability, roles_with
from campaign_engine.domain.volunteering import OpenRequest
from campaign_engine.ports.desk import Desk, Named, WaitingCampaign
from campaign_engine.ports.planning import StoredRanking
from campaign_engine.store.approvals import STILL_WAITS
from campaign_engine.store.audit import head_hash
from campaign_engine.store.campaigns import CURRENT, draft_of, drafts
from campaign_engine.store.json_sql import Json
from campaign_engine.store.moving import live
from campaign_engine.store.rooms import room_of, shown
from campaign_engine.store.signups import replaced_code
from campaign_engine.store.sites import named_site, site_of
from campaign_engine.store.tables import (
    addresses,
    campaign_targets,
    campaigns,
    contacts,
    dialogues,
    joints,
    move_codes,
    post_versions,
    posts,
    rankings,
    role_grants,
    role_requests,
    rooms,
    text_approvals,
    translators,
)
from campaign_engine.store.targeting import ranking_of
from campaign_engine.store.team import ADULT

_DRAFT = ("languages", "content")
_NOTHING = Named()


def desk(json: Json) -> Any:
    """Null for everybody without a role: nothing of it is read then."""
    is_staff = sa.exists().where(role_grants.c.contact_id == contacts.c.id).correlate(contacts)
    found = json.object(
        draft=_own_draft(json),
        waiting=_waiting(json),
        joints=_joints(json),
        own_waits=_own_waits(),
        asked=_asked(json),
        ranking=_ranking(json),
        requests=_requests(json),
        team=_team(json),
        texts=sa.select(json.gathered(json.array(*_text_key()))).scalar_subquery(),
        log_head=head_hash(),
    )
    return sa.case((is_staff, found), else_=None)


def named(json: Json) -> Any:
    """By the parameters `code`, `post_id`, `room` and `move`; null where none of them is given, for what is not found
    too."""
    code, room, move = (sa.bindparam(name, type_=sa.String) for name in ("code", "room", "move"))
    post_id = sa.bindparam("post_id", type_=posts.c.id.type)
    there = sa.select(*shown()).where(rooms.c.address_hash == room)
    found = json.object(
        site=json.one(_as_object(json, named_site(code).limit(1))),
        post=json.one(_post(json, post_id)),
        room=json.one(_as_object(json, there)),
        mover=json.one(_mover(json, move)),
        is_old=sa.case((replaced_code(code), 1), else_=0),
    )
    return sa.case((sa.func.coalesce(code, sa.cast(post_id, sa.String), room, move).is_not(None), found))


def _as_object(json: Json, found: sa.Select[Any], *stored: str) -> sa.Select[Any]:
    """The same row as one JSON object; `stored` are columns that hold JSON."""
    columns = {
        column.name: json.stored(column) if column.name in stored else column for column in found.selected_columns
    }
    return found.with_only_columns(json.object(**columns))


def _mover(json: Json, move: sa.ColumnElement[str]) -> sa.Select[Any]:
    """Whom a live code moves, with the state of their dialogue."""
    mover, theirs, said = contacts.alias("mover"), addresses.alias("theirs"), dialogues.alias("said")
    state = json.array(said.c.flow, said.c.field, json.stored(said.c.data))
    open_state = sa.select(state).where(said.c.address_hash == theirs.c.address_hash).correlate(theirs)
    is_staff = sa.exists().where(role_grants.c.contact_id == mover.c.id).correlate(mover)
    found = json.object(
        contact_id=mover.c.id,
        code_hash=move_codes.c.code_hash,
        language=mover.c.language,
        is_staff=sa.case((is_staff, 1), else_=0),
        stopped=sa.case((theirs.c.status == AddressStatus.OPTED_OUT, 1), else_=0),
        state=json.one(open_state),
    )
    now = sa.bindparam("now", type_=move_codes.c.expires_at.type)
    return sa.select(found).where(
        live(move, now),
        mover.c.id == move_codes.c.contact_id,
        theirs.c.contact_id == mover.c.id,
    )


def _post(json: Json, post_id: sa.ColumnElement[int]) -> sa.Select[Any]:
    """Of the newest approved version."""
    pledge = post_versions.c.content["pledge"].as_string()
    return (
        sa.select(json.array(*(campaigns.c[name] for name in ("id", "title", "status", "kind")), pledge))
        .where(
            posts.c.id == post_id,
            posts.c.campaign_id == campaigns.c.id,
            post_versions.c.post_id == posts.c.id,
            post_versions.c.approved_at.is_not(None),
        )
        .order_by(post_versions.c.version.desc())
        .limit(1)
    )


def _own_draft(json: Json) -> Any:
    mine = drafts().where(post_versions.c.author_id == contacts.c.id)
    newest = _as_object(json, mine, *_DRAFT).order_by(post_versions.c.created_at.desc(), posts.c.id.desc()).limit(1)
    return json.one(newest.correlate(contacts))


def _asked(json: Json) -> Any:
    asked = drafts().where(post_versions.c.content["asked"][0].as_string().is_not(None))
    (one,) = _as_object(json, asked, *_DRAFT).selected_columns
    return asked.with_only_columns(json.gathered(one)).scalar_subquery()


def _waiting(json: Json) -> Any:
    of_campaign = posts.c.campaign_id == campaigns.c.id
    authors = sa.select(json.gathered(post_versions.c.author_id)).where(of_campaign, CURRENT).correlate(campaigns)
    targets = sa.select(json.gathered(campaign_targets.c.precinct))
    targets = targets.where(campaign_targets.c.campaign_id == campaigns.c.id).correlate(campaigns)
    translated = sa.select(json.gathered(translators.c.contact_id))
    translated = translated.where(of_campaign, translators.c.post_id == posts.c.id).correlate(campaigns)
    people = (campaigns.c.author_id, authors.scalar_subquery(), translated.scalar_subquery())
    one = json.array(campaigns.c.kind, *people, targets.scalar_subquery())
    submitted = sa.exists().where(of_campaign, posts.c.status == PostStatus.SUBMITTED).correlate(campaigns)
    found = sa.select(json.gathered(one)).where(campaigns.c.status.in_(sorted(OPEN)), submitted)
    return found.scalar_subquery()


def _joints(json: Json) -> Any:
    one = json.array(joints.c.author_id, joints.c.precinct)
    return sa.select(json.gathered(one)).where(joints.c.status == JointStatus.SUBMITTED).scalar_subquery()


def _own_waits() -> Any:
    return (
        sa.select(sa.func.count(sa.distinct(posts.c.campaign_id)))
        .where(
            campaigns.c.author_id == contacts.c.id,
            STILL_WAITS,
        )
        .correlate(contacts)
        .scalar_subquery()
    )


def _ranking(json: Json) -> Any:
    newest = sa.select(rankings).order_by(rankings.c.id.desc()).limit(1)
    return json.one(_as_object(json, newest, "rule", "entries"))


def _requests(json: Json) -> Any:
    names = ("id", "contact_id", "role", "precinct")
    asker = contacts.alias("asker")
    one = json.array(*(role_requests.c[name] for name in names), asker.c.age_band)
    found = sa.select(json.gathered(one)).where(
        asker.c.id == role_requests.c.contact_id,
        role_requests.c.state == RequestState.OPEN,
        role_requests.c.expires_at > sa.bindparam("now", type_=role_requests.c.expires_at.type),
    )
    return found.scalar_subquery()


def _team(json: Json) -> Any:
    names = ("contact_id", "role", "scope_kind", "scope_value")
    granted = role_grants.alias("granted")
    one = json.array(*(granted.c[name] for name in names))
    deciding = granted.c.role.in_(roles_with(Capability.ANSWER_REQUESTS))
    return sa.select(json.gathered(one)).where(deciding).scalar_subquery()


def _text_key() -> tuple[sa.Column[str], ...]:
    return (text_approvals.c.name, text_approvals.c.language, text_approvals.c.hash)


def desk_of(row: Mapping[str, Any] | None) -> Desk | None:
    """Inverse of `desk`."""
    if row is None:
        return None
    asked = sorted((_namespace(one) for one in row["asked"] or ()), key=lambda one: (one.id, one.post_id))
    return Desk(
        draft=draft_of(_namespace(row["draft"])) if row["draft"] else None,
        waiting=tuple(
            WaitingCampaign(
                CampaignKind(kind),
                frozenset({author or 0, *(one or 0 for one in (*authors, *(translated or ())))}),
                tuple(area),
            )
            for kind, author, authors, translated, area in row["waiting"] or ()
            if area
        ),
        joints=tuple(
            WaitingCampaign(CampaignKind.PLEDGE, frozenset({author or 0}), (precinct,))
            for author, precinct in row["joints"] or ()
        ),
        asked=tuple((one.author_id or 0, draft_of(one)) for one in asked),
        own_waits=row["own_waits"] or 0,
        ranking=_stored_ranking(row["ranking"]) if row["ranking"] else None,
        requests=tuple(
            OpenRequest(number, contact_id, Role(role), precinct, age_band in ADULT)
            for number, contact_id, role, precinct, age_band in sorted(row["requests"] or ())
        ),
        team=_team_of(row["team"] or ()),
        approved_texts=frozenset(TextKey(*key) for key in row["texts"] or ()),
        log_head=row["log_head"] or "",
    )


def named_of(row: Mapping[str, Any] | None) -> Named:
    """Inverse of `named`."""
    if row is None:
        return _NOTHING
    site, post, room = row["site"], row["post"], row["room"]
    return Named(
        site=site_of(_namespace(site)) if site else None,
        post=_post_of(*post) if post else None,
        room=room_of(_namespace(room)) if room else None,
        mover=_mover_of(row["mover"]) if row["mover"] else None,
        is_old=bool(row["is_old"]),
    )


def _mover_of(row: Mapping[str, Any]) -> Mover:
    flow, field, data = row["state"] or ("", "", {})
    is_staff, stopped = bool(row["is_staff"]), bool(row["stopped"])
    return Mover(row["contact_id"], row["code_hash"], row["language"], is_staff, flow, field, data, stopped)


def _post_of(campaign_id: int, title: str, status: str, kind: str, pledge: str | None) -> PostSource:
    asked = PledgeCode(pledge) if pledge else None
    return PostSource(campaign_id, title, asked, CampaignStatus(status), CampaignKind(kind))


def _stored_ranking(row: Mapping[str, Any]) -> StoredRanking:
    found = _namespace({**row, "data_through": date.fromisoformat(row["data_through"])})
    return StoredRanking(found.id, ranking_of(found))


def _team_of(rows: Any) -> Mapping[int, tuple[RoleGrant, ...]]:
    found: dict[int, list[RoleGrant]] = defaultdict(list)
    for contact_id, role, kind, value in rows:
        found[contact_id].append(RoleGrant(Role(role), Scope(ScopeKind(kind), value)))
    return {contact_id: tuple(grants) for contact_id, grants in found.items()}


def _namespace(row: Mapping[str, Any]) -> Any:
    return SimpleNamespace(**row)
