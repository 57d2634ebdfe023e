"""What lanes find by, and what they say: the platform is away, a post failed too often."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CLAIMABLE = sa.text("status IN ('queued', 'retrying')")
_SENDING = sa.text("status = 'sending'")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.drop_index("ix_deliveries_lane", table_name="deliveries")
    op.create_index(
        "ix_deliveries_claimable",
        "deliveries",
        ["occurrence_id", "lane", "next_attempt_at", "id"],
        sqlite_where=_CLAIMABLE,
        postgresql_where=_CLAIMABLE,
    )
    op.create_index(
        "ix_deliveries_sending", "deliveries", ["lane", "epoch"], sqlite_where=_SENDING, postgresql_where=_SENDING
    )
    op.add_column("lanes", sa.Column("away_since", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "stopped_posts",
        sa.Column("post_id", Id, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id"),
    )
