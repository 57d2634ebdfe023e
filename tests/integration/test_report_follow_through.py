"""Pledge follow-through in a report: what is shown of it, and what one small answer hides."""

import csv
import io
import json
from datetime import timedelta

import sqlalchemy as sa

from analytics import export, sections
from analytics.editions import HIDDEN, Figure
from analytics.layout import FOLLOW_THROUGH
from campaign_engine.store.tables import pledges
from tests.integration.test_analytics_report import filled, read
from tests.support.counted import NOW, CountedCampaign


def test_7_1_follow_through_is_of_the_asked_and_silence_is_its_own_line(sqlite_url: str) -> None:
    """One small answer takes another one with it; few who were asked hide all of it."""
    drive = filled(sqlite_url)
    try:
        with drive.engine.connect() as connection:
            pledgers = iter(connection.scalars(sa.select(pledges.c.contact_id).order_by(pledges.c.id)).all())
        for outcome in ("did",) * 7:
            drive.asked(next(pledgers), outcome)
        drive.freeze()
        assert _follow_through(drive) == [HIDDEN] * 4
        for outcome in ("did",) * 13 + ("did_not",) * 7 + ("silent",) * 14:
            drive.asked(next(pledgers), outcome)
        drive.freeze(NOW + timedelta(days=7))
        assert _follow_through(drive) == [41, 20, HIDDEN, HIDDEN]
        for outcome in ("did_not",) * 10:
            drive.asked(next(pledgers), outcome)
        drive.freeze(NOW + timedelta(days=14))
        assert _follow_through(drive) == [51, 20, 17, 14]
        report = read(drive)
        [section] = [one for one in sections.whole(report, "en").sections if one.key == "follow_through"]
        assert section.table is not None
        assert [(row.label, *row.cells) for row in section.table.rows] == [
            ("Asked", "51", "", ""),
            ("Did it", "20", "39\u00a0%", "27–53\u00a0%"),
            ("Not yet, no, or rather not say", "17", "33\u00a0%", "22–47\u00a0%"),
            ("No answer", "14", "27\u00a0%", "17–41\u00a0%"),
        ]
        said = [row for row in csv.DictReader(io.StringIO(export.report_csv(report))) if row["measure"] == "no_answer"]
        assert [(row["level"], row["unit"], row["value"]) for row in said] == [("city", "persons", "14")]
        assert json.loads(export.report_json(report))["figures"]["followed_through"] == {"city": 20}
    finally:
        drive.engine.dispose()


def _follow_through(drive: CountedCampaign) -> list[Figure]:
    return [read(drive).figure(measure) for measure in FOLLOW_THROUGH]
