"""Reports and cards for the serving process, made in a process of their own: pandas never enters this one."""

import asyncio
import base64
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from analytics.published import published_campaigns
from campaign_engine.domain.errors import GroundswellError, NotAllowed, NotFound, StoreUnavailable
from campaign_engine.domain.message import Picture
from campaign_engine.ports.clock import Clock
from campaign_engine.ports.editions import NewEdition
from campaign_engine.ports.figures import CampaignLink, ReachCard
from campaign_engine.ports.sharing import KitPage
from campaign_engine.store.tables import campaigns
from campaign_engine.store.unit_of_work import SqlStore

FRESH = timedelta(seconds=60)
"""How long a made report is given out again."""

FILES = ("report.html", "report.es.html", "report.csv", "report_dictionary.csv", "report.json")
_URL = "GROUNDSWELL_DATABASE_URL"
_KNOWN: Mapping[str, type[GroundswellError]] = {
    "not_found": NotFound,
    "not_allowed": NotAllowed,
    "store_unavailable": StoreUnavailable,
}

Progress = Callable[[int, int], None]


class ReportFailed(GroundswellError):
    """The report's own process ended without a report."""

    code = "report_failed"


@dataclass
class ReportDesk:
    """Implements web.parts.Reports, ports.figures.Figures, ports.editions.EditionMaker and ports.sharing.KitMaker.

    One at a time, so that serving stays quick.

    `folder` keeps what was made; it may be removed at any time.
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

    async def file(self, campaign_id: int, name: str) -> Path:
        """One of FILES of the public report, made anew when it is older than a minute.

        Raises NotFound, StoreUnavailable, ReportFailed.
        """
        if name not in FILES:
            raise NotFound("There is no such report.", "Choose one from the list of reports.")
        await self._check(campaign_id)
        folder = self.folder / "public" / str(campaign_id)
        async with self._turn:
            made_at = await asyncio.to_thread(_made_at, folder / name)
            if made_at is None or not timedelta() <= self.clock() - made_at < FRESH:
                await self._make(campaign_id, "public", folder, None)
        return folder / name

    async def make(self, campaign_id: int, view: str, folder: Path, progress: Progress | None = None) -> None:
        """All FILES into a folder; `view` is public or organizer. `progress` is told steps done and their number.

        Raises NotFound, StoreUnavailable, ReportFailed.
        """
        async with self._turn:
            await self._make(campaign_id, view, folder, progress)

    async def card(self, campaign_id: int, language: str) -> ReachCard:
        """See the port."""
        asked = ("--campaign", str(campaign_id), "--view", "organizer", "--language", language, *self._now())
        async with self._turn:
            made: dict[str, Any] = json.loads(await self._run("card", *asked))
        content = base64.b64decode(made.pop("picture"))
        return ReachCard(made, Picture(content, hashlib.sha256(content).hexdigest(), media_type="image/png"))

    async def edition(self, campaign_id: int, week: date, reason: str = "") -> NewEdition:
        """See ports.editions. Pages and cards are made beside it."""
        asked = ("--campaign", str(campaign_id), "--week", week.isoformat(), "--reason", reason, *self._now())
        async with self._freezing:
            printed = await self._run("freeze", *asked)
        # The solver says its name first, whatever it is told.
        made: dict[str, Any] = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))
        days = {name: date.fromisoformat(made[name]) for name in ("week", "data_through")}
        return NewEdition(**{**made, **days, "made_at": datetime.fromisoformat(made["made_at"])})

    async def draw(self, pages: Sequence[KitPage]) -> tuple[bytes, ...]:
        """See ports.sharing."""
        asked = json.dumps([asdict(page) for page in pages])
        async with self._turn:
            printed = await self._run(module="campaign_engine.pictures", said=asked)
        return tuple(base64.b64decode(each) for each in json.loads(printed))

    async def evidence(self, counted: str) -> Mapping[str, Any]:
        """What `python -m analytics.evidence` makes of counts as JSON. Raises ReportFailed."""
        async with self._turn:
            made: dict[str, Any] = json.loads(await self._run(module="analytics.evidence", said=counted))
        return made

    async def summary(self) -> Mapping[str, Any]:
        """Unprotected totals of a simulation. Raises NotAllowed as soon as one contact is real."""
        async with self._turn:
            values: dict[str, Any] = json.loads(await self._run("summary"))
        return values

    async def _check(self, campaign_id: int) -> None:
        wanted = published_campaigns(campaigns.c.id).where(campaigns.c.id == campaign_id)
        async with self.store.database.read() as connection:
            if (await connection.execute(wanted)).one_or_none() is None:
                raise NotFound("There is no report of this campaign.", "Choose one from the list of reports.")

    async def _make(self, campaign_id: int, view: str, folder: Path, progress: Progress | None) -> None:
        """Into a folder beside it first, so that a process that is killed leaves nothing behind."""
        now = self.clock()
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as made:
                asked = ("--campaign", str(campaign_id), "--view", view, "--out", made, "--now", now.isoformat())
                await self._run("report", *asked, progress=progress)
                await asyncio.to_thread(_hand_over, Path(made), folder, now)
        except OSError as error:
            raise ReportFailed(
                "The report cannot be written.", "Check the folder and that the disk has room."
            ) from error

    def _now(self) -> tuple[str, str]:
        return "--now", self.clock().isoformat()

    async def _run(
        self, *arguments: str, progress: Progress | None = None, module: str = "analytics", said: str = ""
    ) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", module, *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, _URL: self.database_url},
        )  # fmt: skip
        try:
            printed, told, _ = await asyncio.gather(
                _read(process.stdout), _listen(process.stderr, progress), _say(process.stdin, said)
            )
            code = await process.wait()
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        if code != 0:
            raise _error(told)
        return printed


async def _say(stream: asyncio.StreamWriter | None, said: str) -> None:
    if stream is None:
        return
    try:
        stream.write(said.encode())
        await stream.drain()
        stream.close()
    except ConnectionError:
        return  # it ended before it read this, and says why


async def _read(stream: asyncio.StreamReader | None) -> str:
    return (await stream.read()).decode() if stream else ""


async def _listen(stream: asyncio.StreamReader | None, progress: Progress | None) -> str:
    """The last line that is not about progress."""
    last = ""
    while stream and (raw := await stream.readline()):
        line = raw.decode().strip()
        if line.startswith("progress "):
            done, total = (int(number) for number in line.split()[1:])
            if progress is not None:
                progress(done, total)
        elif line:
            last = line
    return last


def _error(said: str) -> GroundswellError:
    try:
        told = json.loads(said)
        known = _KNOWN.get(told["code"])
        return known(told["message"], told["hint"]) if known else ReportFailed(told["message"], told["hint"])
    except (ValueError, KeyError, TypeError):
        # What a broken process prints may hold anything, so it is not shown.
        return ReportFailed("The report could not be made.", "Try again; if it fails again, run `groundswell doctor`.")


def _made_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _hand_over(made: Path, folder: Path, now: datetime) -> None:
    """Dated by our clock, which a demo moves."""
    for name in FILES:
        os.utime(made / name, (now.timestamp(), now.timestamp()))
        (made / name).replace(folder / name)
