"""Holds and incidents."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0004"
down_revision = "0003"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    _holds()
    _incidents()
    op.create_table(
        "event_notices",
        sa.Column("campaign_id", Id, autoincrement=False, nullable=False),
        sa.Column("post_id", Id, nullable=False),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id"),
        sa.UniqueConstraint("post_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], ondelete="CASCADE"),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", Id, nullable=False),
        sa.Column("precinct", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("renewed_at", UtcDateTime(), nullable=False),
        sa.Column("holder_id", Id, nullable=True),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("asked_by", Id, nullable=True),
        sa.Column("asked_handle", sa.String(length=40), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["precinct"], ["precincts.number"]),
        sa.ForeignKeyConstraint(["holder_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["asked_by"], ["contacts.id"], ondelete="SET NULL"),
    )
    op.create_index("ix_holds_precinct", "holds", ["precinct"])
    op.create_index("uq_holds_open", "holds", ["precinct"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "hold_events",
        sa.Column("id", Id, nullable=False),
        sa.Column("hold_id", Id, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("handle", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_hold_events_hold_id", "hold_events", ["hold_id"])
    op.create_table(
        "held_posts",
        sa.Column("hold_id", Id, nullable=False),
        sa.Column("occurrence_id", Id, nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("expired", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", "occurrence_id"),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_held_posts_occurrence_id", "held_posts", ["occurrence_id"])


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", Id, nullable=False),
        sa.Column("precinct", sa.Integer(), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.Column("declared_by", Id, nullable=True),
        sa.Column("declared_handle", sa.String(length=40), nullable=False),
        sa.Column("confirmed_by", Id, nullable=True),
        sa.Column("confirmed_handle", sa.String(length=40), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["precinct"], ["precincts.number"]),
        sa.ForeignKeyConstraint(["declared_by"], ["contacts.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["confirmed_by"], ["contacts.id"], ondelete="SET NULL"),
    )
    op.create_index("ix_incidents_precinct", "incidents", ["precinct"])
