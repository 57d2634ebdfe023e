"""How many messages of a post failed in a row, over all processes."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.tables.base import Id

revision = "0038"
down_revision = "0033"


def upgrade() -> None:
    """Forward only: going back is restoring a backup. What failed before is not counted."""
    op.create_table(
        "failing_posts",
        sa.Column("post_id", Id, sa.ForeignKey("posts.id", name="fk_failing_posts_post_id_posts", ondelete="CASCADE")),
        sa.Column("version", sa.Integer()),
        sa.Column("lane", sa.String(20)),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", "version", "lane", name="pk_failing_posts"),
    )
