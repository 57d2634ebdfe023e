"""The question about a plan, two weeks after its pledge, and what came of it: one row for each pledge asked about."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person
from campaign_engine.store.tables.base import DELIVERY_LOG, Id, metadata

follow_ups = sa.Table(
    "follow_ups",
    metadata,
    person("pledge_id", Id, sa.ForeignKey("pledges.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    person("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), index=True),
    person("asked_at", UtcDateTime),
    person("outcome", sa.String(8), nullable=True, keep=DELIVERY_LOG),
    person("occurrence_id", Id, sa.ForeignKey("occurrences.id", ondelete="SET NULL"), nullable=True, index=True),
)
"""`outcome` as of domain.follow_up.FollowThrough. No `occurrence_id` where it was asked in the conversation itself."""
