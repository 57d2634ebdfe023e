"""Posts that wait on the page for their reader."""

from campaign_engine.store.transaction import Transaction


class SqlInboxRepository(Transaction):
    """Posts that wait on the page for their reader."""
