"""Texts that the program sends by itself, and words about events that changed (safety S1, S9)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, staff
from campaign_engine.store.tables.base import Id, metadata

text_approvals = sa.Table(
    "text_approvals",
    metadata,
    staff("name", sa.String(40), primary_key=True, keep="for good"),
    staff("language", sa.String(8), primary_key=True, keep="for good"),
    staff("hash", sa.String(64), primary_key=True, keep="for good"),
    staff("approver_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep="for good"),
    staff("handle", sa.String(40), keep="for good"),
    staff("approved_at", UtcDateTime, keep="for good"),
)

event_changes = sa.Table(
    "event_changes",
    metadata,
    staff("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    staff("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), index=True),
    staff("wall_time", sa.DateTime, nullable=True),
    staff("place", sa.String(16)),
    staff("site_id", Id, sa.ForeignKey("sites.id", ondelete="SET NULL"), nullable=True),
    staff("handle", sa.String(40)),
    staff("at", UtcDateTime),
)
