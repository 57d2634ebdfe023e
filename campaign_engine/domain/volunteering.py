"""Asking "I want to organize": who may ask for which role, and who answers for an area (safety R1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from campaign_engine.domain.contact import AgeBand, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.permission import precincts_in
from campaign_engine.domain.roles import MATRIX, Capability

REQUEST_LIFE = timedelta(days=14)
"""How long a request waits for an answer, and how long after a "not now" the next one may come."""

INVITE_LIFE = timedelta(days=7)
"""How long an invite can be taken, whoever gave it."""

_OFFERED = {
    AgeBand.FROM_16: Role.ORGANIZER,
    AgeBand.FROM_18: Role.ORGANIZER,
    AgeBand.FROM_22: Role.APPROVER,
}
_NEAREST_FIRST = (ScopeKind.PRECINCT, ScopeKind.BOROUGH, ScopeKind.CITY)


def offered_role(age_band: AgeBand | None) -> Role | None:
    """From 16 on; 22 and older are offered an adult's role; None for those who cannot ask (safety C3)."""
    return _OFFERED.get(age_band) if age_band is not None else None


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """As those who answer see it: an area, a role and a wide age; `contact_id` never leaves the services."""

    id: int
    contact_id: int
    role: Role
    precinct: int
    adult: bool

    @property
    def grant(self) -> RoleGrant:
        """What an invite gives: this role in this one precinct."""
        return RoleGrant(self.role, Scope(ScopeKind.PRECINCT, str(self.precinct)))


def answering(request: OpenRequest, team: Mapping[int, tuple[RoleGrant, ...]]) -> frozenset[int]:
    """Contact ids of the area's approvers and safety leads with the smallest scope, else of its admins.

    Whoever asks is never among them. An adult who asks to approve is answered by a safety lead or an admin.
    """
    wanted = Capability.ANSWER_REQUESTS if request.role is Role.ORGANIZER else Capability.ANSWER_ADULTS
    near = {
        contact_id: [
            grant for grant in grants if wanted in MATRIX[grant.role] and request.precinct in precincts_in(grant.scope)
        ]
        for contact_id, grants in team.items()
        if contact_id != request.contact_id
    }
    for kind in _NEAREST_FIRST:
        found = {
            contact_id
            for contact_id, grants in near.items()
            if any(grant.scope.kind is kind and grant.role is not Role.ADMIN for grant in grants)
        }
        if found:
            return frozenset(found)
    return frozenset(contact_id for contact_id, grants in near.items() if grants)
