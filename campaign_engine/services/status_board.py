"""How campaigns stand: a board with what needs somebody first, and the card of one campaign (safety K3)."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus, Post, PostStatus
from campaign_engine.domain.contact import Person
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.hold import Hold, held_until
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import LIVE, waits, waits_for_author
from campaign_engine.domain.roles import Capability, may
from campaign_engine.domain.rounding import SMALLEST_SHOWN, rounded_size
from campaign_engine.domain.schedule import to_utc
from campaign_engine.domain.slots import has_passed
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services.campaign_steps import resolved

LONG = timedelta(hours=24)
"""A wait that is a problem."""

MOST_HELD = 40
"""Precincts of one campaign that are offered for a hold; the others are found by borough."""

Counts = Mapping[DeliveryStatus, int]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known beside a campaign: its messages by status, its precincts' holds, whether a post was stopped."""

    counts: Counts
    stopped: bool
    holds: Sequence[Hold]
    now: datetime


_LEFT = (DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.RETRYING, DeliveryStatus.HELD)


async def board(work: UnitOfWork, found: Sequence[Campaign], now: datetime) -> Reply:
    """One line and one button for each; what has a problem first, then what waits, then the newest."""
    counts = await work.boards.messages([campaign.id for campaign in found])
    live = {number for campaign in found if campaign.status in LIVE for number in campaign.precincts}
    holds = await work.holds.open(live, now) if live else ()
    stopped = await work.stopped_posts.reasons([campaign.id for campaign in found])
    lines = [
        await _line(work, campaign, Seen(counts[campaign.id], campaign.id in stopped, holds, now)) for campaign in found
    ]
    lines.sort(key=lambda line: (not line["problems"], not line["waits_for"], line["over"], -line["id"]))
    rows = tuple((Option(label="campaign.list_entry", data=f"st:{line['id']}", values=line),) for line in lines)
    return Reply("campaign.board", {"lines": tuple(lines)}, rows)


async def card(work: UnitOfWork, reader: Person, campaign: Campaign, now: datetime, *, may_move: bool) -> Reply:
    """Status with its posts and messages, and what this reader can do about it."""
    plain = cards.status_card(campaign, now, may_move=may_move)
    counts = (await work.boards.messages([campaign.id]))[campaign.id]
    posts = tuple(_post(number, post, now) for number, post in enumerate(campaign.posts, 1))
    stopped = (await work.stopped_posts.reasons([campaign.id])).get(campaign.id, ())
    sums = _messages(counts) if campaign.launched_at else None
    values = {**plain.values, "posts": posts, "messages": sums, "stopped": stopped}
    rows = (*cards.retry_rows(campaign), *plain.options) if stopped and may_move else plain.options
    approved = any(post.status is PostStatus.APPROVED for post in campaign.posts)
    if approved and campaign.kind is not CampaignKind.AFTERMATH:
        rows = ((*rows[0], Option(label="sharing.open", data=f"kt:{campaign.id}")), *rows[1:])
    if may_move and counts.get(DeliveryStatus.UNCONFIRMED, 0):
        rows = ((Option(label="unconfirmed.open", data=f"un:{campaign.id}"),), *rows)
    if campaign.status in LIVE and may(reader, Capability.HOLD):
        rows = (*rows, (Option(label="campaign.hold", data=f"hc:{campaign.id}"),))
    return dataclasses.replace(plain, values=values, options=rows)


def hold_card(campaign: Campaign) -> Reply:
    """Its precincts, each with the card on which one tap holds it (safety I1)."""
    rows = tuple(
        tuple(Option(literal=str(number), data=f"hd:c:{number}") for number in campaign.precincts[start : start + 5])
        for start in range(0, min(len(campaign.precincts), MOST_HELD), 5)
    )
    more: cards.Rows = ((Option(label="campaign.hold_others", data="hd"),),)
    return Reply("campaign.hold_which", {"title": campaign.title}, (*rows, *more))


async def _line(work: UnitOfWork, campaign: Campaign, seen: Seen) -> dict[str, Any]:
    waits_for, since = await _waits_for(work, campaign)
    return {
        "id": campaign.id,
        "title": campaign.title,
        "status": campaign.status.value,
        "over": campaign.status in (CampaignStatus.FINISHED, CampaignStatus.CANCELLED),
        "next": cards.next_wall(campaign, seen.now) if campaign.status in LIVE else None,
        "waits_for": waits_for,
        "messages": _messages(seen.counts) if campaign.launched_at else None,
        "problems": _problems(campaign, seen, since),
    }


async def _waits_for(work: UnitOfWork, campaign: Campaign) -> tuple[tuple[str, ...], datetime | None]:
    """Handles of those who may decide, "author", or "nobody"; and since when it waits."""
    if not waits(campaign) and not waits_for_author(campaign):
        return (), None
    since = min((wait.since for wait in await work.approvals.waits(campaign.id)), default=None)
    if waits_for_author(campaign):
        return ("author",), since
    reached, _ = await resolved(work, campaign)
    handles = tuple(staff.handle for staff in await work.campaigns.approvers(reached))
    return handles or ("nobody",), since


def _problems(campaign: Campaign, seen: Seen, since: datetime | None) -> tuple[str, ...]:
    """Codes; the template says them. Numbers stay out of them, save that failures are many."""
    submitted = [post for post in campaign.posts if post.status is PostStatus.SUBMITTED]
    holds = seen.holds if campaign.status in LIVE else ()
    checks = {
        "unconfirmed": seen.counts.get(DeliveryStatus.UNCONFIRMED, 0) > 0,
        "stopped": seen.stopped,
        "failed": seen.counts.get(DeliveryStatus.FAILED, 0) >= SMALLEST_SHOWN,
        "passed": any(has_passed(post.content.schedule, seen.now) for post in submitted),
        "long_wait": since is not None and seen.now - since > LONG,
        "held": any(held_until(holds, campaign.kind, number, seen.now) for number in campaign.precincts),
        "paused": campaign.status is CampaignStatus.PAUSED,
    }
    return tuple(name for name, found in checks.items() if found)


def _messages(counts: Counts) -> Mapping[str, Any]:
    """Rounded down, None for fewer than twenty, none included; what is unconfirmed waits for a decision."""
    return {
        "sent": rounded_size(counts.get(DeliveryStatus.SENT, 0)),
        "left": rounded_size(sum(counts.get(status, 0) for status in _LEFT)),
        "failed": rounded_size(counts.get(DeliveryStatus.FAILED, 0)),
        "unconfirmed": counts.get(DeliveryStatus.UNCONFIRMED, 0) > 0,
    }


def _post(number: int, post: Post, now: datetime) -> Mapping[str, Any]:
    ahead = tuple(wall for wall in post.content.schedule.walls() if to_utc(wall) > now)
    return {
        "number": number,
        "status": post.status.value,
        "walls": ahead,
        "channels": post.content.channels,
    }
