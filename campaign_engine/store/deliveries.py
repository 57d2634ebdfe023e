"""The truth about every message."""

from campaign_engine.store.transaction import Transaction


class SqlDeliveriesRepository(Transaction):
    """The truth about every message."""
