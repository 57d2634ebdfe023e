"""Room for sites."""

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
