"""Room for lesson_texts."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
