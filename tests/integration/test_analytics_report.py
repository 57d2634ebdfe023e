"""Reports as files, made from editions: what they say, what they hide, and the processes that draw for them."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from analytics import content, export, sections
from analytics.content import Asked, Report
from analytics.desk import ReportDesk
from analytics.document import Chart, Section
from analytics.editions import HIDDEN, View
from analytics.files import Wanted, report_files
from analytics.part import WHOLE, Part
from campaign_engine.domain.errors import NotFound
from campaign_engine.store.tables import precincts
from campaign_engine.store.unit_of_work import SqlStore
from tests.integration.conftest import keep_drawings
from tests.support import FakeClock
from tests.support.counted import NOW, CountedCampaign

TARGETS = (44, 47, 73, 75, 120)
NAMES = [
    "report.csv", "report.es.html", "report.es.pdf", "report.html", "report.json", "report.pdf",
    "report_dictionary.csv", "report_dictionary.es.csv",
]  # fmt: skip


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
    return drive


@pytest.fixture
def drive(database_url: str) -> Iterator[CountedCampaign]:
    campaign = filled(database_url)
    campaign.freeze()
    yield campaign
    campaign.engine.dispose()


@pytest.fixture
def desk(drive: CountedCampaign, database_url: str, store: SqlStore, tmp_path: Path, drawings: Path) -> ReportDesk:
    return ReportDesk(database_url, keep_drawings(tmp_path / "reports", drawings), FakeClock(NOW), store)


async def written(desk: ReportDesk, drive: CountedCampaign, view: View = "public", *kinds: str) -> dict[str, str]:
    made = await report_files(desk, Wanted(drive.id, view, kinds=kinds or ("html", "csv", "json")))
    return {name: each.decode() if isinstance(each, bytes) else each for name, each in made.items()}


def read(drive: CountedCampaign, view: View = "public") -> Report:
    with drive.engine.connect() as connection:
        return content.read(connection, Asked(drive.id, view, NOW))


async def test_A4_pages_are_whole_load_nothing_from_elsewhere_and_run_nothing(
    desk: ReportDesk, drive: CountedCampaign
) -> None:
    told: list[tuple[int, int]] = []
    made = await report_files(desk, Wanted(drive.id, "public"), lambda done, total: told.append((done, total)))
    assert sorted(made) == NAMES
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    for name in ("report.html", "report.es.html"):
        html = str(made[name])
        outside = re.sub(r'xmlns(:xlink)?="http://www.w3.org/[^"]*"', "", html)
        assert not re.search(r"https?://|[\"'(]//[a-z]|<script|@import|url\((?!#|data:font/woff2)|\son\w+=", outside)
        links = set(re.findall(r'(?:src|href)="([^"]*)"', html))
        assert links == {"#main", "report.html" if ".es." in name else "report.es.html"}
        assert len(html.encode()) < 140_000
        assert html.count('role="img"') == len(re.findall(r"<figure>", html)) == 7
        for key in re.findall(r'aria-labelledby="([\w-]+)-title', html):
            section = html.split(f'id="{key}"', 1)[1].split("</section>", 1)[0]
            assert "<table" in section, f"P1: the chart of {key} has a table behind it"
            assert re.search(rf'<desc id="{key}-text">[^<]{{10,}}</desc>', section)
            title = section.split("<h2>", 1)[1].split("</h2>", 1)[0]
            assert f'role="region" tabindex="0" aria-label="{title}"' in section, "P1: a table is named by its section"
    assert re.search(r'unit">people pledged:</p><ul class="legend"><li class="step', str(made["report.html"]))
    first = pypdfium2.PdfDocument(made["report.pdf"])[0].get_textpage().get_text_bounded()
    assert "Where people pledged" in first, "the map is on the first sheet"


def test_P1_a_chart_without_a_table_is_no_section() -> None:
    with pytest.raises(ValueError, match="table"):
        Section("x", "X", chart=Chart("bars", "X", "x"))


async def test_K1_no_hidden_figure_is_in_any_file_of_either_language(desk: ReportDesk, drive: CountedCampaign) -> None:
    """4 people of precinct 47, 29 who hold a share of Brooklyn's site, 8 taps: figures that occur nowhere else."""
    drive.joined_and_pledged(120, 7, 3)
    drive.came_back(drive.room("discord"), "taps", 3)
    made = await report_files(desk, Wanted(drive.id, "public"))
    rows = list(csv.DictReader(io.StringIO(str(made["report.csv"]))))
    shown = {row["value"] for row in rows if row["unit"] in ("persons", "pledges", "taps", "reactions", "members")}
    assert not {"0", "4", "7", "3", "8", "11"} & shown
    plain = json.loads(str(made["report.json"]))
    assert all(figure == HIDDEN or figure >= 10 for cells in plain["figures"].values() for figure in cells.values())
    shapes = re.compile(r'<svg class="chart".*?</svg>', re.DOTALL)
    for name in ("report.html", "report.es.html"):
        said = {
            text for svg in shapes.findall(str(made[name])) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)
        }
        assert not {"0", "4", "7", "3", "8", "11"} & said
        cells = set(re.findall(r"<td>(?:<span[^>]*>)?([^<]*)", str(made[name]).split('id="outcomes"', 1)[0]))
        assert not {"0", "4", "7", "3", "8", "11"} & cells
    for name in ("report.pdf", "report.es.pdf"):
        text = _text_of(made[name])
        assert ("hidden" if name == "report.pdf" else "oculto") in text
        assert "59" in text
    assert [
        row for row in rows if row["precinct"] == "47" and row["unit"] == "persons" and row["value"] != HIDDEN
    ] == []


