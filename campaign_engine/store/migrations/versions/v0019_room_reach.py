"""Reactions count for each message of a post: what was counted for the post stays with its last message there."""

from alembic import op

revision = "0019"
down_revision = "0018"

_ARRIVED = (
    "FROM deliveries JOIN occurrences ON occurrences.id = deliveries.occurrence_id"
    " WHERE deliveries.room_id = room_figures.room_id"
    " AND 'post ' || CAST(occurrences.post_id AS VARCHAR(20)) = room_figures.subject"
)


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    last = f"SELECT CAST(max(deliveries.occurrence_id) AS VARCHAR(20)) {_ARRIVED}"
    op.execute(
        f"UPDATE room_figures SET subject = subject || '/' || ({last})"  # noqa: S608 - our own names
        f" WHERE figure = 'reactions' AND EXISTS (SELECT 1 {_ARRIVED})"
    )
