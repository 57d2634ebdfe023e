"""Room for automatic texts."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
