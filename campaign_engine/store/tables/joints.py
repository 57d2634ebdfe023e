"""Conditional pledges of an area, who is in, and to whom its one message went."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, public, staff
from campaign_engine.store.tables.base import CAMPAIGN, Id, metadata

AFTER_END = "30 days after its end"

joints = sa.Table(
    "joints",
    metadata,
    public("id", Id, primary_key=True, keep=CAMPAIGN),
    public("precinct", sa.Integer, sa.ForeignKey("precincts.number"), keep=CAMPAIGN),
    public("goal", sa.Integer, keep=CAMPAIGN),
    public("last_day", sa.Date, keep=CAMPAIGN),
    public("start", sa.String(16), keep=CAMPAIGN),
    staff("anyway", sa.Boolean, keep=CAMPAIGN),
    staff("status", sa.String(16), keep=CAMPAIGN, index=True),
    staff("author_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=CAMPAIGN),
    staff("approver_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=CAMPAIGN),
    staff("created_at", UtcDateTime, keep=CAMPAIGN),
    staff("frozen", sa.Integer, keep=CAMPAIGN),
    public("shown", sa.Integer, nullable=True, keep=CAMPAIGN),
    staff("counted_on", sa.Date, nullable=True, keep=CAMPAIGN),
    public("outcome", sa.String(16), nullable=True, keep=CAMPAIGN),
    staff("closed_at", UtcDateTime, nullable=True, keep=CAMPAIGN),
)

joint_joins = sa.Table(
    "joint_joins",
    metadata,
    person("joint_id", Id, sa.ForeignKey("joints.id", ondelete="CASCADE"), primary_key=True, keep=AFTER_END),
    person(
        "contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"),
        primary_key=True, keep=AFTER_END, index=True,
    ),
    person("joined_on", sa.Date, keep=AFTER_END),
)  # fmt: skip

joint_words = sa.Table(
    "joint_words",
    metadata,
    person("joint_id", Id, sa.ForeignKey("joints.id", ondelete="CASCADE"), primary_key=True, keep=AFTER_END),
    person(
        "contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"),
        primary_key=True, keep=AFTER_END, index=True,
    ),
    person(
        "occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="SET NULL"),
        nullable=True, keep=AFTER_END, index=True,
    ),
)  # fmt: skip
