"""Pages of an edition that is on its way, and the edition in use of each of the City's feeds."""

import json
from datetime import datetime
from itertools import chain

import sqlalchemy as sa

from campaign_engine.ports.feeds import FeedName, FeedPage, Mark, Record, Unfinished
from campaign_engine.store.tables import feed_pages, feeds
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert


class SqlFeedsRepository(Transaction):
    """Implements ports.feeds.FeedsRepository; every method is one statement, `finish` two."""

    async def mark(self, feed: FeedName) -> Mark:
        """See the port."""
        wanted = sa.select(feeds.c.etag, feeds.c.modified).where(feeds.c.name == feed)
        row = (await self._connection.execute(wanted)).one_or_none()
        return Mark(*row) if row else Mark()

    async def looked_at(self) -> dict[str, datetime]:
        """See the port."""
        rows = await self._connection.execute(sa.select(feeds.c.name, feeds.c.looked_at))
        return {row.name: row.looked_at for row in rows}

    async def unfinished(self, feed: FeedName) -> Unfinished | None:
        """See the port."""
        wanted = sa.select(sa.func.sum(feed_pages.c.rows), sa.func.max(feed_pages.c.modified))
        rows, modified = (await self._connection.execute(wanted.where(feed_pages.c.feed == feed))).one()
        return Unfinished(int(rows), modified) if rows is not None else None

    async def keep(self, feed: FeedName, offset: int, page: FeedPage) -> None:
        """See the port."""
        values = {
            "feed": feed,
            "first": offset,
            "rows": len(page.records),
            "modified": page.mark.modified,
            "body": json.dumps(page.records, ensure_ascii=False, separators=(",", ":")),
        }
        await self._connection.execute(upsert(self._connection, feed_pages, ("rows", "modified", "body")), values)

    async def records(self, feed: FeedName) -> list[Record]:
        """See the port."""
        wanted = sa.select(feed_pages.c.body).where(feed_pages.c.feed == feed).order_by(feed_pages.c.first)
        bodies = (await self._connection.execute(wanted)).scalars()
        return list(chain.from_iterable(json.loads(body) for body in bodies))

    async def clear(self, feed: FeedName) -> None:
        """See the port."""
        await self._connection.execute(feed_pages.delete().where(feed_pages.c.feed == feed))

    async def finish(self, feed: FeedName, mark: Mark, now: datetime) -> None:
        """See the port."""
        await self.clear(feed)
        values = {"name": feed, "etag": mark.etag, "modified": mark.modified, "looked_at": now}
        await self._connection.execute(upsert(self._connection, feeds, ("etag", "modified", "looked_at")), values)

    async def forget(self, feed: FeedName) -> None:
        """See the port."""
        await self._connection.execute(feeds.delete().where(feeds.c.name == feed))
