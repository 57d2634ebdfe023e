"""Where a transaction on SQLite says that it counts what it changes by itself."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.tables.base import Id

revision = "0032"
down_revision = "0029"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table("fact_pause", sa.Column("id", Id, primary_key=True, autoincrement=False))
