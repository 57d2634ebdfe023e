"""Questions about consents that were put, and imported opt-outs."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0002"
down_revision = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "consent_questions",
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "topic"),
    )
    op.create_table(
        "imported_optouts",
        sa.Column("address_hash", sa.String(64), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("status_before", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("address_hash"),
    )
    op.create_index("ix_imported_optouts_imported_at", "imported_optouts", ["imported_at"])
