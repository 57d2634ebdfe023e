"""What was asked about a plan two weeks after its pledge, and what came of it."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0035"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "follow_ups",
        sa.Column("pledge_id", Id, autoincrement=False, nullable=False),
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("occurrence_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("pledge_id"),
    )
    op.create_index("ix_follow_ups_contact_id", "follow_ups", ["contact_id"])
    op.create_index("ix_follow_ups_occurrence_id", "follow_ups", ["occurrence_id"])
