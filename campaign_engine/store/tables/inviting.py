"""A counter for each ally's invites, and which codes were used; no row knows both (safety N4)."""

import sqlalchemy as sa

from campaign_engine.store.columns import person, secret
from campaign_engine.store.tables.base import Id, metadata

invite_slots = sa.Table(
    "invite_slots",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep="28 days"),
    person("slot", sa.Integer, primary_key=True, keep="28 days"),
    person("last_day", sa.Date, keep="28 days", index=True),
)

used_invites = sa.Table(
    "used_invites",
    metadata,
    secret("code_hash", sa.String(64), primary_key=True, keep="28 days"),
    secret("forget_on", sa.Date, keep="28 days", index=True),
)
