"""Reports, cards and editions for the serving process: it reads and writes pages, other processes draw and solve."""

import asyncio
import base64
import functools
import hashlib
import json
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analytics import charts, content, editions
from analytics.content import LATEST, Asked, Newest, Report
from analytics.document import Document
from analytics.editions import View
from analytics.process import Progress, ReportFailed, run
from analytics.published import published_campaigns
from campaign_engine.domain.message import Picture
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.editions import NewEdition
from campaign_engine.ports.figures import CampaignLink, ReachCard
from campaign_engine.ports.sharing import KitPage
from campaign_engine.store.tables import campaigns, precincts
from campaign_engine.store.unit_of_work import SqlStore

KEPT = timedelta(days=30)
"""How long a drawing that nobody asks for is kept."""

_VERSION = version("groundswell")


@dataclass
class ReportDesk:
    """Implements web.parts.Reports, ports.figures.Figures, ports.editions.EditionMaker and ports.sharing.KitMaker.

    One drawing at a time, so that serving stays quick. `folder` keeps what was drawn; it may be removed at any time.
    """

    database_url: str
    folder: Path
    clock: Clock
    store: SqlStore
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _freezing: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def listed(self) -> tuple[CampaignLink, ...]:
        """Campaigns that were approved, newest first. Raises StoreUnavailable."""
        c = campaigns.c
        wanted = published_campaigns(c.id, c.title, c.status).order_by(c.id.desc())
        async with self.store.database.read() as connection:
            return tuple(CampaignLink(row.id, row.title, row.status) for row in await connection.execute(wanted))

    async def of_site(self, site_id: int) -> tuple[CampaignLink, ...]:
        """Campaigns with an edition that has the site in it, newest first. Raises StoreUnavailable."""
        async with self.store.database.read() as connection:
            found = await connection.execute(editions.newest_of_each(published_campaigns(campaigns.c.id)))
            has = {row.campaign_id for row in found if str(site_id) in row.layout["sites"]}
        return tuple(one for one in await self.listed() if one.id in has)

    async def report(self, campaign_id: int, view: View, edition: int | Newest = LATEST) -> Report:
        """Read from editions and facts, a few milliseconds. Raises NotFound, StoreUnavailable."""
        asked = Asked(campaign_id, view, self.clock(), edition)
        async with self.store.database.read() as connection:
            return await connection.run_sync(content.read, asked)

    async def charts(self, documents: Sequence[Document]) -> tuple[Mapping[str, str], ...]:
        """SVG by section, with colours of the day; drawn once for each edition.

        Raises StoreUnavailable, ReportFailed.
        """
        async with self.store.database.read() as connection:
            boundaries = await connection.scalar(sa.select(sa.func.min(precincts.c.boundary_edition)))
        wanted = [json.dumps(charts.asked(document.charts()), sort_keys=True) for document in documents]

        async def draw(asked: str) -> str:
            outlines = await self._outlines() if boundaries else {}
            return await run("analytics.charts", said=json.dumps({"charts": json.loads(asked), "outlines": outlines}))

        drawn = [await self._kept(f"{boundaries} {asked}", functools.partial(draw, asked)) for asked in wanted]
        return tuple(json.loads(each) for each in drawn)

    async def card(self, campaign_id: int, language: str) -> ReachCard:
        """See the port."""
        from analytics import reach_picture  # Pillow, which only cards need

        report = await self.report(campaign_id, "organizer")
        asked = json.dumps(asdict(reach_picture.words(report, language)))
        printed = await self._kept(asked, lambda: run("campaign_engine.pictures.reach_card", said=asked))
        drawn = base64.b64decode(printed)
        return ReachCard(
            content.card(report), Picture(drawn, hashlib.sha256(drawn).hexdigest(), media_type="image/png")
        )

    async def edition(self, campaign_id: int, week: date, reason: str = "") -> NewEdition:
        """See ports.editions. Pages and cards are made beside it."""
        asked = ("--campaign", str(campaign_id), "--week", week.isoformat(), "--reason", reason)
        async with self._freezing:
            printed = await self._run("freeze", *asked, "--now", self.clock().isoformat())
        # The solver says its name first, whatever it is told.
        made: dict[str, Any] = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
        days = {name: date.fromisoformat(made[name]) for name in ("week", "data_through")}
        return NewEdition(**{**made, **days, "made_at": datetime.fromisoformat(made["made_at"])})

    async def draw(self, pages: Sequence[KitPage]) -> tuple[bytes, ...]:
        """See ports.sharing."""
        asked = json.dumps([asdict(page) for page in pages])
        async with self._turn:
            printed = await run("campaign_engine.pictures", said=asked)
        return tuple(base64.b64decode(each) for each in json.loads(printed))

    async def evidence(self, counted: str) -> Mapping[str, Any]:
        """What `python -m analytics.evidence` makes of counts as JSON. Raises ReportFailed."""
        async with self._turn:
            made: dict[str, Any] = json.loads(await run("analytics.evidence", said=counted))
        return made

    async def summary(self) -> Mapping[str, Any]:
        """Unprotected totals of a simulation. Raises NotAllowed as soon as one contact is real."""
        async with self._turn:
            values: dict[str, Any] = json.loads(await self._run("summary"))
        return values

    async def _outlines(self) -> Mapping[int, str]:
        async with self.store.read() as work:
            found = await work.targeting.outlines()
        return found[1] if found else {}

    async def _run(self, *arguments: str, progress: Progress | None = None) -> str:
        return await run("analytics", *arguments, database_url=self.database_url, progress=progress)

    async def _kept(self, asked: str, make: Callable[[], Awaitable[str]]) -> str:
        """What was made of the same words before, by this version of the program."""
        name = hashlib.sha256(f"{_VERSION} {asked}".encode()).hexdigest()
        path = self.folder / "drawn" / name
        async with self._turn:
            there = await asyncio.to_thread(_read, path)
            if there is not None:
                return there
            made = await make()
            try:
                await asyncio.to_thread(_keep, path, made)
            except OSError as error:
                hint = "Check the folder and that the disk has room."
                raise ReportFailed("The report cannot be written.", hint) from error
            return made


def _read(path: Path) -> str | None:
    try:
        found = path.read_text(encoding="utf-8")
        os.utime(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found


def _keep(path: Path, made: str) -> None:
    """Under its name only when it is whole; what nobody asked for in a month goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(made, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    oldest = (datetime.now(UTC) - KEPT).timestamp()
    for other in path.parent.iterdir():
        with suppress(FileNotFoundError):  # another process tidies up too
            if other.stat().st_mtime < oldest:
                other.unlink()
