"""Room for figures of areas; posts of the program's own are no longer of the series alone."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    _own_posts()
    op.create_table(
        "area_figures",
        sa.Column("area", sa.String(length=24), nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edition", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("area"),
    )
    op.create_table(
        "area_cards",
        sa.Column("contact_id", Id, autoincrement=False, nullable=False),
        sa.Column("precinct", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shown", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("occurrence_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("contact_id", "precinct", "shown"),
    )
    op.create_index("ix_area_cards_occurrence_id", "area_cards", ["occurrence_id"])


def _own_posts() -> None:
    op.create_table(
        "own_posts",
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("post_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("content_hash"),
        sa.UniqueConstraint("post_id"),
    )
    op.execute("INSERT INTO own_posts (content_hash, post_id) SELECT content_hash, post_id FROM series_posts")
    op.drop_table("series_posts")
