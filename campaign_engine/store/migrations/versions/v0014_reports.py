"""What stays of messages when their rows go, and when rows went."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0014"
down_revision = "0013"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    _retention_runs()
    _closing_counts()
    _closings()
    _delivery_counts()
    _first_times()
    _leaver_counts()
    _translators()
    op.add_column("kill_switch", sa.Column("presser_mark", sa.String(length=64), nullable=True))


def _retention_runs() -> None:
    op.create_table(
        "retention_runs",
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("ran_at", UtcDateTime(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_retention_runs"),
    )


def _closing_counts() -> None:
    op.create_table(
        "closing_counts",
        sa.Column("id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("precinct", sa.Integer(), nullable=True),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("during", sa.Boolean(), nullable=False),
        sa.Column("delivered", sa.Boolean(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("joined_elsewhere", sa.Boolean(), nullable=False),
        sa.Column("engaged", sa.Boolean(), nullable=False),
        sa.Column("pledged", sa.Boolean(), nullable=False),
        sa.Column("pledge_precinct", sa.Integer(), nullable=True),
        sa.Column("pledge_site", ID, nullable=True),
        sa.Column("pledge_in_room", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_closing_counts_campaign_id_campaigns", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_closing_counts"),
    )
    op.create_index("ix_closing_counts_campaign_id", "closing_counts", ["campaign_id"], unique=False)


def _closings() -> None:
    op.create_table(
        "closings",
        sa.Column("campaign_id", ID, autoincrement=False, nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("without_person", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_closings_campaign_id_campaigns", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_closings"),
    )


def _delivery_counts() -> None:
    op.create_table(
        "delivery_counts",
        sa.Column("campaign_id", ID, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lane", sa.String(length=20), nullable=False),
        sa.Column("precinct", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", ID, autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_delivery_counts_campaign_id_campaigns", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "day", "lane", "precinct", "site_id", "status", "reason", name="pk_delivery_counts"
        ),
    )


def _first_times() -> None:
    op.create_table(
        "first_times",
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.Column("campaign_id", ID, autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("precinct", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_first_times_campaign_id_campaigns", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_first_times_contact_id_contacts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", "campaign_id", "what", name="pk_first_times"),
    )


def _leaver_counts() -> None:
    op.create_table(
        "leaver_counts",
        sa.Column("campaign_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("precinct", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_leaver_counts_campaign_id_campaigns", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "kind", "precinct", name="pk_leaver_counts"),
    )


def _translators() -> None:
    op.create_table(
        "translators",
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.Column("contact_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_translators_contact_id_contacts", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_translators_post_id_posts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "contact_id", name="pk_translators"),
    )
