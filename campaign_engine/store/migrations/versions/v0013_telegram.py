"""Numbers of rooms, and ids of uploaded pictures."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0013"
down_revision = "0012"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "room_figures",
        sa.Column("room_id", Id, autoincrement=False, nullable=False),
        sa.Column("figure", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("room_id", "figure", "subject"),
    )
    op.create_table(
        "uploads",
        sa.Column("bot", Id, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.String(length=250), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("bot", "digest"),
    )
    op.create_index("ix_uploads_uploaded_at", "uploads", ["uploaded_at"])
