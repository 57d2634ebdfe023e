"""A public-health analyst with docs/measures.md and the CSV alone: each share, range and rate of the page again.

The formulas are written here as they stand in the docs; nothing of the program's own is called to work them out.
"""

import io
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from scipy import stats

from analytics import content, export, sections
from analytics.content import Report
from analytics.document import Document, Section
from campaign_engine.store import tables as t
from tests.integration.test_analytics_report import read
from tests.support.counted import NOW, CountedCampaign

Z = 1.959964
NBSP = "\N{NO-BREAK SPACE}"
PEOPLE = {40: 40, 42: 36, 43: 30, 44: 34, 46: 28, 47: 32, 67: 40, 71: 24, 73: 44, 75: 48, 79: 26}
"""By precinct; two of five signed up in a later week."""

Find = Callable[..., int | None]


@pytest.fixture
def drive(sqlite_url: str) -> Iterator[CountedCampaign]:
    made = CountedCampaign(sqlite_url, tuple(PEOPLE))
    numbers = itertools.count()
    for week, part in ((0, 0.6), (3, 0.4)):
        for precinct, people in PEOPLE.items():
            for _ in range(round(people * part)):
                number = next(numbers)
                step = (0, 0, 1)[number % 3] if week else 0
                ally = made.person(precinct, ("web", "telegram")[number % 2], 1 + 7 * week, generation=step)
                made.action(ally, "join", precinct=precinct, generation=step)
                if number % 7 < precinct % 5 + 2:
                    made.pledge(ally, precinct, generation=step)
                elif week:
                    made.action(ally, "tap", made.id, precinct=precinct, generation=step)
                if number % 4 == 0:
                    made.action(ally, "invite", made.id, precinct=precinct, generation=step)
                if number % 20 == 0 and week:
                    made.action(ally, "opt_out", made.id, precinct=precinct)
        made.freeze(NOW + timedelta(days=28 if week else 0))
    yield made
    made.engine.dispose()


def publish(drive: CountedCampaign, number: int, cells: Mapping[str, Mapping[str, list[float]]]) -> None:
    """Cells of an edition as they might be: of so few people too little is shown, and nothing is coded."""
    newest = t.editions.c.number == number
    with drive.engine.begin() as connection:
        known = connection.execute(sa.select(t.editions.c.organizer_cells).where(newest)).scalar_one()
        known |= {name: {**known.get(name, {}), **more} for name, more in cells.items()}
        connection.execute(t.editions.update().where(newest).values(organizer_cells=known))


def found_in(report: Report) -> tuple[pd.DataFrame, Find]:
    """The file as an analyst opens it, and its one cell of a measure at a place; None where that is hidden."""
    rows = pd.read_csv(io.StringIO(export.report_csv(report)), dtype=str, keep_default_na=False)

    def find(measure: str, level: str = "city", **place: str) -> int | None:
        wanted = (rows["measure"] == measure) & (rows["level"] == level) & (rows["outcome"] == "")
        for column in ("channel", "precinct", "generation", "week"):
            if column in place or column == "channel":
                wanted &= rows[column] == place.get(column, "")
        (value,) = rows.loc[wanted, "value"]
        return None if value == "hidden" else int(value)

    return rows, find


def percent(share: float) -> str:
    return f"{round(100 * share)}{NBSP}%"


def wilson(n: int, of: int) -> tuple[float, float]:
    p, z = n / of, Z
    half = z * math.sqrt(p * (1 - p) / of + z**2 / (4 * of**2))
    return tuple((p + z**2 / (2 * of) + side * half) / (1 + z**2 / of) for side in (-1, 1))  # type: ignore[return-value]


def share(n: int | None, of: int | None) -> tuple[str, str]:
    """As it is printed, with its range."""
    if n is None or of is None or n > of:
        return "hidden", ""
    if not 0.05 <= n / of <= 0.95:
        return f"over 95{NBSP}%" if n / of > 0.95 else f"under 5{NBSP}%", ""
    low, high = wilson(n, of)
    return percent(n / of), f"{round(100 * low)}–{percent(high)}"


def section(document: Document, key: str) -> Section:
    return next(each for each in document.sections if each.key == key)


def cells(one: Section, more: int | None = None) -> dict[str, tuple[str, ...]]:
    table = one.table if more is None else one.more[more]
    assert table is not None
    return {row.number or row.label: row.cells for row in table.rows}