def _text_of(made: str | bytes) -> str:
    assert isinstance(made, bytes)
    document = pypdfium2.PdfDocument(made)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


async def test_what_people_wrote_is_text_on_the_page_and_no_formula_in_the_table(
    desk: ReportDesk, drive: CountedCampaign
) -> None:
    made = await report_files(desk, Wanted(drive.id, "public"))
    assert "Winter &lt;pledge&gt; drive" in str(made["report.html"])
    assert "<pledge>" not in str(made["report.html"])
    assert "Winter <pledge> drive" in _text_of(made["report.pdf"])
    cells = [cell for row in csv.reader(str(made["report.csv"]).splitlines()) for cell in row]
    assert "'=HYPERLINK(school)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


async def test_K1_page_table_and_json_hide_the_same_cells(desk: ReportDesk, drive: CountedCampaign) -> None:
    made = await written(desk, drive)
    figures = json.loads(made["report.json"])["figures"]
    assert (figures["pledged"]["city"], figures["pledged"]["precinct:47"]) == (59, "hidden")
    rows = list(csv.DictReader(made["report.csv"].splitlines()))
    pledged = {
        row["precinct"]: row["value"]
        for row in rows
        if (row["measure"], row["level"], row["channel"]) == ("pledged", "precinct", "")
    }
    assert pledged == {str(number): str(figures["pledged"][f"precinct:{number}"]) for number in TARGETS}
    assert pledged["75"] == "41"
    shown = re.findall(r"<title>Precinct (\d+), [^:<]*: (\w+)</title>", made["report.html"])
    assert dict(shown) == pledged


