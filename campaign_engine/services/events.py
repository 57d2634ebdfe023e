"""An event is off, or has a new time or place: those signed up are told at once, by one person (safety S9)."""

import dataclasses
from collections.abc import Mapping, Sequence

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus, PostContent
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import ForbiddenTransition
from campaign_engine.domain.event_change import (
    EventChange,
    Place,
    after,
    check_change,
    read_change,
    read_wall,
    unknown_change,
)
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import LIVE, check_event_canceller
from campaign_engine.domain.precinct import TargetKind, TargetRule
from campaign_engine.domain.rounding import rounded_size
from campaign_engine.domain.schedule import Schedule, to_wall
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.holding import Actor
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import event_cards, event_series
from campaign_engine.services.approval import notices_to
from campaign_engine.services.campaign_cards import status_rows
from campaign_engine.services.campaign_steps import log_step
from campaign_engine.services.event_series import Followed
from campaign_engine.services.event_words import EventWords
from campaign_engine.services.text_approvals import TextApprovals
from campaign_engine.services.turn import Answer, Notice

CANCELLED = "event_cancelled"
CHANGED = "event_changed"
STALE_MINUTES = 24 * 60
"""Word of an event is worth reading for a day (safety S6)."""

_NEVER_TOLD = (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED)


class Events:
    """Events are presence campaigns until they have a list of their own.

    A text that was changed on this installation and that nobody approved is refused here, before anything is done; what
    ships goes out at any hour, approved or not (safety S1, S9, ADR 13).
    """

    def __init__(
        self, clock: Clock, texts: TextApprovals, words: EventWords, hours: SendingHours = DEFAULT_HOURS
    ) -> None:
        self._clock = clock
        self._texts = texts
        self._words = words
        self._hours = hours

    async def cancel(self, work: UnitOfWork, person: Person, campaign_id: int, *, sure: bool) -> Answer:
        """Asks once, then does it once. Raises NotAllowed, ForbiddenTransition, Conflict, NotFound."""
        campaign, by = await self._event(work, person, campaign_id)
        told = await work.notices.told(campaign_id)
        if told is not None:
            return Answer((Reply("hold.event_told", {"title": campaign.title, "handle": told}),))
        await self._texts.check_may_leave(work, CANCELLED)
        if not sure:
            return Answer((_ask(campaign),))
        now = self._clock()
        # First, so that of two people at once one tells and the other learns of it.
        status = CampaignStatus.CANCELLED if campaign.status in LIVE else campaign.status
        await work.campaigns.set_status(campaign, status, now)
        await work.campaigns.withdraw_posts(campaign_id)
        people = await work.notices.tell(campaign, self._content(campaign, self._texts.texts(CANCELLED)), by, now)
        await log_step(work, person, "cancel_event", campaign_id, now)
        followed = await event_series.call_off(work, person, campaign_id, now)
        said = Reply("hold.event_cancelled", {"title": campaign.title, "people_told": rounded_size(people)})
        return Answer((said, *event_cards.followed(followed)), await _told(work, person, followed))

    async def places(
        self, work: UnitOfWork, person: Person, campaign_id: int, when: str, page: int
    ) -> tuple[Reply, ...]:
        """Where it may be then. Raises NotAllowed, ForbiddenTransition, InvalidInput, NotFound."""
        campaign, _ = await self._event(work, person, campaign_id)
        sites = await work.sites.in_precincts(campaign.precincts)
        return (event_cards.where(campaign, when, read_wall(when), sites, page, self._clock()),)

    async def change(
        self, work: UnitOfWork, person: Person, campaign_id: int, when: str, place: str, *, sure: bool
    ) -> Answer:
        """Shows what will be said, then says it. Raises as `cancel` does, and InvalidInput."""
        campaign, by = await self._event(work, person, campaign_id)
        told = await work.notices.told(campaign_id)
        if told is not None:
            return Answer((Reply("hold.event_told", {"title": campaign.title, "handle": told}),))
        if campaign.status is CampaignStatus.CANCELLED:
            raise ForbiddenTransition("This campaign is cancelled.", "Nothing of it can change any more.", "event_off")
        now, last = self._clock(), await work.notices.last_change(campaign_id)
        change = after(last and last[0], read_change(when, place), now)
        if last is not None and last[0] == change:
            return Answer((Reply("event.told", {"title": campaign.title, "handle": last[1]}),))
        check_change(change, now)
        await self._texts.check_may_leave(work, CHANGED)
        texts = self._words.texts(self._texts.texts(CHANGED), change, await _site_name(work, campaign, change))
        shown = self._words.shown(campaign, texts)
        if not sure:
            people = rounded_size(await work.notices.size(campaign_id, now))
            return Answer((event_cards.ask(campaign, f"{when}:{place}", shown, people),))
        await work.campaigns.set_status(campaign, campaign.status, now)
        people = await work.notices.tell_change(campaign, self._content(campaign, texts), change, by, now)
        await log_step(work, person, "change_event", campaign_id, now)
        to = change.wall if last is None or last[0].wall != change.wall else None
        followed = () if to is None else await event_series.follow(work, campaign_id, to, now, self._hours)
        replies = (event_cards.changed(campaign, rounded_size(people)), *event_cards.followed(followed))
        return Answer(replies, await _told(work, person, followed))

    async def _event(self, work: UnitOfWork, person: Person, campaign_id: int) -> tuple[Campaign, Actor]:
        campaign = await work.campaigns.get(campaign_id)
        by = Actor(check_event_canceller(person, campaign), person.handle)
        _check_event(campaign)
        return campaign, by

    def _content(self, campaign: Campaign, texts: Mapping[str, str]) -> PostContent:
        return PostContent(
            texts=texts,
            schedule=Schedule(to_wall(self._clock())),
            channels=DIRECT_CHANNELS,
            targets=TargetRule(TargetKind.PRECINCTS, precincts=campaign.precincts),
            stale_minutes=STALE_MINUTES,
            fixed=True,
        )


async def _told(work: UnitOfWork, person: Person, followed: Sequence[Followed]) -> tuple[Notice, ...]:
    """Other authors hear what became of their posts around the event."""
    notices: list[Notice] = []
    for one in followed:
        if one.campaign.author_id != person.contact_id:
            reply = dataclasses.replace(*event_cards.followed((one,)), options=status_rows(one.campaign.id))
            notices += notices_to(await work.campaigns.author(one.campaign), reply)
    return tuple(notices)


async def _site_name(work: UnitOfWork, campaign: Campaign, change: EventChange) -> str:
    """Raises InvalidInput for one that is closed or not near."""
    if change.place is not Place.SITE:
        return ""
    sites = {site.id: site for site in await work.sites.in_precincts(campaign.precincts)}
    if change.site_id not in sites:
        raise unknown_change()
    return sites[change.site_id].name


def _check_event(campaign: Campaign) -> None:
    if campaign.kind is not CampaignKind.PRESENCE:
        raise ForbiddenTransition("This campaign is no event.", "Cancel the campaign instead.", "not_event")
    if campaign.status in _NEVER_TOLD:
        raise ForbiddenTransition(
            "Nobody was told about this event yet.", "Cancel the campaign instead.", "not_told_yet"
        )


def _ask(campaign: Campaign) -> Reply:
    rows = (
        (Option(label="hold.event_yes", data=f"ev:{campaign.id}:yes"),),
        (Option(label="hold.event_no", data=f"st:{campaign.id}"),),
    )
    return Reply("hold.event_sure", {"title": campaign.title}, rows)
