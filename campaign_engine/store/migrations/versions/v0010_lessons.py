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
