"""Approvals of automatic texts, and words about events whose time or place changed."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0009"
down_revision = "0008"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "text_approvals",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("approver_id", Id, nullable=True),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("name", "language", "hash"),
    )
    op.create_table(
        "event_changes",
        sa.Column("post_id", Id, autoincrement=False, nullable=False),
        sa.Column("campaign_id", Id, nullable=False),
        sa.Column("wall_time", sa.DateTime(), nullable=True),
        sa.Column("place", sa.String(length=16), nullable=False),
        sa.Column("site_id", Id, nullable=True),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("post_id"),
    )
    op.create_index("ix_event_changes_campaign_id", "event_changes", ["campaign_id"])
