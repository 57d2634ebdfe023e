"""Two towns that differ in what is hidden alone read the same, in every file, card and language (safety K1 to K4).

Whatever tells them apart, a counter, the order of rows, the end of an axis, a number beside the tables, tells of it.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from analytics import areas, charts, content, export, indicators, page, reach_picture
from analytics.content import Asked, Report
from analytics.editions import View
from analytics.part import WHOLE, Part
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.store import tables as t
from tests.support.counted import LAUNCH, NOW, CountedCampaign

WEEK = timedelta(weeks=1)
BIG, SMALL = {75: (60, 41), 73: (40, 26), 44: (52, 31)}, (47, 120)
VIEWS: tuple[View, ...] = ("public", "organizer")


@dataclass(frozen=True)
class Few:
    """What nobody may see, each pair of two precincts, two sites, two of anything that are told together."""

    areas: tuple[int, int]
    sites: tuple[int, int]
    refused: int
    returned: int
    held_back: int
    left: Mapping[str, int]
    asked: int
    paper: int
    taps: int


ONE = Few((3, 2), (3, 1), 2, 1, 1, {"opt_out": 3, "pause": 0, "delete": 1}, 3, 2, 8)
OTHER = Few((2, 3), (1, 3), 0, 0, 4, {"opt_out": 0, "pause": 2, "delete": 4}, 0, 4, 6)


def town(url: str, few: Few) -> CountedCampaign:
    """Two editions, the second four weeks after the first."""
    drive = CountedCampaign(url, (*BIG, *SMALL))
    sites = [drive.site(75, f"School {number}") for number in range(8)]
    for precinct, (people, pledgers) in BIG.items():
        drive.joined_and_pledged(precinct, people, pledgers)
    for precinct, people in zip(SMALL, few.areas, strict=True):
        drive.joined_and_pledged(precinct, people, 1)
    for number, site in enumerate(sites):
        drive.joined_and_pledged(75, 14, 12 if number < 6 else few.sites[number - 6], site)
        _invited(drive, site, 4 + number % 3 if number < 6 else 0)
    _messages(drive, few)
    _few_of_all(drive, few)
    drive.freeze()
    later = 4 * WEEK
    for precinct in BIG:
        drive.joined_and_pledged(precinct, 20, 15)
    drive.joined_and_pledged(SMALL[few.areas[0] < few.areas[1]], 1, 1)
    drive.freeze(NOW + later)
    return drive


def _invited(drive: CountedCampaign, site: int, people: int) -> None:
    for _ in range(people):
        ally = drive.person(75, site_id=site, generation=1)
        drive.action(ally, "join", precinct=75, generation=1)
        drive.pledge(ally, 75, site_id=site, generation=1)


def _messages(drive: CountedCampaign, few: Few) -> None:
    """Thirty are told twice, if all goes well; fifty-three more only once."""
    first, second = drive.occurrence(), drive.occurrence(LAUNCH + timedelta(days=2))
    told = [drive.person(75) for _ in range(83)]
    for ally in told:
        drive.delivery(first, ally, precinct=75)
    ends = [("failed", "blocked")] * few.refused + [("bounced", "blocked")] * few.returned
    ends += [("suppressed", "no_consent")] * few.held_back
    for ally, (status, reason) in zip(told, ends, strict=False):
        drive.delivery(second, ally, status, precinct=75, reason=reason)
    for ally in told[-30:]:
        drive.delivery(second, ally, precinct=75)


def _few_of_all(drive: CountedCampaign, few: Few) -> None:
    for kind, people in few.left.items():
        for _ in range(people):
            drive.action(drive.person(75), kind, drive.id, precinct=75)
    for _ in range(few.asked):
        ally = drive.person(75)
        drive.action(ally, "join", precinct=44)
        drive.pledge(ally, 75)
        drive.asked(ally, "did")
    for _ in range(3 - few.asked):
        ally = drive.person(75)
        drive.action(ally, "join", precinct=44)
        drive.pledge(ally, 75)
    for _ in range(few.paper):
        drive.pledge(None, 75, channel="paper")
    drive.came_back(drive.room(), "taps", few.taps)


def read_everything(drive: CountedCampaign) -> Iterator[tuple[str, str]]:
    """By name, all that anybody is given of both editions."""
    with drive.engine.connect() as connection:
        for view in VIEWS:
            for number in (1, 2):
                report = content.read(connection, Asked(drive.id, view, NOW + 5 * WEEK, number))
                parts = [WHOLE, *(Part(one) for one in report.layout.precincts())]
                for part in parts:
                    yield from _files(report, part, f"{view} {number} {part.name}")
                yield f"{view} {number} card", str(content.card(report))
                for language in LANGUAGES:
                    yield f"{view} {number} picture {language}", str(asdict(reach_picture.words(report, language)))
        for number in (1, 2):
            report = content.read(connection, Asked(drive.id, "site", NOW + 5 * WEEK, number))
            for site in report.layout.sites:
                yield from _files(report, Part(site=site), f"site {number} {site}")
            assert report.edition is not None
            for measure in indicators.INDICATORS.keys() & report.edition.tables.keys():
                table = report.edition.tables[measure]
                told = indicators.of_cells(measure, table.cells, drive.id, number, report.edition.data_through)
                yield f"indicators {number} {measure}", indicators.as_csv(told)


def _files(report: Report, part: Part, name: str) -> Iterator[tuple[str, str]]:
    yield f"{name} csv", export.report_csv(report, part)
    yield f"{name} json", export.report_json(report, part)
    for language in LANGUAGES:
        document = part.document(report, language)
        yield f"{name} page {language}", page.report_page(document, {}, page.Links(other="other"))
        yield f"{name} charts {language}", json.dumps(charts.asked(document.charts()))


@pytest.fixture(scope="module")
def towns(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[CountedCampaign]]:
    made = []
    for number, few in enumerate((ONE, OTHER)):
        path = tmp_path_factory.mktemp("towns") / f"{number}.db"
        shutil.copy(sqlite_template, path)
        made.append(town(f"sqlite:///{path}", few))
    yield made
    for drive in made:
        drive.engine.dispose()


def test_K4_towns_that_differ_in_what_is_hidden_read_the_same_in_every_file(towns: list[CountedCampaign]) -> None:
    one, other = (dict(read_everything(drive)) for drive in towns)
    assert len(one) > 150
    assert one.keys() == other.keys()
    assert [name for name, said in one.items() if said != other[name]] == []
    known = []
    for drive in towns:
        with drive.engine.connect() as connection:
            known.append(connection.execute(sa.select(t.editions.c.counts).order_by(t.editions.c.number)).all())
    assert known[0][0] != known[1][0]
    assert known[0][1] != known[1][1]


def test_K4_the_same_towns_have_the_same_allies_by_area() -> None:
    """What "my area", the own-area card and indicators show."""
    told = []
    for few in (ONE, OTHER):
        counted: dict[int | None, int] = {None: 30, SMALL[0]: few.areas[0], SMALL[1]: few.areas[1]}
        counted |= {number: people for number, (people, _) in BIG.items()}
        told.append({each.area: (each.shown, each.step) for each in areas.figures(counted, {}, NOW)})
    assert told[0] == told[1]
    assert told[0]["precinct:75"] == (60, 50)
    assert told[0]["precinct:47"] == (None, 0)
