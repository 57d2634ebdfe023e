"""Room for jobs."""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
