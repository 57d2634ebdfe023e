"""Why a campaign went back, and who got which card on a Sunday."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0016"
down_revision = "0015"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "returns",
        sa.Column("campaign_id", Id, autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id"),
    )
    op.create_table(
        "sunday_cards",
        sa.Column("campaign_id", Id, autoincrement=False, nullable=False),
        sa.Column("contact_id", Id, autoincrement=False, nullable=False),
        sa.Column("sunday", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id", "contact_id", "sunday"),
    )
