"""Holds of precincts, what waited because of them, incidents, and events that were cancelled (safety I1, I2, S9)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, staff
from campaign_engine.store.tables.base import Id, metadata

_OPEN = sa.text("ended_at IS NULL")

holds = sa.Table(
    "holds",
    metadata,
    staff("id", Id, primary_key=True),
    staff("precinct", sa.Integer, sa.ForeignKey("precincts.number")),
    staff("started_at", UtcDateTime),
    staff("renewed_at", UtcDateTime),
    staff("holder_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True),
    staff("handle", sa.String(40)),
    staff("asked_by", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True),
    staff("asked_handle", sa.String(40)),
    staff("ended_at", UtcDateTime, nullable=True),
    sa.Index("ix_holds_precinct", "precinct"),
    sa.Index("uq_holds_open", "precinct", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
)

hold_events = sa.Table(
    "hold_events",
    metadata,
    staff("id", Id, primary_key=True),
    staff("hold_id", Id, sa.ForeignKey("holds.id", ondelete="CASCADE"), index=True),
    staff("step", sa.String(16)),
    staff("handle", sa.String(40)),
    staff("at", UtcDateTime),
)

held_posts = sa.Table(
    "held_posts",
    metadata,
    staff("hold_id", Id, sa.ForeignKey("holds.id", ondelete="CASCADE"), primary_key=True),
    staff("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True, index=True),
    staff("messages", sa.Integer),
    staff("expired", sa.Integer),
    staff("waiting", sa.Boolean),
)

incidents = sa.Table(
    "incidents",
    metadata,
    staff("id", Id, primary_key=True),
    staff("precinct", sa.Integer, sa.ForeignKey("precincts.number"), index=True),
    staff("declared_at", UtcDateTime),
    staff("declared_by", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True),
    staff("declared_handle", sa.String(40)),
    staff("confirmed_by", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True),
    staff("confirmed_handle", sa.String(40)),
    staff("confirmed_at", UtcDateTime, nullable=True),
)

event_notices = sa.Table(
    "event_notices",
    metadata,
    staff("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    staff("post_id", Id, sa.ForeignKey("posts.id", ondelete="CASCADE"), unique=True),
    staff("handle", sa.String(40)),
    staff("at", UtcDateTime),
)
