"""Fixes that their author countersigns, and nudges."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
