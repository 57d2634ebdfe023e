"""Room for lanes."""

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
