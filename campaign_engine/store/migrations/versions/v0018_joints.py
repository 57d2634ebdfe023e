"""Room for conditional pledges of an area."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    op.create_table(
        "joints",
        sa.Column("id", Id, nullable=False),
        sa.Column("precinct", sa.Integer(), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("start", sa.String(length=16), nullable=False),
        sa.Column("anyway", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("author_id", Id, nullable=True),
        sa.Column("approver_id", Id, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=True),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["precinct"], ["precincts.number"]),
        sa.ForeignKeyConstraint(["author_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["approver_id"], ["contacts.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_joints_status", "joints", ["status"])
    for name, own in (
        ("joint_joins", sa.Column("joined_on", sa.Date(), nullable=False)),
        ("joint_words", sa.Column("occurrence_id", Id, nullable=True)),
    ):
        to_occurrence = sa.ForeignKeyConstraint(["occurrence_id"], ["occurrences.id"], ondelete="SET NULL")
        op.create_table(
            name,
            sa.Column("joint_id", Id, autoincrement=False, nullable=False),
            sa.Column("contact_id", Id, autoincrement=False, nullable=False),
            own,
            sa.ForeignKeyConstraint(["joint_id"], ["joints.id"], ondelete="CASCADE"),
            sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], ondelete="CASCADE"),
            *((to_occurrence,) if name == "joint_words" else ()),
            sa.PrimaryKeyConstraint("joint_id", "contact_id"),
        )
        op.create_index(f"ix_{name}_contact_id", name, ["contact_id"])
    op.create_index("ix_joint_words_occurrence_id", "joint_words", ["occurrence_id"])
