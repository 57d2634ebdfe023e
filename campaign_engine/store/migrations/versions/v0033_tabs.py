"""Whether a chat at the page is over when its tab is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0030"


def upgrade() -> None:
    """Forward only: going back is restoring a backup. Of chats that there are nobody knows; they stay."""
    op.add_column("addresses", sa.Column("in_tab", sa.Boolean(), nullable=False, server_default=sa.false()))
    tabs = sa.text("in_tab AND status = 'active'")
    op.create_index("ix_addresses_in_tab", "addresses", ["contact_id"], sqlite_where=tabs, postgresql_where=tabs)
