"""Report files and the desk that has them made in a process of its own."""

import asyncio
import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from analytics import export, page, report
from analytics.editions import View
from analytics.process import FILES, ReportDesk, ReportFailed
from campaign_engine.domain.errors import NotAllowed, NotFound, StoreUnavailable
from campaign_engine.domain.message import Reply
from campaign_engine.ports.sharing import SHAPES, KitPage
from campaign_engine.rendering import Renderer
from campaign_engine.store.tables import precincts
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.counted import NOW, CountedCampaign

TARGETS = (44, 47, 73, 75, 120)


def filled(url: str, simulated: bool = False) -> CountedCampaign:
    drive = CountedCampaign(url, TARGETS, simulated)
    school, room = drive.site(75), drive.room()
    drive.joined_and_pledged(75, 30, 20, school)
    drive.joined_and_pledged(75, 30, 21)
    drive.joined_and_pledged(73, 25, 14)
    drive.joined_and_pledged(47, 4, 4)
    occurrence = drive.occurrence()
    for _ in range(12):
        drive.delivery(occurrence, drive.person(75), precinct=75)
    drive.delivery(occurrence, drive.person(73), "unconfirmed", precinct=73)
    drive.delivery(occurrence, None, room_id=room, lane="telegram", room_members=80)
    for figure, count in (("reactions", 34), ("joins", 12), ("taps", 8)):
        drive.came_back(room, figure, count)
    drive.freeze()
    return drive


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = filled(database_url)
    yield campaign
    campaign.engine.dispose()


@pytest.fixture
def desk(drive: CountedCampaign, database_url: str, store: SqlStore, tmp_path: Path) -> ReportDesk:
    clock = FakeClock(NOW)
    return ReportDesk(database_url, tmp_path / "reports", clock, store)


def written(drive: CountedCampaign, url: str, folder: Path, view: View = "public") -> dict[str, str]:
    told: list[tuple[int, int]] = []
    report.write(url, drive.id, view, NOW, folder / view, lambda *step: told.append(step))
    assert told[-1] == (2, 2)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / view).iterdir())}


def test_a_report_is_five_whole_files(drive: CountedCampaign, database_url: str, tmp_path: Path) -> None:
    files = written(drive, database_url, tmp_path / "out")
    assert sorted(files) == sorted(FILES)
    assert all(files.values())


@pytest.mark.parametrize("name", page.FILES.values())
def test_A4_the_page_loads_nothing_from_elsewhere_and_runs_nothing(
    drive: CountedCampaign, database_url: str, tmp_path: Path, name: str
) -> None:
    html = written(drive, database_url, tmp_path)[name]
    assert not re.search(r"https?://|[\"'(]//[a-z]|<script|@import|url\((?!#|data:font/woff2)|\son\w+=", html)
    assert set(re.findall(r'(?:src|href)="([^"]*)"', html)) == {"#main", "report.csv", *page.FILES.values()} - {name}
    assert len(html.encode()) < 100_000


def test_what_people_wrote_is_text_on_the_page_and_no_formula_in_the_table(
    drive: CountedCampaign, database_url: str, tmp_path: Path
) -> None:
    files = written(drive, database_url, tmp_path)
    assert "Winter &lt;pledge&gt; drive" in files["report.html"]
    assert "<pledge>" not in files["report.html"]
    cells = [cell for row in csv.reader(files["report.csv"].splitlines()) for cell in row]
    assert "'=HYPERLINK(school)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_K1_page_table_and_json_hide_the_same_cells(drive: CountedCampaign, database_url: str, tmp_path: Path) -> None:
    files = written(drive, database_url, tmp_path)
    figures = json.loads(files["report.json"])["figures"]
    assert (figures["pledged"]["city"], figures["pledged"]["precinct:47"]) == (59, "hidden")
    rows = list(csv.DictReader(files["report.csv"].splitlines()))
    pledged = {
        row["precinct"]: row["value"]
        for row in rows
        if (row["measure"], row["level"], row["channel"]) == ("pledged", "precinct", "")
    }
    assert pledged == {str(number): str(figures["pledged"][f"precinct:{number}"]) for number in TARGETS}
    assert pledged["75"] == "41"
    assert "0" not in {row["value"] for row in rows if row["unit"] == "persons"}
    shown = re.findall(r"<title>Precinct (\d+), [^:<]*: (\w+)</title>", files["report.html"])
    assert dict(shown) == pledged


