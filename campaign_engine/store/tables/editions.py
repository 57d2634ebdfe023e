"""Weekly editions of a campaign's figures: what was published, for good (safety K3)."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, person, public, staff
from campaign_engine.store.tables.base import Id, metadata

editions = sa.Table(
    "editions",
    metadata,
    public("campaign_id", Id, sa.ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    public("number", sa.Integer, primary_key=True),
    public("week", sa.Date, index=True),
    public("data_through", sa.Date),
    public("made_at", UtcDateTime),
    public("corrects", sa.Integer, nullable=True),
    public("reason", sa.String(200)),
    public("layout", sa.JSON),
    public("public_cells", sa.JSON),
    staff("organizer_cells", sa.JSON, keep="for good"),
    staff("loose", sa.JSON, keep="for good"),
    person("counts", sa.JSON, keep="for good"),
    public("public_week", sa.JSON, server_default="{}"),
    staff("organizer_week", sa.JSON, keep="for good", server_default="{}"),
    public("public_rooms", sa.JSON, server_default="{}"),
    staff("organizer_rooms", sa.JSON, keep="for good", server_default="{}"),
)
"""Rows are never changed. `counts` are the true ones, from which the next edition is audited; no page reads them.

Cells: measure -> key -> [figure, whether it is new in this edition]; what is not there says "hidden".
"""
