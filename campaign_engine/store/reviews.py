"""Approved versions of posts, and why a campaign went back to its author."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from campaign_engine.domain.campaign import PostContent
from campaign_engine.ports.reviews import Returned
from campaign_engine.store.tables import post_versions, posts, returns
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import upsert


class SqlReviewsRepository(Transaction):
    """Implements ports.reviews.ReviewsRepository."""

    async def approved(self, *campaigns: int) -> Mapping[int, PostContent]:
        """One statement."""
        v = post_versions.c
        wanted = (
            sa.select(v.post_id, v.content)
            .join(posts, posts.c.id == v.post_id)
            .where(posts.c.campaign_id.in_(campaigns), v.approved_at.is_not(None))
            .order_by(v.post_id, v.version)
        )
        # Of each post the last one stays.
        return {row.post_id: PostContent.from_json(row.content) for row in await self._connection.execute(wanted)}

    async def note_return(self, campaign_id: int, returned: Returned) -> None:
        """One upsert."""
        noted = upsert(self._connection, returns, change=("reason", "words", "returned_at"))
        values = {"reason": returned.reason, "words": returned.words, "returned_at": returned.at}
        await self._connection.execute(noted.values(campaign_id=campaign_id, **values))

    async def returned(self, campaign_id: int) -> Returned | None:
        """One statement."""
        wanted = sa.select(returns).where(returns.c.campaign_id == campaign_id)
        row = (await self._connection.execute(wanted)).one_or_none()
        return None if row is None else Returned(row.reason, row.words, row.returned_at)

    async def forget_return(self, campaign_id: int) -> None:
        """One delete."""
        await self._connection.execute(returns.delete().where(returns.c.campaign_id == campaign_id))

    async def forget_returns(self, before: datetime) -> int:
        """One delete."""
        return (await self._connection.execute(returns.delete().where(returns.c.returned_at < before))).rowcount
