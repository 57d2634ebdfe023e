"""What the pages need of the engine."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fastapi import Request

from analytics.content import LATEST, Newest, Report
from analytics.document import Document
from analytics.editions import View
from analytics.indicator_desk import Shared
from campaign_engine.domain.action import Site
from campaign_engine.domain.message import Inbound, Message, Picture, Reply
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.figures import CampaignLink
from campaign_engine.services.kiosks import Kiosks
from campaign_engine.services.pushing import Pushing
from campaign_engine.services.staff_sessions import StaffSessions
from campaign_engine.site_desk import SiteDesk
from web.inbox import PageInbox
from web.signup_parts import SignupParts


class Conversing(Protocol):
    """services.conversation.Conversation as pages see it."""

    async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
        """Answers to one inbound; none when it was handled before."""

    async def ask_again(self, channel: str, address: str, language_hint: str) -> tuple[Message, ...]:
        """The question that is open."""


class Reports(Protocol):
    """analytics.desk.ReportDesk as pages see it."""

    async def listed(self) -> Sequence[CampaignLink]:
        """Campaigns that were approved, newest first."""

    async def of_site(self, site_id: int) -> Sequence[CampaignLink]:
        """Campaigns whose newest edition has the site in it."""

    async def report(self, campaign_id: int, view: View, edition: int | Newest = LATEST) -> Report:
        """Read from editions and facts. Raises NotFound, StoreUnavailable."""

    async def charts(self, documents: Sequence[Document]) -> Sequence[Mapping[str, str]]:
        """SVG by section, drawn once for each edition. Raises StoreUnavailable, ReportFailed."""


class Evidence(Protocol):
    """analytics.evidence_desk.EvidenceDesk as pages see it."""

    async def current(self) -> Mapping[str, Any]:
        """`evidence` and `maps`, made anew only after an edition was loaded."""


class Indicators(Protocol):
    """analytics.indicator_desk.IndicatorDesk as pages see it."""

    async def current(self) -> Shared:
        """What is shared with partners, at most a minute old."""


Hook = Callable[[bytes, str], Awaitable[int]]
"""Gets the body that a platform posted and its secret; gives the status to answer with."""


def nothing_more(_request: Request) -> Mapping[str, object]:
    """In earnest no page has a demo's bar."""
    return {"demo": None}


@dataclass(frozen=True, slots=True)
class WebParts:
    """The engine's share for pages.

    `page` is the address that people reach them at; `secure` says that it is https. `added` gives what a demo adds to
    every page; there everybody is `simulated`. `roles` are
    those of the process, for /health.
    """

    conversation: Conversing
    reports: Reports
    site_by_code: Callable[[str], Awaitable[Site | None]]
    inbox: PageInbox
    clock: Clock
    picture: Callable[[str], Awaitable[Picture | None]]
    health: Callable[[], Awaitable[Mapping[str, str]]]
    say: Callable[[Reply, str], Message]
    verify_card: Callable[[], Reply]
    staff: StaffSessions
    kiosks: Kiosks
    signup: SignupParts
    sites: SiteDesk
    push: Pushing
    page: str = ""
    secure: bool = False
    simulated: bool = False
    roles: tuple[str, ...] = ()
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    added: Callable[[Request], Mapping[str, object]] = nothing_more
    evidence: Evidence | None = None
    indicators: Indicators | None = None