async def test_every_row_says_its_edition_and_rule_and_the_dictionary_every_measure(
    desk: ReportDesk, drive: CountedCampaign
) -> None:
    made = await written(desk, drive)
    rows = list(csv.DictReader(made["report.csv"].splitlines()))
    assert {(row["data_through"], row["edition"], row["city_data_through"]) for row in rows} == {
        ("2026-11-27", "1", "2025-12-31")
    }
    assert all(row["ranking_rule"].startswith("top 30 by count, 2021 to 2025, boundaries y76i-bdw7") for row in rows)
    assert tuple(rows[0]) == export.COLUMNS
    explained = {
        (row["kind"], row["name"]): row["definition"]
        for row in csv.DictReader(made["report_dictionary.csv"].splitlines())
    }
    assert {("measure", row["measure"]) for row in rows} | {("column", name) for name in rows[0]} <= set(explained)
    assert all(explained.values())
    spanish = [*csv.DictReader(made["report_dictionary.es.csv"].splitlines())]
    assert {(row["kind"], row["name"]) for row in spanish} == set(explained)
    assert not {row["definition"] for row in spanish} & set(explained.values())
    ends = {row["outcome"]: row["value"] for row in rows if row["measure"] == "deliveries_people"}
    assert {end for end, value in ends.items() if value == HIDDEN} == {"bounced", "failed", "suppressed"}
    assert sum(int(value) for value in ends.values() if value != HIDDEN) == 13
    assert [(row["value"], row["unit"]) for row in rows if row["measure"] == "goal"] == [("300", "pledges")]


async def test_K3_a_frozen_edition_stays_as_it_was_and_the_newest_has_the_rooms(
    desk: ReportDesk, drive: CountedCampaign
) -> None:
    first = content.as_json(await desk.report(drive.id, "public", 1))
    drive.joined_and_pledged(73, 20, 20)
    drive.came_back(drive.room(), "taps", 90)
    drive.freeze(NOW + timedelta(days=7))
    again = content.as_json(await desk.report(drive.id, "public", 1))
    newest = await desk.report(drive.id, "public")
    assert again["figures"] == first["figures"]
    assert again["made"]["delivered"] == first["made"]["delivered"] == 12
    assert again["rooms"] == first["rooms"], "frozen with the edition"
    assert "days_left" not in again["made"]
    assert newest.rooms is not None
    assert (newest.edition and newest.edition.number, newest.figure("pledged")) == (2, 79)
    with pytest.raises(NotFound):
        await desk.report(drive.id, "public", 9)


def test_organizers_see_from_five_people_on(database_url: str) -> None:
    drive = filled(database_url)
    drive.joined_and_pledged(44, 7, 7)
    drive.joined_and_pledged(120, 8, 8)
    drive.freeze()
    assert (
        read(drive).figure("pledged", "precinct:120"),
        read(drive, "organizer").figure("pledged", "precinct:120"),
    ) == (
        HIDDEN,
        8,
    )
    drive.engine.dispose()


async def test_an_early_report_says_what_was_made_and_what_opens_next(
    database_url: str, store: SqlStore, tmp_path: Path, drawings: Path
) -> None:
    drive = CountedCampaign(database_url, TARGETS)
    desk = ReportDesk(database_url, keep_drawings(tmp_path / "reports", drawings), FakeClock(NOW), store)
    drive.delivery(drive.occurrence(), None, room_id=drive.room(), lane="telegram", room_members=80)
    made = await written(desk, drive)
    for said in (
        ">1 post has gone out.",
        "each from 10 people on, but not if it points at somebody.",
        "None of the 5 areas has enough people to show yet.",
        "the first time on November 29, 2026",
        ">80<",
    ):
        assert said in made["report.html"]
    assert "Ninguna de las 5 zonas" in made["report.es.html"]
    quiet = drive.campaign(TARGETS, title="without rooms")
    waits = await report_files(desk, Wanted(quiet, "public", kinds=("html",)))
    assert "No post has gone to a room yet" in str(waits["report.html"])
    drive.engine.dispose()


