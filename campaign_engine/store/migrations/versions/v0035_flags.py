"""First times lie in the order of their key, and no campaign is looked up for each of them: none is ever deleted."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.tables.base import Id

revision = "0035"
down_revision = "0038"

_KEY = ("contact_id", "campaign_id", "what")


def upgrade() -> None:
    """Forward only: going back is restoring a backup."""
    table = "first_times"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(f"fk_{table}_campaign_id_campaigns", table, type_="foreignkey")
        return
    op.rename_table(table, f"{table}_before")
    op.create_table(
        table,
        sa.Column("contact_id", Id, autoincrement=False, nullable=False),
        sa.Column("campaign_id", Id, autoincrement=False, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("precinct", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=f"fk_{table}_contact_id_contacts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*_KEY, name=f"pk_{table}"),
        sqlite_with_rowid=False,
    )
    order = ", ".join(_KEY)
    op.execute(f"INSERT INTO {table} SELECT {order}, precinct FROM {table}_before ORDER BY {order}")  # noqa: S608 - names of ours
    op.drop_table(f"{table}_before")
