"""A campaign from its draft to its end: who may take which step, and what they are told."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from campaign_engine.domain.campaign import (
    Campaign,
    CampaignKind,
    CampaignStatus,
    Draft,
    Post,
    PostStatus,
    check_campaign_transition,
)
from campaign_engine.domain.contact import Person
from campaign_engine.domain.drafting import apply_changes, check_complete, check_length, check_schedule
from campaign_engine.domain.errors import Conflict, ForbiddenTransition, InvalidInput, NotAllowed, NotFound
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import (
    LIVE,
    check_approver,
    check_mover,
    check_organizer,
    check_targets,
    may_approve,
    may_see,
    visible_precincts,
    waits,
)
from campaign_engine.domain.precinct import TargetRule, borough_of
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry, StoredRanking
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import campaign_cards as cards

Replies = tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What texts and drafts may refer to: channels of this installation, short names of precincts, our own page."""

    channels: frozenset[str]
    area_name: Callable[[int], str]
    public_url: str


class Campaigns:
    """Every step checks first and writes last, so that an error leaves nothing half-done."""

    def __init__(self, clock: Clock, renderer: Renderer, surroundings: Surroundings) -> None:
        self._clock = clock
        self._renderer = renderer
        self._around = surroundings

    async def start_draft(self, work: UnitOfWork, author: Person, kind: str) -> Replies:
        """The dialogue asks on by itself. Raises NotAllowed, InvalidInput."""
        contact_id = check_organizer(author)
        try:
            known = CampaignKind(kind)
        except ValueError as error:
            raise InvalidInput("There is no such kind of campaign.", "Choose one from the list.") from error
        campaign_id = await work.campaigns.start(known, contact_id, self._clock())
        await self._log(work, author, "start", campaign_id)
        return ()

    async def change_draft(self, work: UnitOfWork, author: Person, changes: Mapping[str, object]) -> Replies:
        """Keys as in dialogue.intents.ChangeDraft, and `starter`: a language that takes the shipped text.

        Raises NotAllowed, InvalidInput, Conflict, NotFound without a draft.
        """
        draft = await self._own_draft(work, author)
        changed = apply_changes(draft, self._with_starter(draft, changes), self._around.channels)
        for language, text in changed.texts.items():
            if text != draft.texts.get(language):
                self._check_text(text, language)
        if changed.targets and changed.targets != draft.targets:
            ranking = await work.targeting.latest_ranking()
            check_targets(author, TargetRule.from_json(changed.targets).resolve(ranking.ranking))
        await work.campaigns.change_draft(changed)
        await self._log(work, author, "change", draft.campaign_id)
        return ()

    async def drop_draft(self, work: UnitOfWork, author: Person) -> Replies:
        """Cancels a new campaign; an edit of an approved post falls back to what was approved."""
        draft = await self._own_draft(work, author)
        campaign = await work.campaigns.get(draft.campaign_id)
        if draft.live:
            await work.campaigns.set_status(campaign, campaign.status, self._clock())
            await work.campaigns.restore_posts(campaign.id)
        else:
            await work.campaigns.set_status(campaign, CampaignStatus.CANCELLED, self._clock())
            await work.campaigns.withdraw_posts(campaign.id)
        await self._log(work, author, "drop", campaign.id)
        return ()

    async def preview(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Replies:
        """As it will be read, with the approver's buttons for whoever may press them. Raises NotFound."""
        campaign = await self._seen_by(work, reader, campaign_id)
        if not campaign.posts:
            draft = await work.campaigns.draft(campaign_id)
            return (cards.short_card("campaign.incomplete", campaign, fields=draft.missing if draft else ()),)
        shown, _ = await self._resolved(work, campaign)
        return (self._card(reader, shown),)

    async def submit(self, work: UnitOfWork, author: Person, campaign_id: int) -> Replies:
        """Raises NotAllowed, InvalidInput naming what is missing or wrong, ForbiddenTransition, Conflict."""
        check_organizer(author)
        campaign = await work.campaigns.get(campaign_id)
        if author.contact_id != campaign.author_id:
            raise NotAllowed("Only its author can hand it in.", "Ask them.", "not_your_campaign")
        draft = await work.campaigns.draft(campaign_id)
        if draft is None:
            raise ForbiddenTransition("This campaign was handed in already.", "Open its status to see how it stands.")
        check_complete(draft)
        resolved, ranking = await self._resolved(work, campaign)
        check_targets(author, resolved.precincts)
        for post in _in_status(campaign, PostStatus.DRAFT):
            self._check_post(resolved, post, begun=draft.live)
        after = campaign.status if draft.live else CampaignStatus.SUBMITTED
        await work.campaigns.set_status(campaign, after, self._clock())
        await work.campaigns.submit_posts(campaign_id)
        if not draft.live:
            await work.campaigns.freeze_targets(campaign_id, resolved.precincts, ranking.id)
        await self._log(work, author, "submit", campaign_id)
        approvers = len(await work.campaigns.approvers(resolved))
        return (cards.short_card("campaign.submitted", resolved, approvers=approvers),)

    async def approve(self, work: UnitOfWork, approver: Person, campaign_id: int, seen: str) -> Replies:
        """The second person agrees to what the card showed; targets are frozen, and it is scheduled at once.

        Raises NotAllowed (safety S1), Conflict when it is not what was shown, InvalidInput when its time passed.
        """
        campaign, ranking = await self._resolved(work, await work.campaigns.get(campaign_id))
        contact_id = check_approver(approver, campaign)
        _check_waits(campaign)
        if len(seen) < cards.SEEN_DIGITS or not campaign.approval_hash(campaign.precincts).startswith(seen):
            raise Conflict("It changed since you saw it.", "Read the new version, then decide.")
        for post in _in_status(campaign, PostStatus.SUBMITTED):
            check_schedule(post.content.schedule, self._clock(), begun=True)
        after = campaign.status
        if after is CampaignStatus.SUBMITTED:
            check_campaign_transition(after, CampaignStatus.APPROVED)
            campaign = dataclasses.replace(campaign, status=CampaignStatus.APPROVED)
            after = CampaignStatus.SCHEDULED
        await work.campaigns.set_status(campaign, after, self._clock())
        await work.campaigns.approve_posts(campaign_id, contact_id, self._clock())
        await work.campaigns.freeze_targets(campaign_id, campaign.precincts, ranking.id)
        await self._log(work, approver, "approve", campaign_id)
        approved = await work.campaigns.get(campaign_id)
        return (cards.short_card("campaign.approved", approved, next=cards.next_wall(approved, self._clock())),)

    async def send_back(self, work: UnitOfWork, approver: Person, campaign_id: int) -> Replies:
        """To draft again; of a campaign that runs only the posts that wait. Raises NotAllowed, ForbiddenTransition."""
        campaign, _ = await self._resolved(work, await work.campaigns.get(campaign_id))
        check_approver(approver, campaign)
        _check_waits(campaign)
        after = CampaignStatus.DRAFT if campaign.status is CampaignStatus.SUBMITTED else campaign.status
        changed = await work.campaigns.set_status(campaign, after, self._clock())
        await work.campaigns.return_posts(campaign_id)
        await self._log(work, approver, "return", campaign_id)
        return (cards.short_card("campaign.returned", changed),)

    async def move(self, work: UnitOfWork, person: Person, campaign_id: int, verb: str) -> Replies:
        """launch, pause, resume, cancel, finish, or edit an approved post. Raises NotAllowed, ForbiddenTransition."""
        campaign = await work.campaigns.get(campaign_id)
        check_mover(person, campaign)
        if verb == "edit":
            return await self._edit(work, person, campaign)
        changed = await work.campaigns.set_status(campaign, _after(campaign, verb), self._clock())
        if changed.status is CampaignStatus.CANCELLED:
            await work.campaigns.withdraw_posts(campaign_id)
        await self._log(work, person, verb, campaign_id)
        return (cards.status_card(changed, self._clock(), may_move=True),)

    async def waiting(self, work: UnitOfWork, approver: Person) -> Replies:
        """One card each, oldest first."""
        found = await work.campaigns.waiting_for(approver)
        if not found:
            return (Reply("campaign.nothing_waiting"),)
        ranking = await work.targeting.latest_ranking()
        return tuple(self._card(approver, _with_targets(campaign, ranking), "campaign.waiting") for campaign in found)

    async def status(self, work: UnitOfWork, reader: Person, campaign_id: int | None) -> Replies:
        """One campaign, or a list of those in the reader's scope. Raises NotFound."""
        if campaign_id is not None:
            campaign = await self._seen_by(work, reader, campaign_id)
            return (cards.status_card(campaign, self._clock(), may_move=_may_move(reader, campaign)),)
        found = await work.campaigns.visible(reader.contact_id or 0, visible_precincts(reader))
        return (cards.list_card(found) if found else Reply("campaign.no_campaigns"),)

    async def _edit(self, work: UnitOfWork, person: Person, campaign: Campaign) -> Replies:
        contact_id = check_organizer(person)
        if contact_id != campaign.author_id:
            raise NotAllowed("Only its author can edit it.", "Ask them.", "not_your_campaign")
        if campaign.status not in LIVE | {CampaignStatus.DRAFT} or waits(campaign):
            raise ForbiddenTransition(
                f"A campaign that is {campaign.status} cannot be edited now.", "Ask the approver to send it back."
            )
        await work.campaigns.set_status(campaign, campaign.status, self._clock())
        await work.campaigns.reopen(campaign.id, contact_id, self._clock())
        await self._log(work, person, "edit", campaign.id)
        return (cards.reopened_card(campaign),)

    async def _own_draft(self, work: UnitOfWork, author: Person) -> Draft:
        draft = await work.campaigns.current_draft(check_organizer(author))
        if draft is None:
            raise NotFound("You have no draft open.", "Begin a new campaign from the menu.", "no_draft")
        return draft

    async def _seen_by(self, work: UnitOfWork, reader: Person, campaign_id: int) -> Campaign:
        campaign = await work.campaigns.get(campaign_id)
        if not may_see(reader, campaign):
            # The same error as for a number that does not exist: which campaigns there are is not for everybody.
            raise NotFound("There is no such campaign.", "Open the list of campaigns and choose one.")
        return campaign

    async def _resolved(self, work: UnitOfWork, campaign: Campaign) -> tuple[Campaign, StoredRanking]:
        ranking = await work.targeting.latest_ranking()
        return _with_targets(campaign, ranking), ranking

    def _card(self, reader: Person, campaign: Campaign, template: str = "campaign.preview") -> Reply:
        decides = waits(campaign) and may_approve(reader, campaign)
        texts = tuple(
            (language, self._rendered(campaign, post, language))
            for post in campaign.posts
            for language in campaign.languages
            if language in post.content.texts
        )
        return cards.content_card(template, campaign, texts, cards.approval_rows(campaign) if decides else ())

    def _rendered(self, campaign: Campaign, post: Post, language: str) -> str:
        precinct = campaign.precincts[0]
        values = {
            "area": self._around.area_name(precinct),
            "borough": borough_of(precinct).value,
            "precinct": precinct,
            "campaign": campaign.title,
            "link": self._around.public_url,
        }
        return self._renderer.post(post.content, language, values)

    def _check_post(self, campaign: Campaign, post: Post, *, begun: bool) -> None:
        check_schedule(post.content.schedule, self._clock(), begun=begun)
        for language, text in post.content.texts.items():
            self._check_text(text, language)
            check_length(self._rendered(campaign, post, language), language, post.content.channels)

    def _check_text(self, text: str, language: str) -> None:
        try:
            self._renderer.check(text)
        except InvalidInput as error:
            error.values = {**error.values, "language": language}
            raise

    def _with_starter(self, draft: Draft, changes: Mapping[str, object]) -> Mapping[str, object]:
        if "starter" not in changes:
            return changes
        language = str(changes["starter"])
        text = self._renderer.starter(draft.kind, language)
        others = {name: value for name, value in changes.items() if name != "starter"}
        return {**others, "texts": {language: text}}

    async def _log(self, work: UnitOfWork, person: Person, action: str, campaign_id: int) -> None:
        entry = AuditEntry(person.handle, action, f"campaign:{campaign_id}")
        await work.audit.append(entry, self._clock())


_VERBS: Mapping[str, CampaignStatus] = {
    "launch": CampaignStatus.SCHEDULED,
    "pause": CampaignStatus.PAUSED,
    "cancel": CampaignStatus.CANCELLED,
    "finish": CampaignStatus.FINISHED,
}


def _after(campaign: Campaign, verb: str) -> CampaignStatus:
    if verb == "resume":
        return CampaignStatus.RUNNING if campaign.launched_at else CampaignStatus.SCHEDULED
    # A campaign that waits is launched by its approval, and one that is paused goes on by "resume".
    if verb == "launch" and campaign.status is not CampaignStatus.APPROVED:
        raise ForbiddenTransition(
            f"A campaign that is {campaign.status} cannot be launched.", "It is launched when it is approved."
        )
    if verb not in _VERBS:
        raise InvalidInput("There is no such step.", "Use the buttons under the status.")
    return _VERBS[verb]


def _with_targets(campaign: Campaign, ranking: StoredRanking) -> Campaign:
    """With the precincts that all its posts reach by this ranking."""
    going = (post for post in campaign.posts if post.status is not PostStatus.WITHDRAWN)
    reached = {number for post in going for number in post.content.targets.resolve(ranking.ranking)}
    return dataclasses.replace(campaign, precincts=tuple(sorted(reached)) or campaign.precincts)


def _in_status(campaign: Campaign, status: PostStatus) -> tuple[Post, ...]:
    return tuple(post for post in campaign.posts if post.status is status)


def _check_waits(campaign: Campaign) -> None:
    if not waits(campaign):
        raise ForbiddenTransition(
            "Nothing in this campaign waits for approval any more.", "Open its status to see how it stands."
        )


def _may_move(person: Person, campaign: Campaign) -> bool:
    try:
        check_mover(person, campaign)
    except NotAllowed:
        return False
    return True
