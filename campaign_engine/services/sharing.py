"""Reach cards and share kits: what is drawn from a campaign, after the commit and beside the event loop."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from campaign_engine.dialogue.intents import ShowReport
from campaign_engine.dialogue.sharing_intents import ShowShareKit
from campaign_engine.domain.campaign import Campaign, CampaignKind, CampaignStatus, PostContent
from campaign_engine.domain.contact import Person
from campaign_engine.domain.errors import ForbiddenTransition, NotAllowed, NotFound
from campaign_engine.domain.message import Attachment, Message, Reply
from campaign_engine.domain.permission import may_read_report, may_see
from campaign_engine.domain.precinct import borough_of
from campaign_engine.ports.figures import Figures
from campaign_engine.ports.planning import StaffContact
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.sharing import SHAPES, KitMaker, KitPage
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.services import status_board
from campaign_engine.services.campaign_cards import status_rows
from campaign_engine.services.turn import Handlers, Replies, Turn
from campaign_engine.services.wording import CITY


@dataclass(frozen=True, slots=True)
class Kit:
    """One post in one language: its caption, what its pictures show in words, and the pictures as files."""

    post_id: int
    language: str
    caption: str
    alt: str
    files: tuple[Attachment, ...] = ()


class Sharing:
    """`area_name` gives the short name of a precinct, `page` is our own address."""

    def __init__(
        self, figures: Figures, maker: KitMaker, renderer: Renderer, area_name: Callable[[int], str], page: str
    ) -> None:
        self._figures = figures
        self._maker = maker
        self._renderer = renderer
        self._area_name = area_name
        self._page = page

    def handlers(self) -> Handlers:
        """Dispatch table of this file."""
        return {ShowReport: self._report, ShowShareKit: self._kit}

    async def reach(self, campaign_id: int, language: str) -> Reply:
        """The card with its picture. Raises NotFound."""
        card = await self._figures.card(campaign_id, language)
        values = {**card.values, "whole": self._page and f"{self._page}/reports/{campaign_id}/latest/organizer"}
        return Reply("campaign.report", values, status_rows(campaign_id), picture=card.picture, stays=True)

    async def sunday(self, campaign_id: int, language: str, late_for: date | None) -> Message:
        """The same, ready to be sent; `late_for` is the Sunday that it should have come on. Raises NotFound."""
        card = await self.reach(campaign_id, language)
        told = replace(card, values={**card.values, "late_for": late_for})
        return self._renderer.reply(told, language)

    async def board(self, work: UnitOfWork, author: StaffContact, now: datetime) -> Message:
        """How all their campaigns stand, as it is in the menu."""
        found = await work.campaigns.visible(author.contact_id, frozenset())
        return self._renderer.reply(replace(await status_board.board(work, found, now), stays=True), author.language)

    async def planned(self, work: UnitOfWork, campaign: Campaign) -> tuple[Kit, ...]:
        """Words of every approved post in every language, without pictures yet.

        Raises ForbiddenTransition before approval and for a check-in, which has no pictures (safety I2).
        """
        approved = await work.reviews.approved(campaign.id)
        if campaign.kind is CampaignKind.AFTERMATH:
            raise ForbiddenTransition(
                "A check-in has no pictures: it goes only to people who asked for it.", "Share the help line.", "no_kit"
            )
        if not approved or campaign.status in _CLOSED:
            raise ForbiddenTransition(
                "Pictures are made of what was approved.", "Come back when it is approved.", "kit_too_early"
            )
        return tuple(
            kit for post_id, content in sorted(approved.items()) for kit in self._words(campaign, post_id, content)
        )

    async def drawn(self, campaign: Campaign, kits: Iterable[Kit]) -> tuple[Kit, ...]:
        """The same with their pictures."""
        wanted = tuple(kits)
        pages = [
            KitPage(shape, campaign.title, kit.caption, self._link(kit.post_id)) for kit in wanted for shape in SHAPES
        ]
        pictures = iter(await self._maker.draw(pages))
        return tuple(
            replace(kit, files=tuple(_file(campaign.id, kit, shape, next(pictures)) for shape in SHAPES))
            for kit in wanted
        )

    def _words(self, campaign: Campaign, post_id: int, content: PostContent) -> Iterable[Kit]:
        boroughs = {borough_of(number).value for number in campaign.precincts}
        borough = boroughs.pop() if len(boroughs) == 1 else CITY
        one = campaign.precincts[0] if len(campaign.precincts) == 1 else None
        values = {
            "area": self._area_name(one) if one else borough,
            "borough": borough,
            "precinct": one or "",
            "campaign": campaign.title,
            "link": self._link(post_id),
        }
        for language in campaign.languages:
            if language in content.texts:
                caption = self._renderer.post(content, language, values)
                said = {"title": campaign.title, "caption": caption, "link": self._link(post_id)}
                yield Kit(post_id, language, caption, self._renderer.reply(Reply("sharing.alt", said), language).text)

    def _link(self, post_id: int) -> str:
        return f"{self._page}/p/{post_id}"

    async def _report(self, turn: Turn, intent: ShowReport) -> Replies:
        """Made after the commit: it may take seconds, and nobody waits for the database meanwhile."""
        campaign = await turn.work.campaigns.get(intent.campaign_id)
        if not may_read_report(turn.person, campaign):
            raise NotAllowed("This report is for the team.", "Open the public report on the page instead.", "team_only")

        async def made(language: str) -> Replies:
            return (await self.reach(intent.campaign_id, language),)

        turn.makes.append(made)
        return ()

    async def _kit(self, turn: Turn, intent: ShowShareKit) -> Replies:
        """As `_report`; files to keep, two for each language."""
        campaign = await _seen_by(turn.work, turn.person, intent.campaign_id)
        planned = await self.planned(turn.work, campaign)

        async def made(_language: str) -> Replies:
            kits = await self.drawn(campaign, planned)
            first = Reply("sharing.kit", {"title": campaign.title}, status_rows(campaign.id))
            return (first, *(_page(kit) for kit in kits))

        turn.makes.append(made)
        return ()


_CLOSED = (CampaignStatus.CANCELLED,)


def _page(kit: Kit) -> Reply:
    values = {"language": kit.language, "caption": kit.caption, "alt": kit.alt}
    return Reply("sharing.page", values, attachments=kit.files, stays=True)


def _file(campaign_id: int, kit: Kit, shape: str, content: bytes) -> Attachment:
    name = f"groundswell-{campaign_id}-{kit.post_id}-{kit.language}-{shape}.png"
    return Attachment(name, "image/png", content, kit.alt, as_file=True)


async def _seen_by(work: UnitOfWork, reader: Person, campaign_id: int) -> Campaign:
    campaign = await work.campaigns.get(campaign_id)
    if not may_see(reader, campaign):
        # As for a number that does not exist: which campaigns there are is not for everybody.
        raise NotFound("There is no such campaign.", "Open the list of campaigns and choose one.")
    return campaign
