"""Room for lessons."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "lesson_progress",
        sa.Column("contact_id", Id, autoincrement=False, nullable=False),
        sa.Column("lesson", sa.String(length=4), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "lesson"),
    )
    op.create_table(
        "series_posts",
        sa.Column("lesson", sa.String(length=4), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("post_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson", "content_hash"),
        sa.UniqueConstraint("post_id"),
    )
    op.create_table(
        "series_steps",
        sa.Column("contact_id", Id, autoincrement=False, nullable=False),
        sa.Column("lesson", sa.String(length=4), nullable=False),
        sa.Column("occurrence_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("contact_id", "lesson"),
    )
    op.create_index("ix_series_steps_occurrence_id", "series_steps", ["occurrence_id"])
