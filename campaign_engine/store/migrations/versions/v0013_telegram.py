"""Room for telegram."""

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
