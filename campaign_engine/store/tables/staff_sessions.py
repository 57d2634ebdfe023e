"""One-time links and sessions of the team's pages: keyed hashes only (safety R2)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, secret, staff
from campaign_engine.store.tables.base import Id, metadata

_SESSION = "12 hours"

staff_links = sa.Table(
    "staff_links",
    metadata,
    secret("token_hash", sa.String(64), primary_key=True, keep=_SESSION),
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), index=True, keep=_SESSION),
    staff("expires_at", UtcDateTime, keep=_SESSION),
    staff("spent_at", UtcDateTime, nullable=True, keep=_SESSION),
)

staff_sessions = sa.Table(
    "staff_sessions",
    metadata,
    secret("token_hash", sa.String(64), primary_key=True, keep=_SESSION),
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), index=True, keep=_SESSION),
    staff("expires_at", UtcDateTime, keep=_SESSION),
)
