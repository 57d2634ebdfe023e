"""Plays a campaign through with everybody it could reach, by the very planner that the sender asks (safety F12)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from campaign_engine.domain.audience import DIRECT_CHANNELS, Audience
from campaign_engine.domain.campaign import Campaign, Post, PostStatus, topic_of
from campaign_engine.domain.hold import held_until
from campaign_engine.domain.lane_forecast import Arrival
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import LIVE
from campaign_engine.domain.planner import Facts, priority_of
from campaign_engine.domain.rehearsal import Candidate, Firing, Others, Rehearsal, firings_ahead
from campaign_engine.domain.schedule import to_utc
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.clashes import MOST_SHOWN, clashes_of

MOST_OTHERS = 20
"""Posts of other campaigns around the same time that are counted; more of them would be a plan that nobody follows."""

AROUND = timedelta(hours=8)
"""How long before a firing another one may still be leaving."""

Progress = Callable[[int, int], None]
"""Told how far it is, of how much."""


async def rehearse(
    work: UnitOfWork, campaign: Campaign, now: datetime, hours: SendingHours, progress: Progress | None = None
) -> Reply:
    """As a card; see `played`."""
    rehearsal = await played(work, campaign, now, hours, progress)
    found = await clashes_of(work, campaign, now)
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
    work: UnitOfWork, campaign: Campaign, now: datetime, hours: SendingHours, progress: Progress | None = None
) -> Rehearsal:
    """The campaign with its precincts; reads page by page, so that nobody waits for it."""
    firings = firings_ahead(campaign, now)
    channels = tuple(sorted(frozenset().union(*(firing.channels for firing in firings))))
    # Of several posts a room counts unless all of them leave it out.
    left_out = [set(post.content.without_rooms) for post in campaign.posts]
    without = tuple(sorted(set.intersection(*left_out))) if left_out else ()
    audience = Audience(topic_of(campaign.kind), channels, campaign.precincts, without_rooms=without)
    holds = await work.holds.open(campaign.precincts, now)
    switch = await work.kill_switch.state()
    rooms = await work.rehearsals.rooms(audience)
    held = {number: held_until(holds, campaign.kind, number, now) for number in campaign.precincts}
    priority, stopped = priority_of(campaign.kind), switch is not None and switch.is_on

    def around(each: Candidate) -> Facts:
        return replace(each.facts, priority=priority, stopped=stopped, held_until=held.get(each.precinct))

    rehearsal = Rehearsal(firings, hours, campaign.status, rooms, around=around)
    rehearsal.others = await _others(work, campaign, rehearsal.played, channels, now)
    total = await work.rehearsals.last() if progress is not None else 0
    after = 0 if firings else None
    while after is not None:
        page, after = await work.rehearsals.candidates(audience, now, after)
        rehearsal.play(page)
        if progress is not None:
            progress(total if after is None else after, total)
    return rehearsal


async def _others(
    work: UnitOfWork, campaign: Campaign, firings: Sequence[Firing], channels: Sequence[str], now: datetime
) -> dict[str, Others]:
    """What else these lanes have to do then: the queue of now, and other posts, whoever of theirs it goes to."""
    if not firings:
        return {}
    near = list(await _near(work, campaign, firings))[:MOST_OTHERS]
    holds = {state.name: state.hold_until for state in await work.lanes.states()}
    last = max(firing.stale_at for firing in firings)
    found = {}
    for channel in channels:
        arrivals = [Arrival(now, last, await work.deliveries.open_count(channel))]
        for other, post, due in near:
            direct = channel in DIRECT_CHANNELS and not post.content.rooms_only
            if channel in post.content.channels:
                whom = Audience(
                    topic_of(other.kind), (channel,), other.precincts, without_rooms=post.content.without_rooms
                )
                size = await work.audiences.size(whom, now)
                stale_at = due + timedelta(minutes=post.content.stale_minutes)
                arrivals.append(Arrival(due, stale_at, size.rooms + (size.people if direct else 0)))
        found[channel] = Others(tuple(arrivals), holds.get(channel))
    return found


async def _near(
    work: UnitOfWork, campaign: Campaign, firings: Sequence[Firing]
) -> Iterator[tuple[Campaign, Post, datetime]]:
    """Approved posts of campaigns that go on, in order of time."""
    begin, end = firings[0].due_at - AROUND, firings[-1].stale_at
    going = [one for one in await work.campaigns.lately(begin) if one.status in LIVE and one.id != campaign.id]
    found = [
        (other, post, to_utc(wall))
        for other in going
        for post in other.posts
        if post.status is PostStatus.APPROVED
        for wall in post.content.schedule.walls()
        if begin < to_utc(wall) < end
    ]
    return iter(sorted(found, key=lambda one: one[2]))
