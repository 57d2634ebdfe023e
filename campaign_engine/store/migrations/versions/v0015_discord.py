"""The direct chat that somebody on Discord asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.add_column("addresses", sa.Column("thread_cipher", sa.LargeBinary(), nullable=True))
