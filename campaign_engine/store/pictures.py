"""Pictures of posts."""

from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.message import Picture
from campaign_engine.store.tables import inbox, pictures, post_versions
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlPicturesRepository(Transaction):
    """Implements ports.pictures.PicturesRepository."""

    async def keep(self, picture: Picture, now: datetime) -> None:
        """One upsert: what is kept again is used again."""
        values = {"key": picture.key, "media_type": picture.media_type, "content": picture.content, "created_at": now}
        kept = insert(self._connection, pictures).values(values)
        again = {"created_at": kept.excluded.created_at}
        await self._connection.execute(kept.on_conflict_do_update(index_elements=[pictures.c.key], set_=again))

    async def get(self, key: str) -> Picture | None:
        """One statement."""
        found = sa.select(pictures.c.content, pictures.c.media_type).where(pictures.c.key == key)
        row = (await self._connection.execute(found)).one_or_none()
        return Picture(bytes(row.content), key, media_type=row.media_type) if row is not None else None

    async def forget_unused(self, before: datetime) -> int:
        """One delete."""
        shown = sa.exists().where(post_versions.c.content[("picture", "key")].as_string() == pictures.c.key)
        waits = sa.exists().where(inbox.c.picture["key"].as_string() == pictures.c.key)
        unused = pictures.delete().where(pictures.c.created_at < before, ~shown, ~waits)
        return (await self._connection.execute(unused)).rowcount
