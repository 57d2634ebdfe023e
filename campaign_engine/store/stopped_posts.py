"""Which posts a lane stopped, and why."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.store.tables import campaigns, posts, stopped_posts
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlStoppedPostsRepository(Transaction):
    """Implements ports.stopping.StoppedPostsRepository."""

    async def stop(self, post_id: int, version: int, reason: str, now: datetime) -> int | None:
        """One read and one upsert."""
        running = sa.and_(campaigns.c.id == posts.c.campaign_id, campaigns.c.status == CampaignStatus.RUNNING)
        found = sa.select(posts.c.campaign_id).join(campaigns, running).where(posts.c.id == post_id)
        campaign_id: int | None = await self._connection.scalar(found)
        if campaign_id is None:
            return None
        values = {"version": version, "reason": reason, "since": now}
        first = insert(self._connection, stopped_posts).values(post_id=post_id, **values)
        newer = stopped_posts.c.version < version
        again = first.on_conflict_do_update(index_elements=["post_id"], set_=values, where=newer)
        stopped = await self._connection.scalar(again.returning(stopped_posts.c.post_id))
        return campaign_id if stopped is not None else None

    async def retry(self, campaign_id: int) -> int:
        """One statement."""
        theirs = sa.select(posts.c.id).where(posts.c.campaign_id == campaign_id)
        gone = await self._connection.execute(stopped_posts.delete().where(stopped_posts.c.post_id.in_(theirs)))
        return gone.rowcount

    async def reasons(self, campaigns: Collection[int]) -> dict[int, tuple[str, ...]]:
        """One statement."""
        current = sa.and_(posts.c.id == stopped_posts.c.post_id, posts.c.version == stopped_posts.c.version)
        wanted = sa.select(posts.c.campaign_id, stopped_posts.c.reason).join(posts, current)
        found: dict[int, tuple[str, ...]] = {}
        for row in await self._connection.execute(
            wanted.where(posts.c.campaign_id.in_(campaigns)).order_by(posts.c.id)
        ):
            found[row.campaign_id] = (*found.get(row.campaign_id, ()), row.reason)
        return found
