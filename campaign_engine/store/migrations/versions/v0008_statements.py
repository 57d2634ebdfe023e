"""Nothing follows the same entry of the log twice."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_index("ix_audit_entries_previous_hash", "audit_entries", ["previous_hash"], unique=True)
