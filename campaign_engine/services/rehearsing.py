"""Plays a campaign through with everybody it could reach, by the very planner that the sender asks."""

from dataclasses import replace
from datetime import datetime

from campaign_engine.domain.audience import Audience
from campaign_engine.domain.campaign import Campaign, topic_of
from campaign_engine.domain.hold import held_until
from campaign_engine.domain.message import Reply
from campaign_engine.domain.planner import priority_of
from campaign_engine.domain.rehearsal import Rehearsal, firings_ahead
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.unit_of_work import UnitOfWork


async def rehearse(work: UnitOfWork, campaign: Campaign, now: datetime, hours: SendingHours) -> Reply:
    """As a card; see `played`."""
    rehearsal = await played(work, campaign, now, hours)
    values = {
        "title": campaign.title,
        "firings": rehearsal.as_values(),
        "more": rehearsal.more,
        "unverified": hours.calendar.unverified,
    }
    return Reply("sending.rehearsal", values)


async def played(work: UnitOfWork, campaign: Campaign, now: datetime, hours: SendingHours) -> Rehearsal:
    """The campaign with its precincts; reads page by page, so that nobody waits for it."""
    firings = firings_ahead(campaign, now)
    channels = tuple(sorted(frozenset().union(*(firing.channels for firing in firings))))
    # Of several posts a room counts unless all of them leave it out.
    left_out = [set(post.content.without_rooms) for post in campaign.posts]
    without = tuple(sorted(set.intersection(*left_out))) if left_out else ()
    audience = Audience(topic_of(campaign.kind), channels, campaign.precincts, without_rooms=without)
    holds = await work.holds.open(campaign.precincts, now)
    switch = await work.kill_switch.state()
    rehearsal = Rehearsal(firings, hours, campaign.status, await work.rehearsals.rooms(audience))
    after: int | None = 0
    while after is not None and firings:
        page, after = await work.rehearsals.candidates(audience, now, after)
        rehearsal.play(
            replace(
                each,
                facts=replace(
                    each.facts,
                    priority=priority_of(campaign.kind),
                    stopped=switch is not None and switch.is_on,
                    held_until=held_until(holds, campaign.kind, each.precinct, now),
                ),
            )
            for each in page
        )
    return rehearsal
