"""What the help that we point to rests on."""

import sqlalchemy as sa

from campaign_engine.store.columns import public, staff
from campaign_engine.store.tables.base import metadata

directory_looks = sa.Table(
    "directory_looks",
    metadata,
    public("name", sa.String(120), primary_key=True),
    public("verified_on", sa.Date),
    staff("verified_by", sa.String(40), keep="for good"),
    public("expires", sa.Date),
    public("how", sa.String(200)),
)
