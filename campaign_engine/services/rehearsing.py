"""Plays a campaign through with everybody it could reach, by the very planner that the sender asks (safety F12)."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaign_engine.domain.audience import DIRECT_CHANNELS, Audience, Room
from campaign_engine.domain.campaign import Campaign, CampaignStatus, Post, PostStatus, topic_of
from campaign_engine.domain.hold import Hold, held_until
from campaign_engine.domain.lane_forecast import Arrival
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import LIVE
from campaign_engine.domain.planner import WEEK, Facts, priority_of
from campaign_engine.domain.rehearsal import Candidate, Firing, Others, Rehearsal, Rival, firings_ahead
from campaign_engine.domain.schedule import to_utc
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.rehearsals import Load
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.clashes import MOST_SHOWN, clashes_of, lately

MOST_OTHERS = 20
"""Posts of other campaigns around the same time that are counted; more of them would be a plan that nobody follows."""

MOST_RIVALS = 60
"""Times at which other campaigns write to the same people that are counted against the week of each."""

AROUND = timedelta(hours=8)
"""How long before a firing another one may still be leaving."""

Progress = Callable[[int, int], None]
"""Told how far it is, of how much."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What rehearsals at `now` stand on, read once however many there are.

    `rooms` by campaign: those that one of its posts may go to. `others` as of clashes.lately.
    """

    now: datetime
    holds: tuple[Hold, ...]
    is_stopped: bool
    load: Load
    rooms: Mapping[int, tuple[Room, ...]]
    others: tuple[Campaign, ...]


async def grounds(work: UnitOfWork, campaigns: Sequence[Campaign], now: datetime) -> Grounds:
    """Five statements; the campaigns have their precincts of today."""
    everywhere = {number for campaign in campaigns for number in campaign.precincts}
    asked = [
        ({channel for post in campaign.posts for channel in post.content.channels}, campaign.precincts)
        for campaign in campaigns
    ]
    holds = await work.holds.open(everywhere, now)
    switch = await work.kill_switch.state()
    met = await work.rooms.meeting(*asked)
    rooms = {campaign.id: found for campaign, found in zip(campaigns, met, strict=True)}
    load = await work.rehearsals.load()
    return Grounds(now, holds, switch is not None and switch.is_on, load, rooms, await lately(work, now))


async def rehearse(
    work: UnitOfWork, campaign: Campaign, now: datetime, hours: SendingHours, progress: Progress | None = None
) -> Reply:
    """As a card; see `played`."""
    known = await grounds(work, (campaign,), now)
    rehearsal = await played(work, campaign, hours, known, progress)
    found = await clashes_of(work, campaign, now, known.others)
    values = {
        "title": campaign.title,
        "firings": rehearsal.as_values(),
        "more": rehearsal.more,
        "clashes": tuple(clash.as_values() for clash in found[:MOST_SHOWN]),
        "more_clashes": max(0, len(found) - MOST_SHOWN),
        "unverified": hours.calendar.unverified,
    }
    return Reply("sending.rehearsal", values)


async def played(
    work: UnitOfWork, campaign: Campaign, hours: SendingHours, known: Grounds, progress: Progress | None = None
) -> Rehearsal:
    """The campaign with its precincts; reads page by page, so that nobody waits for it."""
    firings = firings_ahead(campaign, known.now)
    channels = tuple(sorted(frozenset().union(*(firing.channels for firing in firings))))
    # Of several posts a room counts unless all of them leave it out.
    left_out = [set(post.content.without_rooms) for post in campaign.posts]
    without = tuple(sorted(set.intersection(*left_out))) if left_out else ()
    audience = Audience(topic_of(campaign.kind), channels, campaign.precincts, without_rooms=without)
    met = [room.channel for room in known.rooms[campaign.id] if room.id not in without]
    rooms = Counter(channel for channel in met if channel in channels)
    held = {number: held_until(known.holds, campaign.kind, number, known.now) for number in campaign.precincts}
    priority = priority_of(campaign.kind)

    def around(each: Candidate) -> Facts:
        return replace(each.facts, priority=priority, stopped=known.is_stopped, held_until=held.get(each.precinct))

    rivals = _rivals(campaign, firings, known)
    topics = frozenset(one.topic for one in rivals)
    rehearsal = Rehearsal(firings, hours, campaign.status, rooms, around=around, rivals=rivals)
    rehearsal.others = await _others(work, campaign, rehearsal.played, channels, known)
    after, last = 0, known.load.last if firings else 0
    while after < last:
        page, after = await work.rehearsals.candidates(audience, known.now, after, topics)
        rehearsal.play(page)
        if progress is not None:
            progress(min(after, last), last)
    return rehearsal


async def _others(
    work: UnitOfWork, campaign: Campaign, firings: Sequence[Firing], channels: Sequence[str], known: Grounds
) -> dict[str, Others]:
    """What else these lanes have to do then: the queue of now, and other posts, whoever of theirs it goes to."""
    if not firings:
        return {}
    last = max(firing.stale_at for firing in firings)
    arrivals = {channel: [Arrival(known.now, last, known.load.waiting.get(channel, 0))] for channel in channels}
    near = _near(campaign, (firings[0].due_at - AROUND, last), known.others)[:MOST_OTHERS]
    asked = [(channel, *one) for channel in channels for one in near if channel in one[1].content.channels]
    audiences = [
        Audience(topic_of(other.kind), (channel,), other.precincts, without_rooms=post.content.without_rooms)
        for channel, other, post, _ in asked
    ]
    sizes = await work.audiences.sizes(audiences, known.now)
    for (channel, _, post, due), size in zip(asked, sizes, strict=True):
        direct = channel in DIRECT_CHANNELS and not post.content.rooms_only
        stale_at = due + timedelta(minutes=post.content.stale_minutes)
        arrivals[channel].append(Arrival(due, stale_at, size.rooms + (size.people if direct else 0)))
    hold_until = known.load.hold_until
    return {channel: Others(tuple(arrivals[channel]), hold_until.get(channel)) for channel in channels}


def _rivals(campaign: Campaign, firings: Sequence[Firing], known: Grounds) -> tuple[Rival, ...]:
    """What others write to people of these precincts in the week before, and until the last one leaves (safety S5)."""
    if not firings:
        return ()
    between = max(known.now - AROUND, firings[0].due_at - WEEK), firings[-1].stale_at
    found = []
    for other, post, due in _near(campaign, between, known.others):
        shared = frozenset(campaign.precincts).intersection(other.precincts)
        stale_at = due + timedelta(minutes=post.content.stale_minutes)
        goes_on = stale_at > known.now and other.status is not CampaignStatus.PAUSED
        if not shared or not goes_on or post.content.rooms_only:
            continue
        firing = Firing(due, due, stale_at, None, frozenset(post.content.channels))
        held = {number: held_until(known.holds, other.kind, number, known.now) for number in shared}
        found.append(Rival(firing, topic_of(other.kind), shared, priority_of(other.kind), held))
    return tuple(found[:MOST_RIVALS])


def _near(
    campaign: Campaign, between: tuple[datetime, datetime], others: Sequence[Campaign]
) -> list[tuple[Campaign, Post, datetime]]:
    """Approved posts of campaigns that go on, in order of time."""
    begin, end = between
    found = [
        (other, post, to_utc(wall))
        for other in others
        if other.status in LIVE and other.id != campaign.id
        for post in other.posts
        if post.status is PostStatus.APPROVED
        for wall in post.content.schedule.walls()
        if begin < to_utc(wall) < end
    ]
    return sorted(found, key=lambda one: one[2])
