"""Why campaigns went back to their authors, and who got which card on a Sunday."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, staff
from campaign_engine.store.tables.base import Id, metadata

_KEEP = "30 days"

returns = sa.Table(
    "returns",
    metadata,
    staff("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True, keep=_KEEP),
    staff("reason", sa.String(12), keep=_KEEP),
    staff("words", sa.Text, keep=_KEEP),
    staff("returned_at", UtcDateTime, keep=_KEEP),
)  # fmt: skip

sunday_cards = sa.Table(
    "sunday_cards",
    metadata,
    staff("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True, keep=_KEEP),
    staff("contact_id", Id, sa.ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True, keep=_KEEP),
    staff("sunday", sa.Date, primary_key=True, keep=_KEEP),
)
