"""Posts that go out around an event: which events there are, and what follows one that is moved or off (safety F10)."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign_engine.domain.campaign import (
    WAITING,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Post,
    PostContent,
    PostStatus,
)
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import InvalidInput, NotFound
from campaign_engine.domain.event_change import WHEN
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import LIVE, may_see
from campaign_engine.domain.schedule import Around, Schedule, to_utc
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_steps import log_step

MOST_EVENTS = 8
_GOING = LIVE | {CampaignStatus.FINISHED}
"""An event may be over, and the word of thanks follows the day after."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A campaign whose post follows an event; its times from now on, none where nothing of it goes out any more."""

    campaign: Campaign
    walls: tuple[datetime, ...] = ()

    def as_values(self) -> dict[str, Any]:
        """For a template."""
        return {"title": self.campaign.title, "walls": self.walls}


async def offered(work: UnitOfWork, reader: Person, campaign_id: int, now: datetime) -> Reply:
    """Events that this person may see and that are still to come, soonest first."""
    found = [
        (wall, one)
        for one in await work.campaigns.lately(now)
        if one.id != campaign_id and one.status in LIVE and may_see(reader, one)
        if (wall := await event_wall(work, one)) is not None and to_utc(wall) > now
    ]
    rows = tuple(
        (Option(label="series.event", data=f"es:e:{one.id}:{wall:{WHEN}}", values={"title": one.title, "wall": wall}),)
        for wall, one in sorted(found, key=lambda pair: pair[0])[:MOST_EVENTS]
    )
    back = ((Option(label="organize.back", data="ed:schedule"),),)
    return Reply("series.which_event" if rows else "series.no_event", options=(*rows, *back))


async def event_wall(work: UnitOfWork, campaign: Campaign) -> datetime | None:
    """When an event is in New York, as it was told last; None for one whose time nobody has said."""
    if campaign.kind is not CampaignKind.PRESENCE:
        return None
    told = await work.notices.last_change(campaign.id)
    if told is not None and told[0].wall is not None:
        return told[0].wall
    return next((around.wall for around in _around(campaign.posts) if around.campaign_id == campaign.id), None)


async def check(work: UnitOfWork, campaign: Campaign, schedule: Schedule) -> None:
    """Raise InvalidInput unless the event that it follows is on, at the time that it was planned for."""
    around = schedule.around
    if around is None:
        return
    own = around.campaign_id == campaign.id
    if own and campaign.status not in LIVE and campaign.kind is CampaignKind.PRESENCE:
        return
    try:
        event = campaign if own else await work.campaigns.get(around.campaign_id)
    except NotFound:
        event = None
    wall = await event_wall(work, event) if event is not None and event.status in _GOING else None
    if wall is None:
        raise InvalidInput("This event is off.", "Choose another time.", "series_off")
    if wall != around.wall:
        raise InvalidInput("This event has another time now.", "Choose its days again.", "event_moved", {"wall": wall})


async def follow(
    work: UnitOfWork, event_id: int, wall: datetime, now: datetime, hours: SendingHours
) -> tuple[Followed, ...]:
    """What has not fired moves with the event; what would be in the past, or after it began, is left out.

    The words, the days and the people behind a post stay: it is approved as it was (safety S1, S9).
    """
    found = []
    for campaign in await _followers(work, event_id):
        for post in campaign.posts:
            if _follows(post, event_id) and any(to_utc(one) > now for one in post.content.schedule.walls()):
                campaign = await work.campaigns.set_status(campaign, campaign.status, now)  # noqa: PLW2901 - its version
                found.append(await _moved(work, campaign, post, wall, now, hours))
    return tuple(found)


async def call_off(work: UnitOfWork, person: Person, event_id: int, now: datetime) -> tuple[Followed, ...]:
    """Campaigns that only write around this event end with it."""
    found = []
    for campaign in await _followers(work, event_id):
        if campaign.id == event_id or campaign.status is CampaignStatus.FINISHED:
            continue
        await work.campaigns.set_status(campaign, CampaignStatus.CANCELLED, now)
        await work.campaigns.withdraw_posts(campaign.id)
        await log_step(work, person, "cancel with event", campaign.id, now)
        found.append(Followed(campaign))
    return tuple(found)


async def _moved(
    work: UnitOfWork, campaign: Campaign, post: Post, wall: datetime, now: datetime, hours: SendingHours
) -> Followed:
    later = max(hours.school_day[0], hours.other_day[0])
    schedule = post.content.schedule.moved(wall, now, lambda one: hours.is_allowed(to_utc(one)), later)
    if schedule is None:
        await work.approvals.withdraw(post.id)
        return Followed(campaign)
    content = dataclasses.replace(await _own_content(work, campaign, post), schedule=schedule)
    if post.status in WAITING:
        await work.approvals.renew(post, content, now)
    else:
        await work.approvals.follow(post, content, now)
    return Followed(campaign, tuple(schedule.walls()))


async def _own_content(work: UnitOfWork, campaign: Campaign, post: Post) -> PostContent:
    """Without a fix that waits for the author's yes: handed in anew, whoever fixed it could approve it (safety S1)."""
    if post.status is not PostStatus.FIXED:
        return post.content
    waiting = await work.approvals.waits(campaign.id)
    return next(one.before for one in waiting if one.post_id == post.id and one.before is not None)


async def _followers(work: UnitOfWork, event_id: int) -> tuple[Campaign, ...]:
    return tuple([await work.campaigns.get(number) for number in await work.notices.followers(event_id)])


def _follows(post: Post, event_id: int) -> bool:
    around = post.content.schedule.around
    return around is not None and around.campaign_id == event_id and post.status in (*WAITING, PostStatus.APPROVED)


def _around(posts: Iterable[Post]) -> Iterable[Around]:
    return (post.content.schedule.around for post in posts if post.content.schedule.around is not None)
