"""Deliveries that something must still happen to, found by their own indexes."""

import sqlalchemy as sa

from campaign_engine.domain.delivery import CLAIMABLE, UNSETTLED, DeliveryStatus
from campaign_engine.store.tables import deliveries

_WORDS = ", ".join(f"'{status}'" for status in UNSETTLED)
_INDEXED = sa.text(f"deliveries.status IN ({_WORDS})")
"""SQLite uses a partial index only where its own words are repeated as they are."""

IS_CLAIMABLE = sa.text("deliveries.status IN ({})".format(", ".join(f"'{status}'" for status in CLAIMABLE)))
IS_SENDING = sa.text(f"deliveries.status = '{DeliveryStatus.SENDING}'")
"""Each in the words of its own index."""


def in_states(*statuses: DeliveryStatus) -> sa.ColumnElement[bool]:
    """Condition on deliveries, for statuses among the unsettled ones."""
    return sa.and_(_INDEXED, sa.or_(*(deliveries.c.status == status for status in statuses)))
