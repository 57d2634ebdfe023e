"""Room for room_reach."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
