"""Check-ins after a confirmed incident: a fixed text, one precinct, subscribers of check-ins only (safety I2)."""

import dataclasses
from collections.abc import Mapping

from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.campaign import Campaign, CampaignKind, Post
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import Conflict, NotAllowed
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import check_organizer, check_targets, check_watcher
from campaign_engine.domain.precinct import TargetKind, TargetRule
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_steps import log_step
from campaign_engine.services.post_texts import PostTexts

CHOICES = frozenset({"languages", "schedule"})


class CheckIns:
    """Starts the draft of which an organizer chooses languages and time, and nothing else."""

    def __init__(self, clock: Clock, texts: PostTexts, renderer: Renderer) -> None:
        self._clock = clock
        self._texts = texts
        self._renderer = renderer

    async def start(self, work: UnitOfWork, author: Person, precinct: int) -> tuple[Reply, ...]:
        """The fixed text as it will be read. Raises NotAllowed, NotFound."""
        check_watcher(author, (precinct,))
        contact_id = check_organizer(author)
        check_targets(author, (precinct,))
        await _check_incident(work, precinct, self._clock)
        campaign_id = await work.campaigns.start(CampaignKind.AFTERMATH, contact_id, self._clock())
        draft = await work.campaigns.draft(campaign_id)
        if draft is None:
            raise Conflict("This draft is gone.", "Start the check-in again.")
        title = self._renderer.reply(Reply("hold.check_in_title", {"precinct": precinct}), author.language).text
        filled = dataclasses.replace(
            draft,
            title=title,
            goal=1,
            targets=TargetRule(TargetKind.PRECINCTS, precincts=(precinct,)).as_json(),
            channels=tuple(sorted(self._texts.channels.intersection(DIRECT_CHANNELS))),
        )
        await work.campaigns.change_draft(self._texts.fixed(filled))
        await log_step(work, author, "start", campaign_id, self._clock())
        return (Reply("hold.check_in_begun", {"precinct": precinct, "fixed": self._texts.reviews(filled.kind)}),)


def note(campaign: Campaign, texts: PostTexts) -> tuple[Reply, ...]:
    """Version and review of a fixed text, for whoever reads its card; nothing for other campaigns."""
    if campaign.kind is not CampaignKind.AFTERMATH:
        return ()
    return (Reply("hold.fixed_note", {"fixed": texts.reviews(campaign.kind)}),)


async def check(work: UnitOfWork, campaign: Campaign, post: Post, texts: PostTexts, clock: Clock) -> None:
    """Raise NotAllowed or Conflict unless it may go out as it is: once handed in, and once more when approved."""
    if campaign.kind is not CampaignKind.AFTERMATH:
        return
    if not texts.is_fixed(campaign.kind, post.content):
        raise Conflict(
            "The text of check-ins has a new version.", "Throw this one away and start the check-in again.", "new_text"
        )
    if len(campaign.precincts) != 1:
        raise NotAllowed("A check-in is for one precinct.", "Start one for each.", "fixed_text")
    await _check_incident(work, campaign.precincts[0], clock)


def only_choices(changes: Mapping[str, object]) -> Mapping[str, object]:
    """Raise NotAllowed for anything but languages and time: nobody writes into a check-in (safety I2)."""
    if not CHOICES.issuperset(changes):
        raise text_is_fixed()
    return changes


def text_is_fixed() -> NotAllowed:
    """The one error for whoever would write into a check-in (safety I2)."""
    return NotAllowed(
        "The text of a check-in is fixed.", "You choose its languages and its time, nothing else.", "fixed_text"
    )


def needs_incident() -> NotAllowed:
    """The one error for a check-in without a confirmed incident."""
    return NotAllowed(
        "A check-in needs an incident that two people confirmed.",
        "Declare it under Hold an area; a second person confirms it.",
        "incident_first",
    )


async def _check_incident(work: UnitOfWork, precinct: int, clock: Clock) -> None:
    incident = await work.incidents.newest(precinct, clock())
    if incident is None or not incident.is_confirmed:
        raise needs_incident()
