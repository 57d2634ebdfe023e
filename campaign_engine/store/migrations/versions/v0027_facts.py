"""Room for facts."""

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
