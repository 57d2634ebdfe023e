"""The support directory."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "directory_looks",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("verified_on", sa.Date(), nullable=False),
        sa.Column("verified_by", sa.String(length=40), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("how", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
