"""The desk of reports: what it gives, and the processes that draw for it."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from analytics import files, reach_picture
from analytics.desk import ReportDesk
from analytics.process import ReportFailed
from campaign_engine.domain.errors import NotAllowed, NotFound, StoreUnavailable
from campaign_engine.domain.message import Reply
from campaign_engine.ports.sharing import SHAPES, KitPage
from campaign_engine.rendering import Renderer
from campaign_engine.store.unit_of_work import SqlStore
from tests.integration.test_analytics_report import drive
from tests.support import FakeClock
from tests.support.counted import NOW, CountedCampaign

__all__ = ["drive"]


@pytest.fixture
def desk(drive: CountedCampaign, database_url: str, store: SqlStore, tmp_path: Path) -> ReportDesk:
    """Draws everything itself."""
    return ReportDesk(database_url, tmp_path / "reports", FakeClock(NOW), store)


async def test_the_desk_lists_what_was_approved(desk: ReportDesk, drive: CountedCampaign) -> None:
    drive.campaign((75,), title="not yet", status="submitted")
    later = drive.campaign((75,), title="later", status="approved")
    listed = await desk.listed()
    assert [(link.id, link.status) for link in listed] == [(later, "approved"), (drive.id, "running")]


async def test_the_desk_refuses_what_is_not_public(desk: ReportDesk, drive: CountedCampaign) -> None:
    waiting = drive.campaign((75,), status="draft")
    for campaign in (waiting, 99):
        with pytest.raises(NotFound):
            await desk.report(campaign, "public")
    with pytest.raises(NotFound):
        await desk.card(waiting, "en")


async def test_the_card_of_a_chat_is_protected_too(desk: ReportDesk, drive: CountedCampaign) -> None:
    card = (await desk.card(drive.id, "en")).values
    assert (card["goal"], card["delivered"], card["pledged"], card["opt_outs"]) == (300, 12, 59, "hidden")
    text = Renderer().reply(Reply("campaign.report", card), "en").text
    assert "75: 60, 41" in text
    assert "; people are counted through November 27, 2026\n" in text
    numbers = [row["precinct"] for row in card["precincts"]]  # type: ignore[attr-defined]
    drawn = reach_picture.words(await desk.report(drive.id, "organizer"), "en")
    assert [row.name.partition(",")[0] for row in drawn.rows] == [str(number) for number in sorted(numbers)]
    assert ("hidden", "asked us to stop") in drawn.numbers
    assert "47:" not in text
    assert "Rooms, apart from people: 1\nMembers: 80\nReactions: 30\nCame in by a link: 10\nTaps: 5\n" in text


async def test_drawings_are_kept_and_a_killed_one_leaves_nothing(desk: ReportDesk, drive: CountedCampaign) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):  # a process has not even begun by then
            await desk.card(drive.id, "en")
    drawn = desk.folder / "drawn"
    assert not drawn.exists()
    drawn.mkdir(parents=True)
    gone = drawn / "taken away by another process"
    gone.symlink_to(desk.folder / "nothing")
    first = await desk.card(drive.id, "en")
    (kept,) = {*drawn.iterdir()} - {gone}
    kept.write_text("aGk=", encoding="utf-8")
    assert (await desk.card(drive.id, "en")).picture.content == b"hi", "what was drawn is not drawn again"
    assert first.picture.content.startswith(b"\x89PNG")


async def test_a_folder_that_cannot_be_written_is_a_clear_error(desk: ReportDesk, drive: CountedCampaign) -> None:
    desk.folder.write_text("a file, not a folder")
    with pytest.raises(ReportFailed) as caught:
        await desk.card(drive.id, "en")
    assert "disk" in caught.value.hint


async def test_totals_without_protection_are_for_simulations_only(desk: ReportDesk, drive: CountedCampaign) -> None:
    with pytest.raises(NotAllowed):
        await desk.summary()
    with drive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contacts SET simulated = (1 = 1)")
    totals = await desk.summary()
    assert totals["deliveries"] == dict.fromkeys(totals["deliveries"], 0) | {"sent": 12, "unconfirmed": 1}
    assert {name: totals[name] for name in ("contacts", "frozen_audience", "reached", "pledges")} == {
        "contacts": 102,
        "frozen_audience": 13,
        "reached": 89,
        "pledges": 59,
    }


async def test_a_database_that_is_gone_is_told_as_such(tmp_path: Path, store: SqlStore) -> None:
    desk = ReportDesk(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}", tmp_path, FakeClock(NOW), store)
    with pytest.raises(StoreUnavailable):
        await desk.summary()


def test_the_serving_side_loads_neither_pandas_nor_what_draws() -> None:
    heavy = ("pandas", "numpy", "shapely", "altair", "vl_convert", "typst", "highspy")
    program = "import analytics.desk, analytics.files, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert not {*heavy} & {*loaded}


async def test_K1_a_reach_card_is_drawn_in_a_process_of_its_own(desk: ReportDesk, drive: CountedCampaign) -> None:
    cards = [await desk.card(drive.id, language) for language in ("en", "es")]
    assert cards[0].values == cards[1].values
    assert cards[0].picture.content != cards[1].picture.content
    assert all(card.picture.content.startswith(b"\x89PNG") and not card.picture.alt for card in cards)


async def test_a_share_kit_is_drawn_in_a_process_of_its_own(desk: ReportDesk) -> None:
    pages = [KitPage(shape, "Winter", "We look out", "https://groundswell.example/p/1") for shape in SHAPES]
    assert [made[:4] for made in await desk.draw(pages)] == [b"\x89PNG"] * 2
    with pytest.raises(ReportFailed):
        await desk.draw([KitPage("round", "Winter", "We look out", "https://groundswell.example/p/1")])


def test_there_is_a_maker_for_every_kind() -> None:
    assert set(files._MAKERS) == set(files.KINDS)
