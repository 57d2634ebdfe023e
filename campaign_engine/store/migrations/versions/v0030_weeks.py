"""Weeks begin on Sunday; an edition holds its closed week and what came back from rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0032"

_ADDED = ("public_week", "organizer_week", "public_rooms", "organizer_rooms")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    # Whose rows have gone stay counted from the Sunday before; everybody else is counted anew after this.
    back = "date(week, '-1 day')" if op.get_bind().dialect.name == "sqlite" else "week - 1"
    for table in ("people_facts", "week_gone"):
        op.execute(f"UPDATE {table} SET week = {back}")  # noqa: S608 - names of ours
    op.execute("DELETE FROM week_times")
    for name in _ADDED:
        op.add_column("editions", sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))
