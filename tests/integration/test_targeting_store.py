"""Loading the City's files into the store and ranking from it, on both databases."""

import itertools
import json
from datetime import date
from pathlib import Path

import pytest

from campaign_engine.domain.errors import BrokenFile, InvalidInput, NotFound
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, Boundaries, RankingRule, TargetRule
from campaign_engine.opendata.city import NewYorkData
from campaign_engine.ports.planning import Replaced
from campaign_engine.services.targeting import Targeting
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.city_files import OUTLINES, SHOOTINGS, city_file
from tests.support import FakeClock

HEADINGS = (
    "INCIDENT_KEY,OCCUR_DATE,OCCUR_TIME,BORO,LOC_OF_OCCUR_DESC,PRECINCT,JURISDICTION_CODE,LOC_CLASSFCTN_DESC,"
    "LOCATION_DESC,X_COORD_CD,Y_COORD_CD,Latitude,Longitude"
)
WEST, SOUTH, SIDE = -74.25, 40.45, 0.01


@pytest.fixture
def targeting(store: SqlStore, clock: FakeClock) -> Targeting:
    return Targeting(store, NewYorkData(), clock)


def corner(number: int) -> tuple[float, float]:
    row, column = divmod(PRECINCT_NUMBERS.index(number), 10)
    return WEST + column * SIDE, SOUTH + row * SIDE


def edition(folder: Path, counts: dict[int, int], name: str = "shootings.csv", year: int = 2024) -> Path:
    """So many incidents in each precinct, each in the middle of its square."""
    keys = itertools.count(1)
    rows = [_row(next(keys), number, year) for number, count in counts.items() for _ in range(count)]
    path = folder / name
    path.write_text("\n".join([HEADINGS, *rows, ""]), encoding="utf-8")
    return path


def _row(key: int, number: int, year: int) -> str:
    west, south = corner(number)
    boro = {0: "MANHATTAN", 4: "BRONX", 7: "BROOKLYN", 10: "QUEENS"}[
        0 if number < 40 else 4 if number < 60 else 7 if number < 100 else 10
    ]
    place = f"{south + SIDE / 2:.4f},{west + SIDE / 2:.4f}"
    return f"{key},12/31/{year},13:06:00,{boro},OUTSIDE,{number},0,STREET,,,,{place}"


def outlines(folder: Path, moved: dict[int, int]) -> Path:
    """A square per precinct; two in `moved` have changed places."""
    features = []
    for number in PRECINCT_NUMBERS:
        west, south = corner(moved.get(number, number))
        ring = [[west, south], [west + SIDE, south], [west + SIDE, south + SIDE], [west, south + SIDE], [west, south]]
        shape = {"type": "MultiPolygon", "coordinates": [[ring]]}
        features.append({"type": "Feature", "properties": {"precinct": str(number)}, "geometry": shape})
    path = folder / "precincts.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


async def test_an_empty_database_gets_precincts_and_the_shipped_ranking_once(
    store: SqlStore, targeting: Targeting
) -> None:
    async with store.write() as work:
        with pytest.raises(NotFound):
            await work.targeting.latest_ranking()
        assert not await work.targeting.has_precincts()
    for _ in range(2):
        async with store.write() as work:
            await targeting.ensure_tables(work)
    async with store.read() as work:
        stored = await work.targeting.latest_ranking()
        assert await work.targeting.ranking(stored.id) == stored.ranking
        with pytest.raises(NotFound):
            await work.targeting.ranking(stored.id + 1)
        assert await work.targeting.counts(stored.ranking.rule) is None
    assert len(stored.ranking.top) == 30
    assert 75 in stored.ranking.top
    async with store.database.read() as connection:
        rows = (await connection.execute(tables.precincts.select())).all()
    assert len(rows) == 78
    status = await targeting.status()
    assert (status.shipped, status.datasets) == (True, ())