def test_harm_that_rises_is_said_first_and_is_no_success(database_url: str) -> None:
    drive = CountedCampaign(database_url, TARGETS)
    drive.joined_and_pledged(75, 320, 310)
    drive.freeze()
    kinds = [notice.kind for notice in sections.whole(read(drive), "en").notices]
    assert kinds == ["good"]
    (good,) = sections.whole(read(drive), "en").notices
    assert good.text == "The goal is reached: 300 people pledged.", "a first edition has no before"
    for _ in range(12):
        drive.action(drive.person(75), "opt_out", drive.id, precinct=75)
    drive.freeze(NOW + timedelta(days=7))
    report = read(drive)
    assert report.harm_rises() == ("opt_outs",)
    assert not report.is_success()
    notices = sections.whole(report, "en").notices
    assert [notice.kind for notice in notices] == ["warn"]
    assert "Said STOP" in notices[0].text
    drive.engine.dispose()


def test_a_precinct_and_a_site_have_pages_of_their_own(drive: CountedCampaign) -> None:
    report = read(drive)
    page = sections.precinct(report, 75, "en")
    assert [head.said for head in page.heads] == ["41", "60", "60", "hidden"]
    assert page.sections[0].table is not None
    assert "Pledged for every 1,000 residents (2020 census)" in [row.label for row in page.sections[0].table.rows]
    small = sections.precinct(report, 47, "es")
    assert {head.said for head in small.heads} == {"oculto"}
    with pytest.raises(NotFound):
        sections.precinct(report, 1, "en")
    with pytest.raises(NotFound):
        sections.site(report, 999, "en")


async def test_F25_K3_files_of_a_part_have_the_cells_of_its_page_as_the_whole_shows_them(
    desk: ReportDesk, drive: CountedCampaign
) -> None:
    school = 1
    whole = {_cell(row): row["value"] for row in await _rows(desk, drive, "public", WHOLE)}
    precinct = await _rows(desk, drive, "public", Part(75))
    site = await _rows(desk, drive, "site", Part(site=school))
    assert {(row["level"], row["precinct"]) for row in precinct} == {("city", ""), ("borough", ""), ("precinct", "75")}
    assert {row["borough"] for row in precinct} == {"", "Brooklyn"}
    assert {(row["level"], row["precinct"]) for row in site} == {("city", ""), ("precinct", "75"), ("site", "75")}
    for row in (*precinct, *site):
        assert row["value"] == whole[_cell(row)]
    made = await report_files(desk, Wanted(drive.id, "public", part=Part(75)))
    assert sorted(made) == NAMES
    plain = json.loads(str(made["report.json"]))
    assert plain["figures"]["pledged"].keys() == {
        "city", "borough:Brooklyn", "precinct:75", "precinct:75|channel:telegram", "precinct:75|channel:web",
    }  # fmt: skip
    assert "Precinct 75, East New York" in _text_of(made["report.pdf"])
    with pytest.raises(NotFound):
        await report_files(desk, Wanted(drive.id, "public", part=Part(1)))


async def _rows(desk: ReportDesk, drive: CountedCampaign, view: View, part: Part) -> list[dict[str, str]]:
    made = await report_files(desk, Wanted(drive.id, view, part=part, kinds=("csv",)))
    return list(csv.DictReader(str(made["report.csv"]).splitlines()))


def _is_of(row: dict[str, str], precinct: str) -> bool:
    return (
        row["level"] == "city"
        or (row["level"], row["borough"]) == ("borough", "Brooklyn")
        or row["precinct"] == precinct
    )