def test_the_table_says_data_through_and_rule_in_every_row_and_the_dictionary_every_measure(
    drive: CountedCampaign, database_url: str, tmp_path: Path
) -> None:
    files = written(drive, database_url, tmp_path)
    rows = list(csv.DictReader(files["report.csv"].splitlines()))
    assert {row["data_through"] for row in rows} == {"2025-12-31"}
    assert all(row["ranking_rule"].startswith("top 30 by count, 2021 to 2025, boundaries y76i-bdw7") for row in rows)
    assert tuple(rows[0]) == export.COLUMNS
    explained = {
        row["measure"]: row["definition"] for row in csv.DictReader(files["report_dictionary.csv"].splitlines())
    }
    assert {row["measure"] for row in rows} <= set(explained)
    assert all(explained.values())
    outcomes = [int(row["value"]) for row in rows if row["measure"] == "deliveries_people"]
    assert sum(outcomes) == 13


def test_organizers_see_from_five_people_on(drive: CountedCampaign, database_url: str, tmp_path: Path) -> None:
    drive.joined_and_pledged(44, 7, 7)
    drive.joined_and_pledged(1, 6, 6)
    drive.joined_and_pledged(120, 8, 8)
    drive.freeze(NOW + timedelta(weeks=1))
    public = json.loads(written(drive, database_url, tmp_path / "p")["report.json"])["figures"]["pledged"]
    organizer = json.loads(written(drive, database_url, tmp_path / "o", "organizer")["report.json"])["figures"][
        "pledged"
    ]
    assert (public["precinct:120"], organizer["precinct:120"]) == ("hidden", 8)


def test_an_early_report_says_what_was_made_and_what_opens_next(database_url: str, tmp_path: Path) -> None:
    drive = CountedCampaign(database_url, TARGETS)
    room = drive.room()
    drive.delivery(drive.occurrence(), None, room_id=room, lane="telegram", room_members=80)
    files = written(drive, database_url, tmp_path)
    assert "1 post has gone out." in files["report.html"]
    assert "None of the 5 areas has enough people to show yet." in files["report.html"]
    assert "Todavía" not in files["report.es.html"]
    assert "Ninguna de las 5 zonas" in files["report.es.html"]
    assert "No post has gone to a room yet" not in files["report.html"]
    quiet = drive.campaign(TARGETS, title="without rooms")
    report.write(database_url, quiet, "public", NOW, tmp_path / "quiet", lambda *_step: None)
    assert "No post has gone to a room yet" in (tmp_path / "quiet" / "report.html").read_text(encoding="utf-8")
    drive.engine.dispose()


def test_simulated_people_are_said_to_be_so(database_url: str, tmp_path: Path) -> None:
    drive = filled(database_url, simulated=True)
    assert "A rehearsal: 102 people in it are simulated." in written(drive, database_url, tmp_path)["report.html"]
    drive.engine.dispose()


def test_true_outlines_are_drawn_when_they_are_loaded(
    drive: CountedCampaign, database_url: str, tmp_path: Path
) -> None:
    corners = [[-74, 40.6], [-73.9, 40.6], [-73.9, 40.7], [-74, 40.7], [-74, 40.6]]
    outline = json.dumps({"type": "Polygon", "coordinates": [corners]})
    with drive.engine.begin() as connection:
        connection.execute(precincts.update().where(precincts.c.number == 75).values(boundary=outline))
    html = written(drive, database_url, tmp_path)["report.html"]
    assert html.count("<path d=") == 1
    assert "One square is one precinct" not in html


async def test_the_desk_lists_what_was_approved(desk: ReportDesk, drive: CountedCampaign) -> None:
    drive.campaign((75,), title="not yet", status="submitted")
    later = drive.campaign((75,), title="later", status="approved")
    listed = await desk.listed()
    assert [(link.id, link.status) for link in listed] == [(later, "approved"), (drive.id, "running")]


async def test_the_desk_makes_a_report_once_a_minute(desk: ReportDesk, drive: CountedCampaign) -> None:
    first = await desk.file(drive.id, "report.json")
    before = json.loads(first.read_text(encoding="utf-8"))
    drive.joined_and_pledged(73, 9, 9)
    pages = await asyncio.gather(*(desk.file(drive.id, name) for name in ("report.html", "report.json")))
    assert json.loads(pages[1].read_text(encoding="utf-8")) == before
    clock = desk.clock
    assert isinstance(clock, FakeClock)
    clock.advance(timedelta(seconds=61))
    after = json.loads((await desk.file(drive.id, "report.json")).read_text(encoding="utf-8"))
    assert after["as_of"] != before["as_of"]
    assert after["figures"] == before["figures"], "K3: nothing of persons moves between two editions"
    assert sorted(path.name for path in first.parent.iterdir()) == sorted(FILES)


