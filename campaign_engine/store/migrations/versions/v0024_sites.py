"""Room for sites and the team's sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    _sign_in()
    _sites()
    _counts()


def _sign_in() -> None:
    for name, more in (("staff_links", [sa.Column("spent_at", sa.DateTime(timezone=True))]), ("staff_sessions", [])):
        op.create_table(
            name,
            sa.Column("token_hash", sa.String(length=64), nullable=False),
            sa.Column("contact_id", Id, nullable=False),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            *more,
            sa.ForeignKeyConstraint(
                ["contact_id"], ["contacts.id"], name=op.f(f"fk_{name}_contact_id_contacts"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("token_hash", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_contact_id"), name, ["contact_id"])


def _sites() -> None:
    for column in (
        sa.Column("official_id", sa.String(length=40), nullable=True),
        sa.Column("street", sa.String(length=200), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("sites", column)
    op.create_index("ix_sites_official_id", "sites", ["official_id"], unique=True)
    op.add_column("source_codes", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))


def _counts() -> None:
    op.create_table(
        "tallies",
        sa.Column("id", Id, nullable=False),
        sa.Column("site_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("pledge", sa.String(length=1), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=24), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_tallies_site_id_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_tallies"),
        sa.UniqueConstraint("site_id", "day", "pledge", name="uq_tallies_site_id_day_pledge"),
    )
    op.create_index("ix_tallies_batch", "tallies", ["batch"])
    op.create_table(
        "site_figures",
        sa.Column("site_id", Id, autoincrement=False, nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_site_figures_site_id_sites", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("site_id", name="pk_site_figures"),
    )
