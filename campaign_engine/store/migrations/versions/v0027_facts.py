"""Counts that follow messages and acts; what keeps them is made by campaign_engine.store.migrate."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    _delivery_facts()
    _action_facts()
    _people_facts()
    _weeks()


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, ID, autoincrement=False, nullable=False)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _delivery_facts() -> None:
    key = ("occurrence_id", "is_room", "lane", "precinct", "site_id", "status", "reason", "part")
    op.create_table(
        "delivery_facts",
        _id("occurrence_id"),
        sa.Column("is_room", sa.Boolean(), nullable=False),
        _word("lane", 20),
        _number("precinct"),
        _id("site_id"),
        _word("status", 16),
        _word("reason", 32),
        _number("part"),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrences.id"],
            name="fk_delivery_facts_occurrence_id_occurrences",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(*key, name="pk_delivery_facts"),
        sqlite_with_rowid=False,
    )


def _action_facts() -> None:
    key = ("campaign_id", "day", "kind", "channel", "precinct", "site_id", "generation", "part")
    op.create_table(
        "action_facts",
        _id("campaign_id"),
        sa.Column("day", sa.Date(), nullable=False),
        _word("kind", 16),
        _word("channel", 20),
        _number("precinct"),
        _id("site_id"),
        _number("generation"),
        _number("part"),
        sa.Column("actions", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_action_facts"),
        sqlite_with_rowid=False,
    )


def _people_facts() -> None:
    key = ("campaign_id", "what", "precinct", "site_id", "channel", "generation", "week", "counted", "part")
    op.create_table(
        "people_facts",
        _id("campaign_id"),
        _word("what", 16),
        _number("precinct"),
        _id("site_id"),
        _word("channel", 20),
        _number("generation"),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        _number("part"),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_people_facts_campaign_id_campaigns", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*key, name="pk_people_facts"),
        sqlite_with_rowid=False,
    )


def _weeks() -> None:
    flags, gone = "week_times", "week_gone"
    op.create_table(
        flags,
        _id("contact_id"),
        _id("campaign_id"),
        _word("what", 16),
        sa.Column("week", sa.Date(), nullable=False),
        _goes_with(flags, "contact"),
        sa.PrimaryKeyConstraint("contact_id", "campaign_id", "what", "week", name=f"pk_{flags}"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        gone,
        _id("campaign_id"),
        sa.Column("week", sa.Date(), nullable=False),
        _word("what", 16),
        sa.Column("people", sa.Integer(), nullable=False),
        _goes_with(gone, "campaign"),
        sa.PrimaryKeyConstraint("campaign_id", "week", "what", name=f"pk_{gone}"),
        sqlite_with_rowid=False,
    )


def _goes_with(table: str, what: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{what}_id_{what}s"
    return sa.ForeignKeyConstraint([f"{what}_id"], [f"{what}s.id"], name=name, ondelete="CASCADE")
