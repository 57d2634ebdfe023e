"""Figures of areas as they are shown, and what was sent of them."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, public, staff
from campaign_engine.store.tables.base import Id, metadata

own_posts = sa.Table(
    "own_posts",
    metadata,
    staff("content_hash", sa.String(64), primary_key=True, keep="for good"),
    staff("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), unique=True, keep="for good"),
)

area_figures = sa.Table(
    "area_figures",
    metadata,
    public("area", sa.String(24), primary_key=True),
    staff("frozen", sa.Integer, keep="for good"),
    public("shown", sa.Integer, nullable=True),
    public("step", sa.Integer),
    public("step_at", UtcDateTime, nullable=True),
    public("edition", sa.Date),
)

area_cards = sa.Table(
    "area_cards",
    metadata,
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    person("precinct", sa.Integer, primary_key=True),
    person("shown", sa.Integer, primary_key=True),
    person("queued_at", UtcDateTime),
    person("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="SET NULL"), nullable=True, index=True),
)
