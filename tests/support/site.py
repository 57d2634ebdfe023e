"""The pages over a real store, on a socket of their own."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from analytics.desk import ReportDesk
from analytics.evidence import evidence
from analytics.evidence_desk import EvidenceDesk
from analytics.evidence_page import maps
from analytics.indicator_desk import IndicatorDesk
from campaign_engine.domain.action import Site
from campaign_engine.domain.message import Picture
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.services.evidence import EvidenceSource
from campaign_engine.site_desk import open_site_desk
from tests.support.engine import House
from web.app import create_app
from web.inbox import PageInbox
from web.parts import WebParts
from web.server import serve
from web.signup_parts import signup_parts


@dataclass
class Health:
    """States of parts, to be changed by a test."""

    states: dict[str, str] = field(default_factory=lambda: {"web": "running", "telegram": "off"})

    async def __call__(self) -> Mapping[str, str]:
        return self.states


def parts_of(house: House, folder: Path, health: Health) -> WebParts:
    """Drawings of reports are kept in the folder."""

    async def site_by_code(code: str) -> Site | None:
        async with house.store.read() as work:
            return await work.sites.by_code(code)

    async def picture(key: str) -> Picture | None:
        async with house.store.read() as work:
            return await work.pictures.get(key)

    inbox = PageInbox(house.store, house.clock)
    evidence_desk = EvidenceDesk(EvidenceSource(house.store, NewYorkData()), evidence_here)
    return WebParts(
        house.conversation,
        ReportDesk("", folder, house.clock, house.store),
        site_by_code,
        inbox,
        house.clock,
        picture,
        health,
        house.renderer.reply,
        house.verifying.card,
        house.staff_sessions,
        house.kiosks,
        signup_parts(house.store, house.clock, house.store.database.cipher.code_hash, house.accounts),
        open_site_desk(house.store, house.clock),
        house.pushing,
        house.accounts.page,
        evidence=evidence_desk,
        indicators=IndicatorDesk(house.store, evidence_desk, house.clock),
    )


async def evidence_here(counted: str) -> Mapping[str, Any]:
    """As `python -m analytics.evidence` makes it, without a process of its own; the same counts are ranked once."""
    return _evidence_of(counted)


@functools.cache
def _evidence_of(counted: str) -> Mapping[str, Any]:
    asked = json.loads(counted)
    made = evidence(asked)
    return {"evidence": made, "maps": maps(made, asked["outlines"])}


@asynccontextmanager
async def on_socket(app: FastAPI) -> AsyncIterator[str]:
    """The address, until the block ends."""
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(serve(app, "127.0.0.1", 0, stop, ready.set_result))
    await asyncio.wait((running, ready), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    try:
        yield await ready
    finally:
        stop.set()
        await running


def served(parts: WebParts) -> AbstractAsyncContextManager[str]:
    """All pages over these parts, on a socket."""
    return on_socket(create_app(parts))
