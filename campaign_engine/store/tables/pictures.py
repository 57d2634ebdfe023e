"""Pictures of posts, by their content."""

import sqlalchemy as sa

from campaign_engine.store.columns import UtcDateTime, public
from campaign_engine.store.tables.base import metadata

_KEEP = "2 days after its last post"

pictures = sa.Table(
    "pictures",
    metadata,
    public("key", sa.String(64), primary_key=True, keep=_KEEP),
    public("media_type", sa.String(20), keep=_KEEP),
    public("content", sa.LargeBinary, keep=_KEEP),
    public("created_at", UtcDateTime, keep=_KEEP),
)
