"""What the planner looks at: caps, the kill switch, the cancel window."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