async def test_a_new_edition_replaces_the_old_one_and_says_what_changed(
    targeting: Targeting, store: SqlStore, tmp_path: Path
) -> None:
    assert await targeting.import_shootings(edition(tmp_path, {75: 5, 44: 3})) == Replaced(8, 8, 0)
    assert await targeting.import_shootings(edition(tmp_path, {75: 5, 44: 3})) == Replaced(8, 0, 0)
    assert await targeting.import_shootings(edition(tmp_path, {75: 2})) == Replaced(2, 0, 6)
    async with store.read() as work:
        assert len(await work.targeting.shootings()) == 2
        (dataset,) = await work.targeting.datasets()
        assert await work.targeting.counts_by_year() == {(75, 2024): 2}
    assert (dataset.name, dataset.rows, dataset.data_through) == ("shootings", 2, date(2024, 12, 31))
    assert (await targeting.status()).data_through == date(2024, 12, 31)


async def test_a_broken_file_names_row_and_column_and_changes_nothing(
    targeting: Targeting, store: SqlStore, tmp_path: Path
) -> None:
    await targeting.import_shootings(edition(tmp_path, {75: 5, 44: 3}))
    async with store.read() as work:
        before = await work.targeting.latest_ranking()
    path = edition(tmp_path, {73: 4}, "broken.csv")
    path.write_text(path.read_text().replace("3,12/31/2024", "3,31/12/2024"), encoding="utf-8")
    with pytest.raises(BrokenFile) as caught:
        await targeting.import_shootings(path)
    assert (caught.value.row, caught.value.column) == (3, "OCCUR_DATE")
    with pytest.raises(BrokenFile):
        await targeting.import_boundaries(path)
    async with store.read() as work:
        assert await work.targeting.counts_by_year() == {(75, 2024): 5, (44, 2024): 3}
        assert await work.targeting.latest_ranking() == before
        assert await work.targeting.outlines() is None


async def test_a_ranking_follows_what_is_loaded_and_campaigns_use_the_newest(
    targeting: Targeting, store: SqlStore, tmp_path: Path
) -> None:
    counts = {number: index for index, number in enumerate(PRECINCT_NUMBERS, 1) if number < 117}
    await targeting.import_shootings(edition(tmp_path, counts))
    ranking = await targeting.rank()
    assert ranking.data_through == date(2024, 12, 31)
    assert ranking.top[:2] == (116, 115)
    async with store.read() as work:
        stored = (await work.targeting.latest_ranking()).ranking
    assert stored == ranking
    assert set(TargetRule().resolve(stored)) == set(ranking.top)
    with pytest.raises(InvalidInput, match="no shooting in these years"):
        await targeting.rank(RankingRule(2019, 2020))


async def test_incidents_are_located_anew_when_outlines_come_before_or_after_them(
    targeting: Targeting, store: SqlStore, tmp_path: Path
) -> None:
    rule = RankingRule(2024, 2024)
    await targeting.import_shootings(edition(tmp_path, {75: 5, 73: 3}))
    async with store.read() as work:
        by_code = await work.targeting.counts(rule)
    assert await targeting.import_boundaries(outlines(tmp_path, {73: 75, 75: 73})) == 78
    async with store.read() as work:
        today = await work.targeting.counts(rule)
        coded = await work.targeting.counts(RankingRule(2024, 2024, boundaries=Boundaries.CODE))
        stored = await work.targeting.outlines()
    assert by_code is not None
    assert today is not None
    assert coded is not None
    assert (by_code.incidents, by_code.boundaries) == ({75: 5, 73: 3}, "code")
    assert today.incidents == {73: 5, 75: 3}
    assert coded.incidents == {75: 5, 73: 3}
    assert stored is not None
    assert today.boundaries == stored[0] != "code"
    assert len(stored[1]) == 78
    await targeting.import_shootings(edition(tmp_path, {75: 1}))
    async with store.read() as work:
        again = await work.targeting.counts(rule)
    assert again is not None
    assert again.incidents == {73: 1}


@pytest.mark.city_files
async def test_the_citys_real_files_give_the_known_facts(targeting: Targeting, store: SqlStore) -> None:
    replaced = await targeting.import_shootings(city_file(SHOOTINGS))
    await targeting.import_boundaries(city_file(OUTLINES))
    ranking = await targeting.rank()
    shipped = NewYorkData()
    rule = RankingRule.default(shipped.data_through())
    assert ranking.rule == rule
    assert ranking.top == shipped.rank(rule, shipped.counts(rule)).top
    async with store.read() as work:
        assert len(await work.targeting.shootings()) == replaced.rows == replaced.added
