"""Room for protect."""

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
