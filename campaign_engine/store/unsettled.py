"""Deliveries that something must still happen to, found by their own indexes."""

import sqlalchemy as sa

from campaign_engine.domain.delivery import UNSETTLED, DeliveryStatus
from campaign_engine.store.tables import deliveries


def in_states(*statuses: DeliveryStatus) -> sa.ColumnElement[bool]:
    """Condition on deliveries; SQLite uses a partial index only where its own words are repeated as literals."""
    return sa.and_(_one_of(UNSETTLED), deliveries.c.status.in_(statuses))


def _one_of(statuses: tuple[DeliveryStatus, ...]) -> sa.ColumnElement[bool]:
    words = [status.value for status in statuses]
    return deliveries.c.status.in_(sa.bindparam("unsettled", words, expanding=True, literal_execute=True, unique=True))
