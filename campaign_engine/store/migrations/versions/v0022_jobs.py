"""Room for background jobs."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.tables.jobs import make_queue

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "failing_jobs",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("about", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "about"),
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("machine", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        make_queue(connection)
