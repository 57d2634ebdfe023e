"""Room for chat."""

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
