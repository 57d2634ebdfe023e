"""Firings of posts."""

from campaign_engine.store.transaction import Transaction


class SqlOccurrencesRepository(Transaction):
    """Firings of posts."""
