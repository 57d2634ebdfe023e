"""What a report says that is not of people: its precincts without a ranking, and what is still to come."""

import re
from collections.abc import Iterator

import pytest

from analytics import content, sections
from campaign_engine.store.tables import campaigns, posts
from tests.integration.test_analytics_report import TARGETS, filled, read
from tests.support.counted import CountedCampaign


@pytest.fixture
def drive(sqlite_url: str) -> Iterator[CountedCampaign]:
    campaign = filled(sqlite_url)
    campaign.freeze()
    yield campaign
    campaign.engine.dispose()


def test_precincts_are_never_listed_by_shootings(drive: CountedCampaign) -> None:
    """In order of number, with the words that a number says nothing of people; no place on any page (measures)."""
    for language, words in (("en", "says nothing about who you are"), ("es", "no dice quién eres")):
        for view in ("public", "organizer"):
            page = sections.whole(read(drive, view), language)
            (chosen,) = (one for one in page.sections if one.key == "chosen")
            assert chosen.table is not None
            assert [row.number for row in chosen.table.rows] == [str(one) for one in TARGETS]
            assert len(chosen.table.columns) == len(chosen.table.rows[0].cells) + 1 == 3
            assert words in chosen.text[-1]
        (place,) = (one for one in sections.precinct(read(drive), 75, language).sections if one.key == "place")
        assert words in place.text[-1]
        assert not re.search(r"\b1\b|place|lugar", place.text[0])


def test_nothing_is_due_of_a_campaign_that_is_over_or_of_a_post_that_was_withdrawn(drive: CountedCampaign) -> None:
    assert "The last post is due in" in sections.whole(read(drive), "en").made[0]
    with drive.engine.begin() as connection:
        connection.execute(campaigns.update().values(status="cancelled"))
    report = read(drive)
    assert content.made(report)["days_left"] == 0
    assert sections.whole(report, "en").made[0].endswith("No further post is planned.")
    with drive.engine.begin() as connection:
        connection.execute(campaigns.update().values(status="running"))
        connection.execute(posts.update().values(status="withdrawn"))
    assert content.made(read(drive))["days_left"] is None