async def test_the_desk_refuses_what_is_not_public(desk: ReportDesk, drive: CountedCampaign) -> None:
    waiting = drive.campaign((75,), status="draft")
    for campaign, name in ((waiting, "report.html"), (99, "report.html"), (drive.id, "../../groundswell.db")):
        with pytest.raises(NotFound):
            await desk.file(campaign, name)
    with pytest.raises(NotFound):
        await desk.card(waiting, "en")


async def test_progress_is_told_step_by_step(desk: ReportDesk, drive: CountedCampaign, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    await desk.make(drive.id, "organizer", tmp_path / "out", lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)


async def test_the_card_of_a_chat_is_protected_too(desk: ReportDesk, drive: CountedCampaign) -> None:
    card = (await desk.card(drive.id, "en")).values
    assert (card["goal"], card["delivered"], card["pledged"], card["opt_outs"]) == (300, 12, 59, "hidden")
    text = Renderer().reply(Reply("campaign.report", card), "en").text
    assert "75: 60, 41" in text
    assert "47:" not in text
    assert "Rooms, apart from people: 1\nMembers: 80\nReactions: 30\nCame in by a link: 10\nTaps: 5\n" in text


def test_K1_rooms_have_a_section_of_their_own_in_page_table_and_json(
    drive: CountedCampaign, database_url: str, tmp_path: Path
) -> None:
    drive.delivery(
        drive.occurrence(NOW), None, room_id=drive.room("discord", ("precinct", "75")), lane="discord", room_members=50
    )
    files = written(drive, database_url, tmp_path)
    section = re.search(r"<h2>What came back from rooms</h2>(.*?)</section>", files["report.html"], re.DOTALL)
    assert section is not None
    assert all(word in section[1] for word in ("Telegram", "Groups", "Discord", "Rooms of the whole city", "<b>75</b>"))
    assert all(word in section[1] for word in ("Reactions to posts", "How often somebody came", "Taps on the buttons"))
    assert ">8<" not in section[1], "fewer than ten taps"
    assert "Lo que volvió de las salas" in files["report.es.html"]
    rows = [row for row in csv.DictReader(files["report.csv"].splitlines()) if row["measure"].startswith("room_")]
    said = {(row["measure"], row["level"], row["channel"] + row["room_kind"] + row["precinct"]): row for row in rows}
    assert said["room_reactions", "city", ""]["value"] == "30"
    assert said["room_audience", "room", "discordgroup"]["value"] == said["room_audience", "precinct", "75"]["value"]
    assert {said[f"room_{name}", "city", ""]["unit"] for name in ("joins", "taps")} == {"joins", "taps"}
    plain = json.loads(files["report.json"])
    assert plain["rooms"]["precinct:75"] == {"rooms": 1, "posts": 1}
    assert plain["figures"]["room_joins"]["city"] == 10
    assert plain["figures"]["room_taps"]["city"] == "hidden"
    assert plain["figures"]["reached"]["city"] == 89, "rooms are no people"


async def test_a_killed_run_leaves_nothing(desk: ReportDesk, drive: CountedCampaign) -> None:
    folder = desk.folder / "public" / str(drive.id)
    begun = asyncio.Event()
    making = asyncio.create_task(desk.make(drive.id, "public", folder, lambda *_step: begun.set()))
    await begun.wait()
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert list(folder.iterdir()) == []


async def test_a_folder_that_cannot_be_written_is_a_clear_error(desk: ReportDesk, drive: CountedCampaign) -> None:
    desk.folder.write_text("a file, not a folder")
    with pytest.raises(ReportFailed) as caught:
        await desk.file(drive.id, "report.html")
    assert "disk" in caught.value.hint


async def test_totals_without_protection_are_for_simulations_only(
    desk: ReportDesk, drive: CountedCampaign, database_url: str
) -> None:
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


async def test_a_database_that_is_gone_is_told_as_such(sqlite_url: str, tmp_path: Path, store: SqlStore) -> None:
    desk = ReportDesk(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}", tmp_path, FakeClock(NOW), store)
    with pytest.raises(StoreUnavailable):
        await desk.card(1, "en")


def test_the_serving_side_never_loads_pandas() -> None:
    program = "import analytics.process, sys; sys.exit('pandas' in sys.modules or 'shapely' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


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
