"""How people come to have a role: what they asked for and what they learned first."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, staff
from campaign_engine.store.tables.base import WHILE_STAFF, Id, metadata

_REQUEST = "14 days at most"

trainings = sa.Table(
    "trainings",
    metadata,
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep=WHILE_STAFF),
    staff("code", sa.String(16), primary_key=True, keep=WHILE_STAFF),
    staff("completed_at", UtcDateTime, keep=WHILE_STAFF),
)

role_requests = sa.Table(
    "role_requests",
    metadata,
    person("id", Id, primary_key=True, keep=_REQUEST),
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), unique=True, keep=_REQUEST),
    person("role", sa.String(16), keep=_REQUEST),
    person("precinct", sa.Integer, keep=_REQUEST),
    person("state", sa.String(16), keep=_REQUEST),
    person("asked_at", UtcDateTime, keep=_REQUEST),
    person("expires_at", UtcDateTime, keep=_REQUEST, index=True),
    staff("answered_by", sa.String(40), keep=_REQUEST),
)
