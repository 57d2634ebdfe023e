"""Where a browser of somebody's own is told that something new waits: encrypted like every address (safety A1)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, secret
from campaign_engine.store.tables.base import Id, metadata

push_subscriptions = sa.Table(
    "push_subscriptions",
    metadata,
    secret("id", Id, primary_key=True),
    secret("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), unique=True),
    secret("endpoint_hash", sa.String(64), unique=True),
    secret("endpoint_cipher", sa.LargeBinary),
    person("told_at", UtcDateTime),
    person("again_at", UtcDateTime, nullable=True),
)
"""`told_at`: of what was put before that moment its person was told; `again_at`: when the service asked us to wait."""
