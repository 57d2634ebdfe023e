"""Room for signup."""

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
