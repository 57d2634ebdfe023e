"""A role with its scope, from a row of role_grants."""

from typing import Any

from campaign_engine.domain.contact import Role, RoleGrant, Scope, ScopeKind


def grant_of(row: Any) -> RoleGrant:
    """Of columns role, scope_kind and scope_value."""
    return RoleGrant(Role(row.role), Scope(ScopeKind(row.scope_kind), row.scope_value))
