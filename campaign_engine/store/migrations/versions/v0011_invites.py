"""Room for invites."""

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
