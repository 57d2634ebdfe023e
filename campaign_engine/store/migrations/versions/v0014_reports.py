"""Room for reports."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
