"""Weekly editions: written once, read by analytics.editions."""

from dataclasses import asdict
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.schedule import to_utc
from campaign_engine.ports.editions import NewEdition
from campaign_engine.store.tables import campaigns, editions, own_posts, posts
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert

_NOT_LAUNCHED = (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED)

CHANGES_FOR = timedelta(weeks=6)
"""So long after its end a campaign still gets editions; its facts go after 30 days."""


class SqlEditionsRepository(Transaction):
    """Implements ports.editions.EditionsRepository."""

    async def due(self, week: date) -> tuple[int, ...]:
        """One read."""
        mine = sa.exists().where(editions.c.campaign_id == campaigns.c.id, editions.c.week >= week)
        own = sa.exists().where(posts.c.campaign_id == campaigns.c.id, own_posts.c.post_id == posts.c.id)
        begun = to_utc(datetime.combine(week, time()))
        still = sa.or_(campaigns.c.finished_at.is_(None), campaigns.c.finished_at > begun - CHANGES_FOR)
        wanted = campaigns.c.launched_at < begun, campaigns.c.status.not_in(_NOT_LAUNCHED), still, ~own, ~mine
        found = sa.select(campaigns.c.id).where(*wanted).order_by(campaigns.c.id)
        return tuple((await self._connection.scalars(found)).all())

    async def add(self, edition: NewEdition) -> bool:
        """One write."""
        new = insert(self._connection, editions).values(asdict(edition)).on_conflict_do_nothing()
        return await self._connection.scalar(new.returning(editions.c.number)) is not None
