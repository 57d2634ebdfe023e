"""Further consents and imported opt-outs."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
