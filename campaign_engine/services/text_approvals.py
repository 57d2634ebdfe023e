"""The second person behind texts that the program sends by itself: once per version (safety S1)."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from campaign_engine.dialogue.approval_intents import ApproveText, ShowText, ShowTexts
from campaign_engine.domain.automatic_texts import (
    AUTOMATIC_TEXTS,
    TextKey,
    TextVersion,
    automatic_text,
    check_text_approver,
    keys_of,
    may_approve_text,
    name_of_lesson,
)
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import Conflict, NotAllowed
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.automatic import TextApproval
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.planning import AuditEntry
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services.post_texts import PostTexts
from campaign_engine.services.turn import Handlers, Replies, Turn


class TextApprovals:
    """Whoever sends an automatic text puts `texts` and the name into a PostContent; the lane asks once more.

    `release` is the author of what ships.
    """

    def __init__(self, clock: Clock, texts: PostTexts, release: str) -> None:
        self._clock = clock
        self._texts = texts
        self._release = release

    @cached_property
    def versions(self) -> Mapping[str, TextVersion]:
        """Every automatic text as it is on this machine, by name."""
        return {one.name: TextVersion(one, self._texts.reviews(one.name)) for one in AUTOMATIC_TEXTS}

    def texts(self, name: str) -> dict[str, str]:
        """Templates by language, for PostContent. Raises NotFound."""
        automatic_text(name)
        return {one.language: one.text for one in self.versions[name].fixed}

    async def is_approved(self, work: UnitOfWork, *names: str) -> bool:
        """Whether somebody stands behind the version of now of each, in every language. Raises NotFound."""
        wanted = [self.versions[automatic_text(name).name] for name in names]
        approved = await work.text_approvals.approved(names)
        return not any(version.waits(approved) for version in wanted)

    def lesson_hashes(self, code: str) -> dict[str, str]:
        """What a lesson says now, by language, for PostContent."""
        return {key.language: key.hash for key in self.versions[name_of_lesson(code)].ordered_keys}

    async def may_leave(self, work: UnitOfWork, name: str) -> bool:
        """Approved; word of an event also as it ships (safety S9, ADR 13). Raises NotFound."""
        text = automatic_text(name)
        return (text.at_once and self.versions[name].shipped) or await self.is_approved(work, name)

    async def check_may_leave(self, work: UnitOfWork, name: str) -> None:
        """Raise NotAllowed unless it may; NotFound."""
        if not await self.may_leave(work, name):
            raise text_waits()

    async def waiting(self, work: UnitOfWork) -> tuple[TextVersion, ...]:
        """What nobody has approved yet, in the order of the list."""
        approved = await work.text_approvals.approved(tuple(self.versions))
        return tuple(version for version in self.versions.values() if version.waits(approved))

    def count_waiting(self, person: Person, approved: frozenset[TextKey]) -> int:
        """How many of them wait for this person."""
        mine = (one for one in self.versions.values() if may_approve_text(person, one.text))
        return len([one for one in mine if one.waits(approved)])

    def handlers(self) -> Handlers:
        """Dispatch table of this class."""
        return {ShowTexts: self._list, ShowText: self._show, ApproveText: self._approve}

    async def _list(self, turn: Turn, _intent: ShowTexts) -> Replies:
        mine = [one for one in self.versions.values() if may_approve_text(turn.person, one.text)]
        if not mine:
            raise NotAllowed("Only approvers can do that.", "These texts wait for one of them.", "not_approver")
        waiting = {one.text.name for one in await self.waiting(turn.work)}
        rows = tuple((_entry(one, waits=one.text.name in waiting),) for one in mine)
        return (Reply("texts.list", {"count": len([1 for one in mine if one.text.name in waiting])}, rows),)

    async def _show(self, turn: Turn, intent: ShowText) -> Replies:
        version = self.versions[automatic_text(intent.name).name]
        check_text_approver(turn.person, version)
        read = version.fixed if version.text.lesson else ()
        texts = (Reply("texts.lesson", {"language": one.language, "text": one.text}) for one in read)
        return (*texts, self._card(version, await turn.work.text_approvals.all()))

    async def _approve(self, turn: Turn, intent: ApproveText) -> Replies:
        """Raises NotAllowed, NotFound, Conflict when it is not what was shown."""
        version = self.versions[automatic_text(intent.name).name]
        contact_id = check_text_approver(turn.person, version)
        if intent.seen != version.short:
            raise Conflict("This text has a new version.", "Read it as it is now.", "text_changed")
        handle, now = turn.person.handle, self._clock()
        if await turn.work.text_approvals.approve(version.keys, contact_id, handle, now):
            entry = AuditEntry(handle, "approve_text", f"text:{version.text.name}:{version.short}")
            await turn.work.audit.append(entry, now)
        left = [one for one in await self.waiting(turn.work) if may_approve_text(turn.person, one.text)]
        rows = tuple((_entry(one, waits=True),) for one in left)
        return (Reply("texts.approved", {"name": version.text.name, "version": version.short}, (*rows, _BACK)),)

    def _card(self, version: TextVersion, approvals: Iterable[TextApproval]) -> Reply:
        """As it will be read in each language, with who wrote it, read it and approved it."""
        approved = {one.key: one for one in approvals if one.key in version.keys}
        waits = version.waits(approved)
        name = version.text.name
        first = next(iter(approved.values()), None)
        values = {
            "name": name,
            "version": version.short,
            "author": self._release if version.shipped else "",
            "texts": [
                {"language": one.language, "text": self._texts.sample(name, one.language)}
                for one in version.fixed
                if not version.text.lesson
            ],
            "fixed": version.fixed,
            "approver": first.handle if first is not None and not waits else "",
            "approved_on": to_wall(first.at).date() if first is not None and not waits else None,
        }
        yes = ((Option(label="texts.approve", data=f"tx:{name}:{version.short}"),),) if waits else ()
        return Reply("texts.card", values, (*yes, (Option(label="texts.later", data="m:back"),)))


async def check_wording(work: UnitOfWork, content: PostContent) -> None:
    """Raise NotAllowed for an automatic text in a wording that nobody has approved yet."""
    if not content.automatic:
        return
    approved = await work.text_approvals.approved((content.automatic,))
    if not keys_of(content.automatic, content.texts).issubset(approved):
        raise text_waits()


def text_waits() -> NotAllowed:
    """The one error for whoever would send what nobody approved."""
    return NotAllowed(
        "Nobody has approved this version of the text yet.",
        "Somebody who may approve it reads it first, under Automatic texts.",
        "text_waits",
    )


_BACK = (Option(label="texts.open", data="tx"), Option(label="menu.open", data="m"))


def _entry(version: TextVersion, *, waits: bool) -> Option:
    name = version.text.name
    return Option(label="texts.entry", data=f"tx:{name}", values={"name": name, "waits": waits})
