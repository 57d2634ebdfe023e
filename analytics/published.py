"""Which campaigns have a public report; without pandas, because the serving process asks too."""

from typing import Any

import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.store import tables as t

_UNDECIDED = (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED)


def published_campaigns(*columns: sa.Column[Any]) -> sa.Select[Any]:
    """Campaigns whose report is public: approved or later, and approved at least once."""
    approved = (
        sa.exists()
        .where(t.posts.c.campaign_id == t.campaigns.c.id, t.post_versions.c.post_id == t.posts.c.id)
        .where(t.post_versions.c.approved_at.is_not(None))
    )
    # Its posts have gone 24 months after the end, its counts stay.
    closed = sa.exists().where(t.closings.c.campaign_id == t.campaigns.c.id)
    # What the program writes by itself is nobody's campaign.
    own = sa.exists().where(t.posts.c.campaign_id == t.campaigns.c.id, t.own_posts.c.post_id == t.posts.c.id)
    return sa.select(*columns).where(t.campaigns.c.status.not_in(_UNDECIDED), sa.or_(approved, closed), ~own)
