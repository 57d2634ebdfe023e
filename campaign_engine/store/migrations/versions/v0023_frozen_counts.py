"""Room for how many deliveries each occurrence was frozen into, and when its author heard of unconfirmed ones."""

import sqlalchemy as sa
from alembic import op

from campaign_engine.store.columns import UtcDateTime

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Forward only: going back is restoring a backup. Of what was frozen before, nobody knows how many there were."""
    op.add_column("occurrences", sa.Column("frozen_people", sa.Integer(), nullable=True))
    op.add_column("occurrences", sa.Column("frozen_rooms", sa.Integer(), nullable=True))
    op.add_column("occurrences", sa.Column("unconfirmed_told_at", UtcDateTime(), nullable=True))
