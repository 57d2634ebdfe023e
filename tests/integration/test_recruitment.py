"""R as reports print it: from what was published 28 days ago, and how sure that is."""

from datetime import timedelta

from analytics import content, sections
from analytics.content import Asked, Report
from analytics.editions import View
from analytics.intervals import Interval
from tests.support.counted import NOW, CountedCampaign

TARGETS = (44, 47, 73, 75, 120)


def read(drive: CountedCampaign, view: View = "public") -> Report:
    with drive.engine.connect() as connection:
        return content.read(connection, Asked(drive.id, view, NOW))


def test_recruitment_is_worked_out_from_what_was_published_28_days_ago(database_url: str) -> None:
    drive = CountedCampaign(database_url, TARGETS)

    def pledgers(generation: int, people: int) -> None:
        for _ in range(people):
            contact = drive.person(75, generation=generation)
            drive.action(contact, "join", precinct=75)
            drive.pledge(contact, 75, generation=generation)

    pledgers(0, 40)
    pledgers(1, 12)
    pledgers(1, 8)
    pledgers(2, 12)
    drive.freeze()
    assert read(drive).reproduction(0).ratio is None
    pledgers(1, 40)
    drive.freeze(NOW + timedelta(days=35))
    one = read(drive).reproduction(0)
    assert (one.pledgers, one.following, one.ratio) == (40, 20, 0.5), "who came since was brought by newer ones too"
    assert one.interval is not None
    assert one.wider
    assert 0.28 < one.interval.low < 0.5 < one.interval.high < 0.9
    (section,) = [part for part in sections.whole(read(drive), "en").sections if part.key == "generations"]
    assert section.table is not None
    assert section.table.rows[0].cells[-1] == "0.50 (wider than 0.29–0.85)"
    drive.engine.dispose()


def test_how_sure_recruitment_is_comes_from_the_sites_and_is_frozen(sqlite_url: str) -> None:
    drive = CountedCampaign(sqlite_url, TARGETS)
    schools = [drive.site(75, f"School {number}") for number in range(8)]

    def pledgers(generation: int, people: int) -> None:
        for school in schools:
            for _ in range(people):
                drive.pledge(drive.person(75, generation=generation, site_id=school), 75, generation=generation)

    pledgers(0, 8)
    pledgers(1, 6)
    pledgers(2, 2)
    drive.freeze()
    pledgers(1, 6)
    drive.freeze(NOW + timedelta(days=35))
    of_organizers, of_everybody = (read(drive, view).reproduction(0) for view in ("organizer", "public"))
    assert (of_organizers.ratio, of_organizers.wider, of_organizers.interval) == (0.75, False, Interval(0.5, 1.0))
    assert of_everybody.wider
    before = read(drive, "organizer")
    pledgers(1, 2)
    drive.freeze(NOW + timedelta(days=42))
    assert read(drive, "organizer").edition != before.edition
    assert content.as_json(before)["reproduction"] == {"generation:0": [0.5, 1.0]}
    drive.engine.dispose()
