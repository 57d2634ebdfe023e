"""What waits for a second person, what came of it, and who looked at sizes."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, staff
from campaign_engine.store.tables.base import CAMPAIGN, Id, metadata

waits = sa.Table(
    "waits",
    metadata,
    staff("post_id", Id, primary_key=True, keep=CAMPAIGN),
    staff("version", sa.Integer, primary_key=True, keep=CAMPAIGN),
    staff("since", UtcDateTime, keep=CAMPAIGN),
    staff("fixer_id", Id, sa.ForeignKey("contacts.id", ondelete="SET NULL"), nullable=True, keep=CAMPAIGN),
    staff("nudges", sa.Integer, keep=CAMPAIGN),
    staff("nudged_at", UtcDateTime, nullable=True, keep=CAMPAIGN),
    staff("passed_at", UtcDateTime, nullable=True, keep=CAMPAIGN),
    sa.ForeignKeyConstraint(
        ["post_id", "version"], ["post_versions.post_id", "post_versions.version"], ondelete="CASCADE"
    ),
)

small_audiences = sa.Table(
    "small_audiences",
    metadata,
    staff("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="CASCADE"), primary_key=True, keep=CAMPAIGN),
    staff("found_at", UtcDateTime, keep=CAMPAIGN),
    staff("told_at", UtcDateTime, nullable=True, keep=CAMPAIGN),
)

looks = sa.Table(
    "looks",
    metadata,
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep="2 days"),
    staff("day", sa.Date, primary_key=True, keep="2 days"),
    staff("count", sa.Integer, keep="2 days"),
)
