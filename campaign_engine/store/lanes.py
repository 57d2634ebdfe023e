"""One row per sending account."""

from campaign_engine.store.transaction import Transaction


class SqlLanesRepository(Transaction):
    """One row per sending account."""
