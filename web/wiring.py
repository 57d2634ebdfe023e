"""Takes from the engine what pages need."""

from collections.abc import Awaitable, Callable, Mapping

from analytics.evidence_desk import EvidenceDesk
from analytics.indicator_desk import IndicatorDesk
from campaign_engine.bootstrap import Engine
from campaign_engine.domain.action import Site
from campaign_engine.domain.message import Picture
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.services.evidence import EvidenceSource
from campaign_engine.services.kiosks import Kiosks
from campaign_engine.worker import open_pushing
from web.inbox import PageInbox
from web.parts import Reports, WebParts
from web.signup_parts import signup_parts


def web_parts(engine: Engine, reports: Reports, health: Callable[[], Awaitable[Mapping[str, str]]]) -> WebParts:
    """Pages over one engine; `health` gives the state of every part by name."""

    async def site_by_code(code: str) -> Site | None:
        async with engine.store.read(shared=True) as work:
            return await work.sites.by_code(code)

    async def picture(key: str) -> Picture | None:
        async with engine.store.read() as work:
            return await work.pictures.get(key)

    inbox = PageInbox(engine.store, engine.time.clock)
    evidence = EvidenceDesk(EvidenceSource(engine.store, NewYorkData()), engine.reports.evidence)
    return WebParts(
        conversation=engine.conversation,
        reports=reports,
        site_by_code=site_by_code,
        inbox=inbox,
        clock=engine.time.clock,
        picture=picture,
        health=health,
        say=engine.renderer.reply,
        verify_card=engine.verifying.card,
        staff=engine.staff_sessions,
        evidence=evidence,
        indicators=IndicatorDesk(engine.store, evidence, engine.time.clock),
        push=open_pushing(engine),
        kiosks=Kiosks(engine.store, engine.time.clock, engine.settings.site_url),
        signup=signup_parts(engine.store, engine.time.clock, engine.database.cipher.code_hash, engine.accounts),
        sites=engine.site_desk,
        page=engine.settings.site_url,
        secure=engine.settings.site_url.startswith("https://"),
    )
