"""Which contacts count: the one predicate of every figure (threats T10, ADR 19)."""

import sqlalchemy as sa

from campaign_engine.store.tables import contacts, recent_signups

UNCONFIRMED = sa.select(recent_signups.c.contact_id).where(~recent_signups.c.counts)
"""Ids of contacts that no figure counts until they act again."""

CONFIRMED = ~sa.exists().where(recent_signups.c.contact_id == contacts.c.id, ~recent_signups.c.counts).correlate(
    contacts
)
"""Over contacts: counts."""


def is_confirmed(contact_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Over rows that name a contact; a row whose person has left counts: of unconfirmed ones none is kept then."""
    return sa.or_(contact_id.is_(None), contact_id.not_in(UNCONFIRMED))
