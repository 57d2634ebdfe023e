"""Room for chat."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.add_column("inbox", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
