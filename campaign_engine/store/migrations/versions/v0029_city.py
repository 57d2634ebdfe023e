"""Room for city."""

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
