"""What the lint offers, carried out: hints for the author, one-tap fixes, a task for a teammate (safety F6)."""

import asyncio
from dataclasses import replace

from campaign_engine.dialogue.intents import AskTranslation, FixDraft, SendTranslation, ShowHints, ShowTranslation
from campaign_engine.dialogue.lint import hints_reply
from campaign_engine.domain.campaign import CampaignKind, Draft
from campaign_engine.domain.contact import Person
from campaign_engine.domain.drafting import apply_changes
from campaign_engine.domain.errors import Conflict, NotFound
from campaign_engine.domain.lint.finding import Finding
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.translation import TranslationTask, may_translate
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.desk import Desk
from campaign_engine.ports.planning import StoredRanking
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.campaign_cards import MENU
from campaign_engine.services.campaign_steps import draft_step, keep_draft, own_draft
from campaign_engine.services.check_ins import text_is_fixed
from campaign_engine.services.post_texts import PostTexts
from campaign_engine.services.turn import Handlers, Notice, Replies, Turn


class Polishing:
    """Every step checks first and writes last, so that an error leaves nothing half-done."""

    def __init__(self, clock: Clock, texts: PostTexts) -> None:
        self._clock = clock
        self._texts = texts

    def handlers(self) -> Handlers:
        """Dispatch table of this file."""
        return {
            ShowHints: self.hints,
            FixDraft: self._fix,
            AskTranslation: self._ask,
            ShowTranslation: self._show,
            SendTranslation: self._receive,
        }

    async def hints(self, turn: Turn, intent: ShowHints) -> Replies:
        """Nothing where all is well. Also shown when a page is loaded anew."""
        draft = await own_draft(turn.work, turn.person)
        if draft.campaign_id != intent.campaign_id or draft.missing:
            return ()
        found = await self._found(turn.work, draft)
        return (hints_reply(draft.campaign_id, found, draft),) if found else ()

    async def _fix(self, turn: Turn, intent: FixDraft) -> Replies:
        draft = await own_draft(turn.work, turn.person)
        found = await self._found(turn.work, draft)
        fixes = (one for one in found if one.key == intent.key and one.fixed is not None)
        finding = next(fixes, None)
        if finding is None or draft.campaign_id != intent.campaign_id:
            raise Conflict("The text changed since you saw this hint.", "Look at the hints again.")
        await self._write(turn, draft, {"texts": {finding.language: finding.fixed}}, "fix")
        return ()

    async def _found(self, work: UnitOfWork, draft: Draft) -> tuple[Finding, ...]:
        """Beside the event loop: two long texts take longer than everybody else may wait."""
        return await asyncio.to_thread(self._texts.linting.of_draft, draft, await precincts_of(work, draft))

    async def _ask(self, turn: Turn, intent: AskTranslation) -> Replies:
        draft = await own_draft(turn.work, turn.person)
        await self._write(turn, draft, {"asked": [*draft.asked, intent.language]}, "ask_translation")
        return (Reply("translate.asked", {"language": intent.language}),)

    async def _show(self, turn: Turn, intent: ShowTranslation) -> Replies:
        _, draft = _task(turn, intent.campaign_id, intent.language)
        first, source = next(iter(draft.texts.items()), ("", ""))
        values = {"title": draft.title, "language": intent.language, "from_language": first, "source": source}
        return (Reply("translate.source", values, asks_text=True),)

    async def _receive(self, turn: Turn, intent: SendTranslation) -> Replies:
        author_id, draft = _task(turn, intent.campaign_id, intent.language)
        self._texts.check(intent.text, intent.language)
        await self._write(turn, draft, {"texts": {intent.language: intent.text}}, "translate")
        if turn.person.contact_id is not None:
            await turn.work.campaigns.note_translator(draft.post_id, turn.person.contact_id)
        campaign = await turn.work.campaigns.get(draft.campaign_id)
        author = await turn.work.campaigns.author(campaign)
        values = {"title": draft.title, "language": intent.language}
        if author is not None and author.contact_id == author_id:
            mine = ((Option(label="organize.continue", data="o:new"),),)
            turn.notices.append(Notice(author, Reply("translate.arrived", values, mine)))
        return (Reply("translate.thanks", values, MENU),)

    async def _write(self, turn: Turn, draft: Draft, changes: dict[str, object], action: str) -> None:
        if draft.kind == CampaignKind.AFTERMATH:
            raise text_is_fixed()
        changed = apply_changes(draft, changes, self._texts.channels)
        kept = replace(changed, fixed=self._texts.is_reviewed(changed))
        entry = draft_step(turn.person, action, draft)
        await keep_draft(turn.work, kept, entry, self._clock(), turn.opened.desk)


def tasks_for(desk: Desk, person: Person) -> tuple[TranslationTask, ...]:
    """What this person may translate, oldest first."""
    return tuple(
        TranslationTask(draft.campaign_id, draft.title, language)
        for author_id, draft in desk.asked
        if may_translate(person, frozenset({author_id}), frozenset(_reached(draft, desk.ranking)))
        for language in draft.asked
    )


async def precincts_of(work: UnitOfWork, draft: Draft) -> tuple[int, ...]:
    """By the newest ranking; none before the author chose where."""
    return () if draft.targets is None else _reached(draft, await work.targeting.latest_ranking())


def _reached(draft: Draft, ranking: StoredRanking | None) -> tuple[int, ...]:
    if draft.targets is None or ranking is None:
        return ()
    return TargetRule.from_json(draft.targets).resolve(ranking.ranking)


def _task(turn: Turn, campaign_id: int, language: str) -> tuple[int, Draft]:
    """Author and draft. Raises NotFound also for one of others: which drafts there are is not for everybody."""
    desk = turn.opened.desk
    mine = () if desk is None else tasks_for(desk, turn.person)
    if desk is not None and any(one.campaign_id == campaign_id and one.language == language for one in mine):
        return next((author_id, draft) for author_id, draft in desk.asked if draft.campaign_id == campaign_id)
    raise NotFound(
        "This text was translated already, or is not for you.", "Open the menu to see what waits.", "no_task"
    )