def _cell(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(value for name, value in row.items() if name != "value")


def test_P3_a_host_sees_the_line_of_their_own_site(database_url: str) -> None:
    drive = CountedCampaign(database_url, TARGETS)
    schools = [drive.site(precinct, f"School {precinct}") for precinct in (75, 73, 44)]
    for school, precinct in zip(schools, (75, 73, 44), strict=True):
        drive.joined_and_pledged(precinct, 30, 20, school)
        drive.joined_and_pledged(precinct, 30, 25)
    drive.freeze()
    said = [[head.said for head in sections.site(read(drive, "site"), school, "en").heads] for school in schools]
    assert ["30", "20"] in said
    page = sections.site(read(drive, "site"), schools[0], "en")
    assert [word for word, _ in page.sections[-1].words if word in ("R", "Likely", "Trained")] == []
    assert {number for heads in said for number in heads} <= {"30", "20", "hidden"}
    drive.engine.dispose()


async def test_simulated_people_are_said_to_be_so(
    database_url: str, store: SqlStore, tmp_path: Path, drawings: Path
) -> None:
    drive = filled(database_url, simulated=True)
    desk = ReportDesk(database_url, keep_drawings(tmp_path / "reports", drawings), FakeClock(NOW), store)
    made = await written(desk, drive)
    assert "A rehearsal: the people in it are simulated." in made["report.html"]
    drive.engine.dispose()


async def test_true_outlines_are_drawn_when_they_are_loaded(desk: ReportDesk, drive: CountedCampaign) -> None:
    before = (await written(desk, drive))["report.html"]
    corners = [[-74, 40.6], [-73.9, 40.6], [-73.9, 40.7], [-74, 40.7], [-74, 40.6]]
    outline = json.dumps({"type": "Polygon", "coordinates": [corners]})
    with drive.engine.begin() as connection:
        here = precincts.update().where(precincts.c.number == 75)
        connection.execute(here.values(boundary=outline, boundary_edition="one"))
    html = (await written(desk, drive))["report.html"]
    map_of = re.compile(r'<svg class="map".*?</svg>', re.DOTALL)
    assert (map_of.findall(before)[0].count("<path"), map_of.findall(html)[0].count("<path")) == (0, 1)


async def test_K1_rooms_have_a_section_of_their_own_in_page_table_and_json(
    desk: ReportDesk, drive: CountedCampaign
) -> None:
    drive.delivery(
        drive.occurrence(NOW), None, room_id=drive.room("discord", ("precinct", "75")), lane="discord", room_members=50
    )
    drive.freeze(NOW + timedelta(days=7))
    made = await written(desk, drive)
    section = re.search(r"<h2>What came back from rooms</h2>(.*?)</section>", made["report.html"], re.DOTALL)
    assert section is not None
    assert all(word in section[1] for word in ("Telegram", "Groups", "Discord", "Rooms of the whole city", "<b>75</b>"))
    assert all(word in section[1] for word in ("Reactions to posts", "How often somebody came", "Taps on the buttons"))
    assert ">8<" not in section[1], "fewer than ten taps"
    assert "Lo que volvió de las salas" in made["report.es.html"]
    rows = [row for row in csv.DictReader(made["report.csv"].splitlines()) if row["measure"].startswith("room_")]
    said = {(row["measure"], row["level"], row["channel"] + row["room_kind"] + row["precinct"]): row for row in rows}
    assert said["room_reactions", "city", ""]["value"] == "30"
    assert said["room_audience", "room", "discordgroup"]["value"] == said["room_audience", "precinct", "75"]["value"]
    plain = json.loads(made["report.json"])
    assert (plain["rooms"]["precinct:75"]["rooms"], plain["rooms"]["precinct:75"]["posts"]) == (1, 1)
    assert (plain["rooms"]["city"]["room_joins"], plain["rooms"]["city"]["room_taps"]) == (10, "hidden")
    assert plain["figures"]["reached"]["city"] == 89, "rooms are no people"
    precinct = await report_files(desk, Wanted(drive.id, "public", part=Part(75), kinds=("html", "csv", "json")))
    assert re.search(
        r'id="rooms">.*?<b>75</b>.*?Brooklyn.*?The whole campaign', str(precinct["report.html"]), re.DOTALL
    )
    assert set(json.loads(str(precinct["report.json"]))["rooms"]) == {"city", "borough:Brooklyn", "precinct:75"}
    own = [row for row in csv.DictReader(str(precinct["report.csv"]).splitlines()) if row["measure"] == "room_audience"]
    assert [(row["level"], row["value"]) for row in own] == [
        (row["level"], row["value"]) for row in rows if row["measure"] == "room_audience" and _is_of(row, "75")
    ]
