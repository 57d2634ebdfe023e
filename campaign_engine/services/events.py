"""An event is off: those signed up are told at once, at any hour, by one person (safety S9)."""

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus, PostContent
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import ForbiddenTransition
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.permission import LIVE, check_event_canceller
from campaign_engine.domain.precinct import TargetKind, TargetRule
from campaign_engine.domain.rounding import rounded_size
from campaign_engine.domain.schedule import Schedule, to_wall
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.holding import Actor
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_steps import log_step
from campaign_engine.services.text_approvals import TextApprovals

CANCELLED = "event_cancelled"
STALE_MINUTES = 24 * 60
"""A cancellation is worth reading for a day (safety S6)."""

_NEVER_TOLD = (CampaignStatus.DRAFT, CampaignStatus.SUBMITTED)


class Events:
    """Events are presence campaigns until they have a list of their own."""

    def __init__(self, clock: Clock, texts: TextApprovals) -> None:
        self._clock = clock
        self._texts = texts

    async def cancel(self, work: UnitOfWork, person: Person, campaign_id: int, *, sure: bool) -> tuple[Reply, ...]:
        """Asks once, then does it once. Raises NotAllowed, ForbiddenTransition, Conflict, NotFound."""
        campaign = await work.campaigns.get(campaign_id)
        by = Actor(check_event_canceller(person, campaign), person.handle)
        _check_event(campaign)
        told = await work.notices.told(campaign_id)
        if told is not None:
            return (Reply("hold.event_told", {"title": campaign.title, "handle": told}),)
        await self._texts.check_may_leave(work, CANCELLED)
        if not sure:
            return (_ask(campaign),)
        now = self._clock()
        # First, so that of two people at once one tells and the other learns of it.
        after = CampaignStatus.CANCELLED if campaign.status in LIVE else campaign.status
        await work.campaigns.set_status(campaign, after, now)
        await work.campaigns.withdraw_posts(campaign_id)
        people = await work.notices.tell(campaign, self._content(campaign), by, now)
        await log_step(work, person, "cancel_event", campaign_id, now)
        return (Reply("hold.event_cancelled", {"title": campaign.title, "people_told": rounded_size(people)}),)

    def _content(self, campaign: Campaign) -> PostContent:
        return PostContent(
            texts=self._texts.texts(CANCELLED),
            schedule=Schedule(to_wall(self._clock())),
            channels=DIRECT_CHANNELS,
            targets=TargetRule(TargetKind.PRECINCTS, precincts=campaign.precincts),
            stale_minutes=STALE_MINUTES,
            fixed=True,
            automatic=CANCELLED,
        )


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
