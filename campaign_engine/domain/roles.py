"""What each role may do: one table that the program asks and that docs/roles.md is written from (safety R1)."""

from collections.abc import Mapping
from enum import StrEnum

from campaign_engine.domain.contact import Role

TRAINING = "organizer-1"
"""Code of the training that an organizer needs; another number asks everybody again."""


class Capability(StrEnum):
    """One thing that some staff may do and others may not."""

    DRAFT = "draft"
    SEE_CAMPAIGNS = "see_campaigns"
    APPROVE = "approve"
    APPROVE_ADULT = "approve_adult"
    MOVE = "move"
    LINK_ROOMS = "link_rooms"
    READ_REPORTS = "read_reports"
    ANSWER_REQUESTS = "answer_requests"
    SITE_TOTAL = "site_total"
    READ_LOG = "read_log"


_C = Capability

MATRIX: Mapping[Role, frozenset[Capability]] = {
    Role.ORGANIZER: frozenset({_C.DRAFT, _C.SEE_CAMPAIGNS, _C.LINK_ROOMS, _C.READ_REPORTS}),
    Role.APPROVER: frozenset(
        {_C.SEE_CAMPAIGNS, _C.APPROVE, _C.MOVE, _C.LINK_ROOMS, _C.READ_REPORTS, _C.ANSWER_REQUESTS}
    ),
    Role.SAFETY_LEAD: frozenset(
        {*(_C.SEE_CAMPAIGNS, _C.APPROVE, _C.APPROVE_ADULT, _C.MOVE), *(_C.LINK_ROOMS, _C.READ_REPORTS)}
        | {_C.ANSWER_REQUESTS}
    ),
    Role.SITE_HOST: frozenset({_C.SITE_TOTAL}),
    Role.ANALYST: frozenset({_C.READ_REPORTS}),
    Role.ADMIN: frozenset({_C.LINK_ROOMS, _C.ANSWER_REQUESTS}),
    Role.AUDITOR: frozenset({_C.READ_LOG}),
}
"""Keys and settings are files of the server, so an admin's work there needs no capability of the chat."""


def roles_with(capability: Capability) -> tuple[Role, ...]:
    """In the order of Role."""
    return tuple(role for role in Role if capability in MATRIX[role])
