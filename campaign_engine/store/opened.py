"""What the one read of a step brought, as its conversation knows it; inverse of the statement in store/dialogues.py."""

import functools
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from campaign_engine.domain.action import ActionKind, IfThen, PledgeCode
from campaign_engine.domain.audience import OPENED_FIRST
from campaign_engine.domain.contact import (
    AddressStatus,
    AgeBand,
    Answer,
    LessonCode,
    Person,
    RequestState,
    Role,
    RoleGrant,
    RoleRequest,
    Scope,
    ScopeKind,
    consent_kind,
)
from campaign_engine.domain.follow_up import FollowThrough, MadePlan
from campaign_engine.domain.roles import TRAINING
from campaign_engine.ports.people import Opened, SavedState
from campaign_engine.store.desk import desk_of, named_of
from campaign_engine.store.json_sql import moment


def opened(row: Mapping[str, Any]) -> Opened:
    """From the one object that a step's read selects."""
    contact, status = row["contact"] or {}, AddressStatus(row["status"]) if row["status"] else None
    return Opened(
        person=_person(row, contact, status),
        saved=SavedState(
            row["flow"] or "", row["field"] or "", row["data"] or {}, row["state_language"] or "", row["version"] or 0
        ),
        status=status,
        language_known=bool(contact.get("language") or row["state_language"]),
        named=named_of(row["named"]),
        desk=desk_of(row["desk"]),
        invite_used=bool(row["invite_used"]),
        **_known(contact),
    )


def _known(contact: Mapping[str, Any]) -> dict[str, Any]:
    if not contact:
        return {}
    return {
        "last_seen_at": _moment(contact["last_seen_at"]),
        "area_held_at": _moment(contact["area_held_at"]),
        "area_closed_at": _moment(contact["area_closed_at"]),
        "done_today": frozenset((ActionKind(kind), campaign_id) for kind, campaign_id in contact["done"] or ()),
        "unconfirmed": bool(contact["unconfirmed"]),
    }


def _person(row: Mapping[str, Any], contact: Mapping[str, Any], status: AddressStatus | None) -> Person:
    language = contact.get("language") or row["state_language"] or "en"
    opted_out = row["do_not_contact"] is not None or status is AddressStatus.OPTED_OUT
    blocked_until = _moment(row["blocked_until"])
    if not contact:
        return _stranger(language, opted_out, blocked_until)
    return Person(language=language, opted_out=opted_out, age_blocked_until=blocked_until, **_contact_of(contact))


@functools.lru_cache(256)
def _stranger(language: str, opted_out: bool, blocked_until: datetime | None) -> Person:
    """Made once for all of whom no more than this is known."""
    return Person(language=language, opted_out=opted_out, age_blocked_until=blocked_until)


def _contact_of(contact: Mapping[str, Any]) -> dict[str, Any]:
    """Inverse of `_contact`, by the names of a Person."""
    same = {name: contact[name] for name in ("contact_id", "address_id", "precinct", "site_id", "generation")}
    return {
        **same,
        "age_band": AgeBand(contact["age_band"]) if contact["age_band"] else None,
        "precinct_declined": bool(contact["precinct_declined"]),
        "site_name": contact["site_name"] or "",
        "paused_until": _moment(contact["paused_until"]),
        "joined_at": _moment(contact["joined_at"]),
        "answers": {
            consent_kind(kind): Answer(bool(granted), moment(changed_at))
            for kind, granted, changed_at in contact["answers"] or ()
        },
        "asked": {consent_kind(kind): moment(asked_at) for kind, asked_at in contact["asked"] or ()},
        "invites": {slot: date.fromisoformat(last_day) for slot, last_day in contact["invites"] or ()},
        "grants": tuple(
            RoleGrant(Role(role), Scope(ScopeKind(kind), value)) for role, kind, value in contact["grants"] or ()
        ),
        "handle": contact["handle"] or "",
        "request": _request(contact["request"] or ()),
        "thread": bool(contact["threaded"]) if contact["channel"] in OPENED_FIRST else None,
        "trained": [TRAINING] in (contact["trained"] or ()),
        "lessons": {LessonCode(code): reached for code, reached in contact["lessons"] or ()},
        **_pledged(contact["pledged"] or ()),
    }


def _pledged(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    pledged = sorted(rows, key=_last_chosen)
    return {
        "pledged": bool(pledged),
        "pledges": frozenset(PledgeCode(one[1]) for one in pledged),
        "pledge": PledgeCode(pledged[-1][1]) if pledged else None,
        "plan": IfThen(pledged[-1][2]) if pledged and pledged[-1][2] else None,
        "pledged_campaigns": frozenset(one[0] for one in pledged if one[0] is not None),
        "plans": tuple(_made_plan(*one) for one in pledged if one[2]),
    }


def _made_plan(campaign_id: int | None, _pledge: str, _plan: str, *more: Any) -> MadePlan:
    chosen_at, pledged_at, number, asked_at, outcome = more
    said = FollowThrough(outcome) if outcome else None
    return MadePlan(number, moment(chosen_at or pledged_at), campaign_id is not None, _moment(asked_at), said)


def _last_chosen(pledge: Sequence[Any]) -> tuple[datetime, int]:
    """A pledge that was changed is newer than one that was given later."""
    _, _, _, chosen_at, pledged_at, number, *_ = pledge
    return moment(chosen_at or pledged_at), number


def _request(rows: Sequence[Sequence[Any]]) -> RoleRequest | None:
    """At most one row, which the person's unique key sees to."""
    for state, role, precinct, until, handle in rows:
        return RoleRequest(RequestState(state), Role(role), precinct, cast(datetime, _moment(until)), handle)
    return None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)
