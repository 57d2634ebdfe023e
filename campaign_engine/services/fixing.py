"""A post that is changed while it waits: a typo that the approver fixes, a new time for one that passed (safety S1).

Whoever approves may change a little, and then the author countersigns: the two of them stand behind it, and neither can
send it alone.
"""

import dataclasses
from datetime import datetime

from campaign_engine.domain.campaign import Campaign, CampaignKind, Post, PostContent, PostStatus
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import ForbiddenTransition, InvalidInput, NotAllowed
from campaign_engine.domain.fixing import check_fix, most_edits
from campaign_engine.domain.message import Reply
from campaign_engine.domain.permission import check_approver, check_author, may_approve, waits, waits_for_author
from campaign_engine.domain.schedule import Schedule
from campaign_engine.ports.approvals import Wait
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import approval_cards, check_ins, event_series
from campaign_engine.services import campaign_cards as cards
from campaign_engine.services.approval import back_to_draft, check_seen, check_waits, notices_to, schedule, take
from campaign_engine.services.campaign_steps import in_status, log_step, resolved
from campaign_engine.services.free_slots import FreeSlots
from campaign_engine.services.post_texts import PostTexts
from campaign_engine.services.turn import Answer, Notice


class Fixing:
    """Every step checks first and writes last, so that an error leaves nothing half-done."""

    def __init__(self, clock: Clock, texts: PostTexts) -> None:
        self._clock = clock
        self._texts = texts
        self._slots = FreeSlots(clock, texts.hours)

    async def source(self, work: UnitOfWork, approver: Person, campaign_id: int, language: str) -> Answer:
        """The text as it was written, to be sent again. Raises NotAllowed, ForbiddenTransition, InvalidInput."""
        _, post = await self._to_fix(work, approver, campaign_id, language)
        text = post.content.texts[language]
        return Answer((Reply("approval.fix_source", {"text": text, "most": most_edits(text)}, asks_text=True),))

    async def fix(self, work: UnitOfWork, approver: Person, campaign_id: int, language: str, text: str) -> Answer:
        """A new version that waits for its author. Raises NotAllowed, InvalidInput for more than a typo, Conflict."""
        campaign, post = await self._to_fix(work, approver, campaign_id, language)
        check_fix(post.content.texts[language], text, language)
        texts = {**post.content.texts, language: text}
        content = dataclasses.replace(post.content, texts=texts, fixed=False)
        await self._texts.check_post(campaign, dataclasses.replace(post, content=content), self._clock(), begun=True)
        return await self._renew(work, approver, campaign, post, content)

    async def countersign(self, work: UnitOfWork, author: Person, campaign_id: int, seen: str) -> Answer:
        """The author says yes, and it is approved by the one who fixed it.

        Raises NotAllowed, also when the fixer may not approve it any more; Conflict, ForbiddenTransition.
        """
        campaign, ranking = await resolved(work, await work.campaigns.get(campaign_id))
        check_author(author, campaign)
        _check_fixed(campaign)
        check_seen(campaign, seen)
        offer = await self._slots.offer(work, campaign, is_author=True)
        if offer is not None:
            return Answer((offer,))
        fixers = [
            await _check_fixer(work, campaign, wait) for wait in await work.approvals.waits(campaign.id) if wait.fixed
        ]
        for post in in_status(campaign, PostStatus.FIXED):
            self._texts.check_times(post.content.schedule, self._clock(), begun=True)
            await check_ins.check(work, campaign, post, self._texts, self._clock)
            await event_series.check(work, campaign, post.content.schedule)
        await self._texts.check_named(work, in_status(campaign, PostStatus.FIXED))
        await schedule(work, campaign, ranking, self._clock())
        await work.approvals.countersign(campaign_id, self._clock())
        await log_step(work, author, "countersign", campaign_id, self._clock())
        approved = await work.campaigns.get(campaign_id)
        going = cards.next_wall(approved, self._clock())
        told = approval_cards.news("countersigned_told", approved, author=author.handle, next=going)
        notices = [notice for fixer in fixers for notice in notices_to(await work.campaigns.staff_contact(fixer), told)]
        return Answer((cards.approved_card(approved, self._clock()),), tuple(notices))

    async def take_back(self, work: UnitOfWork, author: Person, campaign_id: int) -> Answer:
        """The author's own words as a draft again. Raises NotAllowed, ForbiddenTransition, Conflict."""
        campaign = await work.campaigns.get(campaign_id)
        check_author(author, campaign)
        if not waits_for_author(campaign):
            check_waits(campaign)
        await back_to_draft(work, campaign, self._clock())
        await log_step(work, author, "take_back", campaign_id, self._clock())
        return Answer((approval_cards.taken_back_card(campaign),))

    async def take_slot(self, work: UnitOfWork, person: Person, campaign_id: int, slot: str) -> Answer:
        """A time that was offered. Taken by the author it waits anew, by an approver the author countersigns.

        When the time is taken or past by now, the next one is offered. Raises NotAllowed, ForbiddenTransition.
        """
        campaign, _ = await resolved(work, await work.campaigns.get(campaign_id))
        is_author = person.contact_id == campaign.author_id
        if is_author:
            check_author(person, campaign)
        else:
            check_approver(person, campaign)
            check_waits(campaign)
        post = self._slots.passed_post(campaign)
        if post is None:
            raise ForbiddenTransition("This one can still go out at its own time.", "Open its status.", "decided_first")
        free = await self._slots.next(work, campaign, post)
        wanted = _wall(slot)
        if free is None or wanted != free:
            missed = max(post.content.schedule.walls())
            return Answer((approval_cards.passed_card(campaign, missed, free, is_author=is_author),))
        content = dataclasses.replace(post.content, schedule=Schedule(wanted))
        if not is_author:
            return await self._renew(work, person, campaign, post, content)
        await take(work, campaign, campaign.status, self._clock())
        await work.approvals.renew(post, content, self._clock())
        await log_step(work, person, "reschedule", campaign_id, self._clock())
        approvers = await work.campaigns.approvers(campaign)
        notices = tuple(Notice(to, cards.waits_notice()) for to in approvers)
        return Answer((approval_cards.news("slot_taken", campaign, slot=wanted),), notices)

    async def _to_fix(
        self, work: UnitOfWork, approver: Person, campaign_id: int, language: str
    ) -> tuple[Campaign, Post]:
        campaign, _ = await resolved(work, await work.campaigns.get(campaign_id))
        check_approver(approver, campaign)
        check_waits(campaign)
        if campaign.kind is CampaignKind.AFTERMATH:
            raise check_ins.text_is_fixed()
        post = next((one for one in in_status(campaign, PostStatus.SUBMITTED) if language in one.content.texts), None)
        if post is None:
            raise InvalidInput("There is no text in this language.", "Choose another one.", "no_such_text")
        return campaign, post

    async def _renew(
        self, work: UnitOfWork, approver: Person, campaign: Campaign, post: Post, content: PostContent
    ) -> Answer:
        await take(work, campaign, campaign.status, self._clock())
        await work.approvals.renew(post, content, self._clock(), approver.contact_id)
        await log_step(work, approver, "fix", campaign.id, self._clock())
        changed, _ = await resolved(work, await work.campaigns.get(campaign.id))
        asked = approval_cards.fixed_card(changed, approver.handle, post.content, content)
        author = await work.campaigns.author(changed)
        return Answer((approval_cards.news("fix_waits", changed),), notices_to(author, asked))


async def _check_fixer(work: UnitOfWork, campaign: Campaign, wait: Wait) -> int:
    """Contact id of who fixed it, if that person may still approve it. Raises NotAllowed."""
    grants = await work.staff.grants(wait.fixer_id) if wait.fixer_id is not None else ()
    if wait.fixer_id is None or not may_approve(Person(contact_id=wait.fixer_id, grants=grants), campaign):
        raise NotAllowed(
            "The one who fixed it cannot approve it any more.", "Take it back, and hand it in again.", "fixer_gone"
        )
    return wait.fixer_id


def _check_fixed(campaign: Campaign) -> None:
    if not waits_for_author(campaign):
        if waits(campaign):
            raise ForbiddenTransition(
                "It waits for somebody else to read it.", "Open its status.", "forbidden_transition"
            )
        check_waits(campaign)


def _wall(slot: str) -> datetime | None:
    try:
        return datetime.strptime(slot, approval_cards.SLOT)  # noqa: DTZ007 - New York wall-clock time has no zone here
    except ValueError:
        return None
