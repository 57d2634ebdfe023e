"""Room for series_of_event."""

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
