"""What each role may do: one table that the program asks and that docs/roles.md is written from (safety R1)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from campaign_engine.domain.contact import Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.errors import InvalidInput

TRAINING = "organizer-1"
"""Code of the training that an organizer needs; another number asks everybody again."""


class Capability(StrEnum):
    """One thing that some staff may do and others may not; always within the scope of the role."""

    DRAFT = "draft"
    SEE_CAMPAIGNS = "see_campaigns"
    APPROVE = "approve"
    APPROVE_ADULT = "approve_adult"
    MOVE = "move"
    HOLD = "hold"
    STOP_EVERYTHING = "stop_everything"
    LINK_ROOMS = "link_rooms"
    READ_REPORTS = "read_reports"
    ANSWER_REQUESTS = "answer_requests"
    ANSWER_ADULTS = "answer_adults"
    SITE_TOTAL = "site_total"
    OPEN_WINDOW = "open_window"
    READ_LOG = "read_log"


_C = Capability
_PEER = frozenset({_C.SEE_CAMPAIGNS, _C.HOLD, _C.STOP_EVERYTHING, _C.LINK_ROOMS, _C.READ_REPORTS})
_READER = _PEER | {_C.APPROVE, _C.MOVE, _C.ANSWER_REQUESTS}

MATRIX: Mapping[Role, frozenset[Capability]] = {
    Role.ORGANIZER: _PEER | {_C.DRAFT},
    Role.APPROVER: _READER,
    Role.SAFETY_LEAD: _READER | {_C.APPROVE_ADULT, _C.ANSWER_ADULTS},
    Role.SITE_HOST: frozenset({_C.SITE_TOTAL, _C.OPEN_WINDOW}),
    Role.ANALYST: frozenset({_C.READ_REPORTS}),
    Role.ADMIN: frozenset({_C.STOP_EVERYTHING, _C.LINK_ROOMS, _C.ANSWER_REQUESTS, _C.ANSWER_ADULTS}),
    Role.AUDITOR: frozenset({_C.READ_LOG}),
}
"""Keys, settings and invites are commands on the server, so an admin's work there is no capability of the chat."""


def roles_with(capability: Capability) -> tuple[Role, ...]:
    """In the order of Role."""
    return tuple(role for role in Role if capability in MATRIX[role])


class Granted(Protocol):
    """Whoever holds roles: a person, or a session of the pages."""

    @property
    def grants(self) -> tuple[RoleGrant, ...]:
        """Their roles, each with its scope."""


def may(person: Granted, capability: Capability) -> bool:
    """In some scope; combined roles add up, and nothing else does."""
    return any(capability in MATRIX[grant.role] for grant in person.grants)


def check_scope(role: Role, scope: Scope) -> None:
    """Raise InvalidInput for a role in an area that it cannot have."""
    if (role is Role.SITE_HOST) != (scope.kind is ScopeKind.SITE):
        raise InvalidInput(
            "A site host has a site, and nobody else has.",
            "Use city, borough:Bronx, precinct:75 or, for a site host, site:3.",
        )
    if role is Role.AUDITOR and scope.kind is not ScopeKind.CITY:
        raise InvalidInput("There is one log for the whole city.", "Leave --scope out for an auditor.")
