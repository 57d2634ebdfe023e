"""Room for statements."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
