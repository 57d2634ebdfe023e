"""What stands beside what: areas on the organizers' page, and the closed week beside the figures to date."""

import csv
import io

from analytics import content, export, sections
from analytics.comparing import compared
from analytics.content import Report
from analytics.document import Row
from campaign_engine.store import tables as t
from tests.integration.test_analytics_report import TARGETS, read
from tests.support.counted import CountedCampaign


def test_organizers_compare_areas_pulled_together_and_in_order_of_number(sqlite_url: str) -> None:
    """By hand from the published figures: a small area's share moves most, and nobody hidden is told of."""
    drive = CountedCampaign(sqlite_url, TARGETS)
    for precinct, people, pledgers in ((75, 80, 24), (73, 80, 56), (44, 12, 10), (47, 20, 16), (120, 3, 3)):
        drive.joined_and_pledged(precinct, people, pledgers)
    drive.freeze()
    report = read(drive, "organizer")
    one = {each.precinct: each for each in compared(report)}
    assert list(one) == [47, 73, 75], "44 is hidden with its borough's last people"
    whole = sum(each.pledged for each in one.values()) / sum(each.reached for each in one.values())
    pulled = {}
    for number, each in one.items():
        assert isinstance(each.counted, float)
        assert isinstance(each.likely, float)
        assert min(whole, each.counted) < each.likely < max(whole, each.counted)
        assert each.interval is not None
        assert each.interval.low < each.likely < each.interval.high
        assert each.lowest is None, "of three areas all are among the lowest five"
        pulled[number] = abs(each.likely - each.counted) / abs(whole - each.counted)
    assert pulled[47] > max(pulled[73], pulled[75])
    table = next(each.table for each in sections.whole(report, "en").sections if each.key == "compared")
    assert table is not None
    assert [row.number for row in table.rows] == ["47", "73", "75"]
    assert "compared" not in [each.key for each in sections.whole(read(drive), "en").sections]
    drive.engine.dispose()


def test_K3_the_closed_week_stands_beside_the_figures_to_date(sqlite_url: str) -> None:
    """As the edition has it, in page, table and JSON; a first edition has no week before it to compare with."""
    drive = CountedCampaign(sqlite_url, TARGETS)
    drive.joined_and_pledged(75, 40, 30)
    drive.freeze()
    first = _week(read(drive))
    assert {said for row in first for said in row.cells[:1]} == {"hidden"}
    assert [row.cells[1] for row in first] == ["hidden", "40", "30", "40", "30"]
    with drive.engine.begin() as connection:
        week = {"reached": 25, "joined": 12}
        connection.execute(t.editions.update().values(public_week=week))
    report = read(drive)
    assert [row.cells[0] for row in _week(report)] == ["hidden", "25", "hidden", "12", "hidden"]
    rows = list(csv.DictReader(io.StringIO(export.report_csv(report))))
    told = {row["measure"]: (row["week"], row["value"]) for row in rows if row["level"] == "closed_week"}
    assert told["reached"] == ("2026-11-15", "25")
    assert content.as_json(report)["closed_week"]["joined"] == 12
    drive.engine.dispose()


def _week(report: Report) -> tuple[Row, ...]:
    section = next(each for each in sections.whole(report, "en").sections if each.key == "closed_week")
    assert section.table is not None
    return section.table.rows


def test_a_campaign_of_one_precinct_is_told_of_in_the_singular(sqlite_url: str) -> None:
    drive = CountedCampaign(sqlite_url, (75,))
    drive.freeze()
    for language, said in (("en", "Its one area has not enough people"), ("es", "Su única zona aún no tiene")):
        made = sections.whole(read(drive), language)
        assert made.made[1].startswith(said)
        assert "1 areas" not in str(made)
        assert "1 precincts" not in str(made)
    drive.engine.dispose()
