"""Which posts a lane stopped, and why."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.ports.stopping import Run
from campaign_engine.store.short import Short
from campaign_engine.store.tables import campaigns, failing_posts, posts, stopped_posts
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_ALL_LANES = ""


def _left(_dialect: str) -> sa.Delete:
    theirs = (failing_posts.c[name] == sa.bindparam(f"of_{name}") for name in ("post_id", "version"))
    return failing_posts.delete().where(*theirs, failing_posts.c.lane.in_((_ALL_LANES, sa.bindparam("of_lane"))))


_LEFT = Short(_left)


class SqlStoppedPostsRepository(Transaction):
    """Implements ports.stopping.StoppedPostsRepository."""

    async def count(self, lane: str, run: Run) -> int:
        """One statement where something left, one where something failed."""
        longest = await self._failed(lane, run, run.failed)
        if run.last is None:
            return longest
        await _LEFT.row(self._connection, {"of_post_id": run.post_id, "of_version": run.version, "of_lane": lane})
        return max(longest, await self._failed(lane, run, run.last))

    async def _failed(self, lane: str, run: Run, more: int) -> int:
        if not more:
            return 0
        key = {"post_id": run.post_id, "version": run.version}
        rows = [{**key, "lane": name, "failures": more} for name in (_ALL_LANES, lane)]
        first = insert(self._connection, failing_posts).values(rows)
        again = first.on_conflict_do_update(
            index_elements=list(failing_posts.primary_key.columns),
            set_={"failures": failing_posts.c.failures + first.excluded.failures},
        )
        found = await self._connection.scalars(again.returning(failing_posts.c.failures))
        return int(max(found))

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
        """Two statements."""
        theirs = sa.select(posts.c.id).where(posts.c.campaign_id == campaign_id)
        await self._connection.execute(failing_posts.delete().where(failing_posts.c.post_id.in_(theirs)))
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
