"""Which contacts count: the one predicate of every figure (threats T10, ADR 19)."""

import sqlalchemy as sa

from campaign_engine.store.tables import contacts, unconfirmed_contacts

UNCONFIRMED = sa.select(unconfirmed_contacts.c.contact_id)
"""Ids of contacts that no figure counts yet."""

CONFIRMED = ~sa.exists().where(unconfirmed_contacts.c.contact_id == contacts.c.id).correlate(contacts)
"""Over contacts: counts."""


def is_confirmed(contact_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Over rows that name a contact; a row whose person has left counts: of unconfirmed ones none is kept then."""
    return sa.or_(contact_id.is_(None), contact_id.not_in(UNCONFIRMED))
