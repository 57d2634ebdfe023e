"""A report page from an edition and facts, beside the same page with its charts drawn anew; and the chat card."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from analytics import charts, page, sections
from analytics.desk import ReportDesk
from analytics.page import Links
from benchmarks.installation import open_new
from benchmarks.rows import Row
from campaign_engine.opendata.figures import precincts
from tests.support.counted import NOW, CountedCampaign

ROUNDS = 15
PAGE_SECONDS, COLD_SECONDS, WARM_SECONDS = 0.05, 2.0, 0.4


def run() -> list[Row]:
    """Three rows."""
    return asyncio.run(measured())


async def measured() -> list[Row]:
    """A campaign in 30 precincts; reading, writing and drawing are ours, the socket is not in it."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_new(Path(folder)) as engine:
            url = engine.settings.database
            drive = CountedCampaign(url, tuple(precincts())[:30])
            for number in tuple(precincts())[:6]:
                drive.joined_and_pledged(number, 30, 20)
            drive.freeze()
            drive.engine.dispose()
            desk = ReportDesk(url, Path(folder) / "drawn", lambda: NOW, engine.store)

            async def read() -> None:
                await whole_page(desk, drive.id)

            async def card() -> None:
                await desk.card(drive.id, "en")

            first, first_card = await timed(read), await timed(card)
            pages, cards = [await timed(read) for _ in range(ROUNDS)], [await timed(card) for _ in range(ROUNDS)]
    beside = "the first reader of an edition, whose charts are drawn"
    return [
        Row("report page of 30 precincts", statistics.median(pages), "s", beside, first, PAGE_SECONDS),
        Row("chat card, warm", statistics.median(cards), "s", "cold", first_card, WARM_SECONDS),
        Row("chat card, cold", first_card, "s", "warm", statistics.median(cards), COLD_SECONDS),
    ]


async def whole_page(desk: ReportDesk, campaign: int) -> str:
    """As anybody gets it, but for the socket."""
    document = sections.whole(await desk.report(campaign, "public"), "en")
    (drawn,) = await desk.charts([document])
    return page.report_page(document, {key: charts.painted(svg) for key, svg in drawn.items()}, Links(other=""))


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Seconds."""
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start