def test_every_share_range_and_rate_of_the_page_follows_from_the_csv_by_the_formulas_of_the_docs(
    drive: CountedCampaign,
) -> None:
    public = {"engaged": {"city": 370, "week:2026-11-22": 150}, "inviting": {"city": 12}}
    publish(drive, 2, {name: {key: [count, True] for key, count in cells.items()} for name, cells in public.items()})
    publish(drive, 1, {"pledged": {"generation:0": [90, True], "generation:1": [31, True]}})
    report = read(drive, "organizer")
    rows, find = found_in(report)
    page = sections.whole(report, "en")
    steps = {"engaged": "Took part", "pledged": "Pledged", "trained": "Trained", "inviting": "Gave an invite"}

    funnel = cells(section(page, "funnel"))
    told = {step: share(find(step), find("reached")) for step in steps}
    assert {step: funnel[label][1:] for step, label in steps.items()} == told
    assert {kind for kind, _ in told.values()} > {"hidden", f"over 95{NBSP}%", f"under 5{NBSP}%"}

    weeks = sorted(str(week) for week in rows.loc[rows["level"] == "week", "week"].unique())
    weekly, shares = cells(section(page, "funnel"), more=0), 0
    for week, label in zip([week for week in weeks if week != "earlier"], [*weekly][1:], strict=True):
        for step, said in zip(steps, weekly[label][1:], strict=True):
            n = find(step, "week", week=week)
            rate, between = share(n, find("reached", "week", week=week))
            expected = "hidden" if n is None else f"{n:,}"
            if rate != "hidden":
                expected += f" ({rate}, {between})" if between else f" ({rate})"
            assert said == expected
            shares += bool(between)
    assert shares

    _check_r(drive, report)
    _check_areas(page, rows, find)

    for precinct in PEOPLE:
        pledged, residents = (find(what, "precinct", precinct=str(precinct)) for what in ("pledged", "residents"))
        expected = "hidden" if pledged is None else f"{1000 * pledged / (residents or 0):.1f}"
        last = cells(sections.precinct(report, precinct, "en").sections[0])
        assert last["Pledged for every 1,000 residents (2020 census)"][0] == expected
    chart = section(page, "places").chart
    assert chart is not None
    assert chart.shades == {one: find("pledged", "precinct", precinct=str(one)) for one in PEOPLE}


def _check_r(drive: CountedCampaign, report: Report) -> None:
    _, find = found_in(report)
    now, then = (
        find("pledged_28_days_before", "generation", generation="1"),
        find("pledged_28_days_before", "generation", generation="0"),
    )
    assert now
    assert then
    low, high = wilson(now, now + then)
    wider = f"{now / then:.2f} (wider than {low / (1 - low):.2f}–{high / (1 - high):.2f})"
    said = [*cells(section(sections.whole(report, "en"), "generations")).values()]
    assert said[0][-1] == wider
    publish(drive, 2, {"reproduction": {"generation:0": [0.05, 2.0]}})
    again = read(drive, "organizer")
    rows, _ = found_in(again)
    low, high = (float(rows.loc[rows["measure"] == name, "value"].item()) for name in ("r_low", "r_high"))
    said = [*cells(section(sections.whole(again, "en"), "generations")).values()]
    assert said[0][-1] == f"{now / then:.2f} ({low:.2f}–{high:.2f})"


def _check_areas(page: Document, rows: pd.DataFrame, find: Find) -> None:
    """Shares exactly; ends of ranges and chances as near as draws allow."""
    both = {one: [find(what, "precinct", precinct=str(one)) for what in ("pledged", "reached")] for one in PEOPLE}
    known = {one: (n, of) for one, (n, of) in both.items() if n is not None and of is not None}
    n, of = (np.array(each, dtype=float) for each in zip(*known.values(), strict=True))
    assert len(known) >= 10
    m, f = n.sum() / of.sum(), len(known) - 1
    s = (of * (n / of - m) ** 2).sum() / (m * (1 - m)) - f
    d = of.sum() - (of**2).sum() / of.sum() - f
    k = 1 / min(max(s / d if d > 0 else 0, 1e-6), 0.999) - 1
    assert k < 1000, "the areas differ by more than chance"
    likely = stats.beta(m * k + n, (1 - m) * k + of - n)
    lowest = np.argsort(likely.rvs((40_000, len(known)), np.random.default_rng(5)), axis=1)[:, :5]
    chances = np.bincount(lowest.ravel(), minlength=len(known)) / 40_000
    said = cells(section(page, "compared"))
    assert [*said] == [str(one) for one in known]
    for column, cell in enumerate(said.values()):
        assert cell[3] == percent(likely.mean()[column])
        ends = [int(end.strip(f"%{NBSP}")) / 100 for end in cell[4].split("–")]
        assert ends == pytest.approx([likely.ppf(0.025)[column], likely.ppf(0.975)[column]], abs=0.02)
        assert float(cell[5].strip(f"<> %{NBSP}")) / 100 == pytest.approx(chances[column], abs=0.035)
    sure = cells(section(page, "chosen"))
    for one, cell in sure.items():
        (p_top,) = rows.loc[(rows["measure"] == "p_top") & (rows["precinct"] == one), "value"].astype(float)
        whole = round(100 * p_top)
        assert cell[1] == (
            f"> {percent(0.99)}" if whole > 99 else f"< {percent(0.01)}" if whole < 1 else percent(p_top)
        )


def test_harm_that_rises_is_seen_from_two_editions_of_the_csv(drive: CountedCampaign) -> None:
    report = read(drive, "organizer")
    assert report.before is not None
    with drive.engine.connect() as connection:
        earlier = content.read(connection, content.Asked(drive.id, "organizer", NOW, 1))
    (_, now), (_, then) = found_in(report), found_in(earlier)
    risen = []
    for name in ("opt_outs", "deletes", "blocks", "pauses"):
        harm, before = now(name), then(name)
        if harm is not None and (before is None or harm > before):
            factor = harm / before if before else math.inf
            if factor > (now("reached") or 0) / (then("reached") or 1):
                risen.append(name)
    assert risen == ["opt_outs"] == list(report.harm_rises())
