"""Allies' invites, and when a pledge was last changed."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0011"
down_revision = "0010"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.add_column("pledges", sa.Column("chosen_at", UtcDateTime(), nullable=True))
    op.create_table(
        "invite_slots",
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "slot"),
    )
    op.create_index("ix_invite_slots_last_day", "invite_slots", ["last_day"])
    op.create_table(
        "used_invites",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("forget_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_used_invites_forget_on", "used_invites", ["forget_on"])
