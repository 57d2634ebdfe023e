"""Shared tablets at sites."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, secret, staff
from campaign_engine.store.tables.base import Id, metadata

_KEEP = "2 days after it ended"

kiosks = sa.Table(
    "kiosks",
    metadata,
    staff("id", Id, primary_key=True, keep=_KEEP),
    staff("site_id", Id, sa.ForeignKey("sites.id", ondelete="CASCADE"), index=True, keep=_KEEP),
    secret("link_hash", sa.String(64), unique=True, keep=_KEEP),
    secret("key_hash", sa.String(64), unique=True, nullable=True, keep=_KEEP),
    staff("opened_at", UtcDateTime, nullable=True, keep=_KEEP),
    staff("ends_at", UtcDateTime, keep=_KEEP),
    staff("ended_at", UtcDateTime, nullable=True, keep=_KEEP),
    staff("seen_at", UtcDateTime, nullable=True, keep=_KEEP),
    staff("waiting", sa.Integer, keep=_KEEP),
    staff("taken", sa.Integer, keep=_KEEP),
)
"""`ends_at` is the end of the link until it is used."""

kiosk_entries = sa.Table(
    "kiosk_entries",
    metadata,
    secret("entry_hash", sa.String(64), primary_key=True, keep=_KEEP),
    staff("kiosk_id", Id, sa.ForeignKey("kiosks.id", ondelete="CASCADE"), index=True, keep=_KEEP),
)
"""What was counted, so that it counts once; says nothing of what was tapped."""
