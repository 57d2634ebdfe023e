"""What the planner looks at: caps, the kill switch, the cancel window."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0003"
down_revision = "0002"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNSETTLED = sa.text("status IN ('queued', 'held', 'retrying', 'sending', 'unconfirmed')")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.drop_index("ix_deliveries_lane", table_name="deliveries")
    op.add_column("deliveries", sa.Column("priority", sa.Integer(), server_default="2", nullable=False))
    op.create_index(
        "ix_deliveries_lane",
        "deliveries",
        ["lane", "priority", "next_attempt_at", "id"],
        sqlite_where=_UNSETTLED,
        postgresql_where=_UNSETTLED,
    )
    op.create_table(
        "kill_switch",
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("pressed_by", Id, nullable=True),
        sa.Column("pressed_at", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["pressed_by"], ["contacts.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "backlogs",
        sa.Column("campaign_id", Id, autoincrement=False, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
