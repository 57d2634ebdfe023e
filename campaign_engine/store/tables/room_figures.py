"""What came back from rooms, and which pictures each bot has uploaded."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, staff
from campaign_engine.store.tables.base import CAMPAIGN, Id, metadata

UPLOADS = "180 days after its last upload"

room_figures = sa.Table(
    "room_figures",
    metadata,
    staff("room_id", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True, keep=CAMPAIGN),
    staff("figure", sa.String(16), primary_key=True, keep=CAMPAIGN),
    staff("subject", sa.String(40), primary_key=True, keep=CAMPAIGN),
    staff("count", sa.Integer, keep=CAMPAIGN),
    staff("counted_at", UtcDateTime, keep=CAMPAIGN),
)

uploads = sa.Table(
    "uploads",
    metadata,
    staff("bot", Id, primary_key=True, keep=UPLOADS),
    staff("digest", sa.String(64), primary_key=True, keep=UPLOADS),
    staff("file_id", sa.String(250), keep=UPLOADS),
    staff("uploaded_at", UtcDateTime, keep=UPLOADS, index=True),
)
