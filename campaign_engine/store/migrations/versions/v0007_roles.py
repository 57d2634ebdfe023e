"""Role requests and training."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
