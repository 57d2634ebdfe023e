"""The support directory."""

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
