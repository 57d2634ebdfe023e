"""Areas beside each other on the organizers' page."""

from analytics import sections
from analytics.comparing import compared
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
