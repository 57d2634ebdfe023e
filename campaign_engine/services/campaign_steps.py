"""What every step of a campaign needs: its precincts of today, its posts in one state, a line in the audit log."""

import dataclasses
from datetime import datetime

from campaign_engine.domain.campaign import Campaign, Draft, Post, PostStatus
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import NotFound
from campaign_engine.domain.permission import check_organizer
from campaign_engine.ports.desk import Desk
from campaign_engine.ports.planning import AuditEntry, Logged, StoredRanking
from campaign_engine.ports.unit_of_work import UnitOfWork


async def resolved(work: UnitOfWork, campaign: Campaign) -> tuple[Campaign, StoredRanking]:
    """With the precincts that its posts reach by the newest ranking."""
    ranking = await work.targeting.latest_ranking()
    return with_targets(campaign, ranking), ranking


def with_targets(campaign: Campaign, ranking: StoredRanking) -> Campaign:
    """With the precincts that all its posts reach by this ranking."""
    going = (post for post in campaign.posts if post.status is not PostStatus.WITHDRAWN)
    reached = {number for post in going for number in post.content.targets.resolve(ranking.ranking)}
    return dataclasses.replace(campaign, precincts=tuple(sorted(reached)) or campaign.precincts)


def in_status(campaign: Campaign, status: PostStatus) -> tuple[Post, ...]:
    """Its posts in this state."""
    return tuple(post for post in campaign.posts if post.status is status)


async def own_draft(work: UnitOfWork, author: Person, desk: Desk | None = None) -> Draft:
    """The draft that this organizer began or opened last, as it lies on the desk. Raises NotAllowed, NotFound."""
    contact_id = check_organizer(author)
    draft = await work.campaigns.current_draft(contact_id) if desk is None else desk.draft
    if draft is None:
        raise NotFound("You have no draft open.", "Begin a new campaign from the menu.", "no_draft")
    return draft


async def keep_draft(work: UnitOfWork, draft: Draft, entry: AuditEntry, now: datetime, desk: Desk | None) -> None:
    """With its line in the log. Raises Conflict."""
    after = await work.audit.head() if desk is None else desk.log_head
    await work.campaigns.change_draft(draft, Logged(entry, now, after))


def draft_step(author: Person, action: str, draft: Draft) -> AuditEntry:
    """Who did what to a draft, by the handle (safety R3)."""
    return AuditEntry(author.handle, action, f"campaign:{draft.campaign_id}")


async def log_step(work: UnitOfWork, person: Person, action: str, campaign_id: int, now: datetime) -> None:
    """Who did what, by the handle (safety R3)."""
    await work.audit.append(AuditEntry(person.handle, action, f"campaign:{campaign_id}"), now)
