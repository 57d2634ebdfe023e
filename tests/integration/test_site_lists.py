"""Schools and centers from the City's lists (F18): all of a list or nothing, and again without harm."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_engine.domain.action import SiteKind
from campaign_engine.domain.audience import RoomKind, RoomSeen
from campaign_engine.domain.contact import Role
from campaign_engine.domain.errors import BrokenFile, ConfigurationError, NotFound
from campaign_engine.opendata.boundaries import read_outlines
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.opendata.site_list import CitySiteFile
from campaign_engine.services.room_desk import RoomDesk
from campaign_engine.services.site_finding import SiteFinding
from campaign_engine.services.sites import SiteLists
from campaign_engine.store import tables
from tests.city_files import CENTERS, OUTLINES, SCHOOLS, city_file
from tests.support.cli import Cli
from tests.support.engine import House

SCHOOL_LIST = """\
dbn,name,lat,lon,address,precinct,enrollment
02M212,P.S. 212 Midtown West,40.761327,-73.988665,328 WEST 48 STREET,18,310.0
29Q034,"P.S. 034 John Harvard",40.710987,-73.737702,104-12 SPRINGFIELD BOULEVARD,105,
"""


def listed(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def test_F18_a_list_is_loaded_once_and_changed_where_the_city_changed_it(house: House, tmp_path: Path) -> None:
    file = CitySiteFile()
    first = file.read(listed(tmp_path, SCHOOL_LIST, "utf-8-sig"), None)
    async with house.store.write() as work:
        assert (await house.sites.load(work, "operator", first)).added == 2
    async with house.store.write() as work:
        again = await house.sites.load(work, "operator", first)
        assert (again.added, again.changed, again.unchanged, again.missing) == (0, 0, 2, 0)
        [before] = await work.sites.search("212")
    renamed = SCHOOL_LIST.replace("Midtown West", "Hell's Kitchen").splitlines(keepends=True)
    async with house.store.write() as work:
        changed = await house.sites.load(work, "operator", file.read(listed(tmp_path, "".join(renamed[:2])), None))
        assert (changed.added, changed.changed, changed.unchanged, changed.missing) == (0, 1, 0, 1)
        [after] = await work.sites.search("212")
    assert after.name == "P.S. 212 Hell's Kitchen"
    assert (after.id, after.code, after.word_code) == (before.id, before.code, before.word_code), "posters still work"
    row = next(row for row in await house.rows(tables.sites) if row.id == after.id)
    assert (row.kind, row.precinct, row.street, row.size) == (SiteKind.SCHOOL, 18, "328 West 48 Street", 310)
    finding = SiteFinding(house.store)
    assert [one.site.id for one in await finding.find("ps212 hels kitchen")] == [after.id]
    await house.site(name="Late Center")
    assert [one.site.name for one in await finding.find("late centre")] == ["Late Center"], "the index follows"


@pytest.mark.parametrize(
    ("change", "row", "column", "reason"),
    [
        (("18,310.0", "74,310.0"), 1, "precinct", "no such precinct"),
        (("18,310.0", "x,310.0"), 1, "precinct", "no precinct number"),
        (("29Q034", "02M212"), 2, "dbn", "earlier row"),
        (("02M212", "=1+1"), 1, "dbn", "no school number"),
        (('"P.S. 034 John Harvard"', ""), 2, "name", "0 characters"),
        (("P.S. 034 John Harvard", "x" * 10_000), 2, "name", "10000 characters"),
        (("40.761327", "41.9"), 1, "lat", "outside New York City"),
        (("310.0", "many"), 1, "enrollment", "no number of people"),
    ],
)
def test_F18_a_row_that_cannot_be_used_is_named(
    tmp_path: Path, change: tuple[str, str], row: int, column: str, reason: str
) -> None:
    found = CitySiteFile().read(listed(tmp_path, SCHOOL_LIST.replace(*change)), None)
    [bad] = found.bad
    assert (bad.row, bad.column) == (row, column)
    assert reason in bad.reason


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no list of schools"),
        ("dbn,name,precinct\n", "no rows"),
        ("dbn,name\n02M212,P.S. 212\n", "neither a column precinct nor latitude"),
        ("dbn,name,precinct\n02M212,P.S. 212\n", "Row 1 has another number of cells"),
        ('dbn,name,precinct\n02M212,"P.S. 212,18\n', "open quotation mark"),
        ("dbn,name,lat,lon\n02M212,P.S. 212,40.76,-73.98\n", "names no precinct"),
        ("a,b\n1,2\n", "no list of schools"),
    ],
)
def test_F18_a_file_that_is_no_list_is_refused_whole(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BrokenFile, match=says):
        CitySiteFile().read(listed(tmp_path, text), None)


async def test_F18_codes_come_back_within_a_day_and_not_after(house: House) -> None:
    old = await house.site()
    async with house.store.write() as work:
        new = await house.sites.rotate(work, "oak3", old.id)
    house.clock.advance(timedelta(days=0.9))
    async with house.store.write() as work:
        back = await house.sites.undo_rotation(work, "oak3", old.id)
        assert (back.code, back.word_code) == (old.code, old.word_code)
        assert await work.sites.by_code(new.code) is None
    house.clock.advance(timedelta(days=1.1))
    async with house.store.write() as work:
        with pytest.raises(NotFound, match="last day"):
            await house.sites.undo_rotation(work, "oak3", old.id)
    assert [row.action for row in await house.rows(tables.audit_entries)][-2:] == ["rotate_site", "undo_rotate_site"]


@pytest.mark.city_files
async def test_F18_the_citys_own_lists_load_with_precincts_from_outlines(house: House, tmp_path: Path) -> None:
    outlines, file = read_outlines(city_file(OUTLINES)), CitySiteFile()
    schools = file.read(city_file(SCHOOLS), None)
    assert (len(schools.sites), [(one.row, one.column) for one in schools.bad]) == (2462, [(813, "precinct")])
    with city_file(SCHOOLS).open(encoding="utf-8") as source, (tmp_path / "bare.csv").open("w") as bare:
        rows = csv.DictReader(source)
        copy = csv.DictWriter(bare, [name for name in rows.fieldnames or () if name != "precinct"])
        copy.writeheader()
        copy.writerows({name: row[name] for name in copy.fieldnames} for row in rows)
    located = {one.official_id: one.precinct for one in file.read(tmp_path / "bare.csv", outlines).sites}
    same = [one for one in schools.sites if located.get(one.official_id) == one.precinct]
    assert len(same) / len(schools.sites) > 0.999
    centers = file.read(city_file(CENTERS), None)
    assert (len(centers.sites), len(centers.bad), centers.passed_over) == (118, 4, 319)
    async with house.store.write() as work:
        for each in (schools, centers):
            await house.sites.load(work, "operator", each)
    async with house.store.read() as work:
        assert len(await work.sites.search("", 5000)) == 2580
    codes = await house.rows(tables.source_codes)
    assert len({row.code for row in codes} | {row.word_code for row in codes}) == 2 * 2580


async def test_F18_a_place_has_a_precinct_once_outlines_are_loaded(house: House) -> None:
    lists = SiteLists(house.store, CitySiteFile(), NewYorkData())
    with pytest.raises(ConfigurationError, match="outlines"):
        await lists.precinct_at(40.6681, -73.8791)


def test_F18_the_command_loads_all_or_nothing_and_finds_a_misspelled_name(cli: Cli, tmp_path: Path) -> None:
    assert "There is no such site" in cli.run("site", "list")
    broken = listed(tmp_path, SCHOOL_LIST.replace("18,310.0", ",310.0").replace("40.761327", ""))
    said = cli.run("site", "load", str(broken), code=1)
    assert "Row 1, column precinct: is empty" in said
    assert "Nothing was changed" in said
    assert "There is no such site" in cli.run("site", "list")
    assert "1 sites are new" in cli.run("site", "load", str(broken), "--skip")
    assert "1 sites are new" in cli.run("site", "load", str(listed(tmp_path, SCHOOL_LIST)))
    assert "P.S. 212 Midtown West" in cli.run("site", "list", "ps212 mitdown")
    asked = cli.run("site", "rotate", "1", typed="n\n")
    assert "stop working at once" in asked
    assert "Nothing was changed" in asked
    assert "--undo" in cli.run("site", "rotate", "1", "--yes")
    assert "P.S. 034" in cli.run("site", "rotate", "1", "--undo", "--yes")
    assert "in one way" in cli.run("site", "add", "Oak", code=1)


async def test_F18_staff_tie_a_chat_to_a_school_by_its_name_however_it_is_typed(house: House) -> None:
    await house.furnish()
    for name in ("P.S. 041 Greenwich Village", "P.S. 041 Crocheron", "Stuyvesant High School"):
        await house.site(name=name)
    await house.staff("oak3", Role.ORGANIZER)
    desk = RoomDesk(house.store, house.rooms, house.renderer, ShippedPlaces(), house.clock)
    seen = RoomSeen("telegram", "-100", RoomKind.GROUP, "Our chat", 30, "address of oak3")
    assert "Stuyvesant High School" in (await desk.link(seen, "stuyvesent hs")).text
    [room] = await house.rows(tables.rooms)
    assert (room.scope_kind, room.scope_value) == ("site", "3")
    assert "/link site 2: P.S. 041 Crocheron" in (await desk.link(seen, "ps 41")).text
    assert "don't know that area" in (await desk.link(seen, "zzzz")).text
    assert (await house.rows(tables.rooms))[0].scope_value == "3"
