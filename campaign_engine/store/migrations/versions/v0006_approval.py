"""Fixes that their author countersigns, nudges, small audiences and looks at sizes."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0006"
down_revision = "0005"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "waits",
        sa.Column("post_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("fixer_id", Id, nullable=True),
        sa.Column("nudges", sa.Integer(), nullable=False),
        sa.Column("nudged_at", UtcDateTime(), nullable=True),
        sa.Column("passed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["fixer_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["post_id", "version"], ["post_versions.post_id", "post_versions.version"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "version"),
    )
    op.create_table(
        "small_audiences",
        sa.Column("occurrence_id", Id, nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("occurrence_id"),
    )
    op.create_table(
        "looks",
        sa.Column("contact_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("contact_id", "day"),
    )
    # What waited before this version of the program began to wait when it was written.
    op.execute(
        "INSERT INTO waits (post_id, version, since, nudges) "
        "SELECT v.post_id, v.version, v.created_at, 0 FROM post_versions v "
        "JOIN posts p ON p.id = v.post_id AND p.version = v.version WHERE p.status = 'submitted'"
    )
