"""Room for the City's feeds: what was read last, pages of an unfinished edition, ZIP areas, what an edition changed."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.add_column("datasets", sa.Column("changes", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "feeds",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.String(80), nullable=False),
        sa.Column("looked_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "feed_pages",
        sa.Column("feed", sa.String(20), primary_key=True),
        sa.Column("first", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("modified", sa.String(80), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_table(
        "zip_shares",
        sa.Column("zip", sa.String(5), primary_key=True),
        sa.Column("precinct", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("share", sa.Float(), nullable=False),
    )
