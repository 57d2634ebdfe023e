"""Room for sites and the team's sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    _sign_in()


def _sign_in() -> None:
    for name, more in (("staff_links", [sa.Column("spent_at", sa.DateTime(timezone=True))]), ("staff_sessions", [])):
        op.create_table(
            name,
            sa.Column("token_hash", sa.String(length=64), nullable=False),
            sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            *more,
            sa.ForeignKeyConstraint(
                ["contact_id"], ["contacts.id"], name=op.f(f"fk_{name}_contact_id_contacts"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("token_hash", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_contact_id"), name, ["contact_id"])
