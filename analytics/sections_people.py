"""Sections about persons: where, how far they came, when, by whom, by which channel and site; and who left.

Every figure is one of the edition (safety K); nothing is worked out that could not be from what is printed.
"""

from collections.abc import Iterable
from datetime import timedelta

from analytics.content import Report, Share
from analytics.document import Chart, ChartKind, Level, Mark, Row, Section, Table
from analytics.editions import HIDDEN, LEAST_SHARE, MOST_SHARE, OVER, Figure
from analytics.layout import BEYOND, EARLIER, HARM, SOURCES, WITHOUT_PERSON, week_key
from analytics.measures import STEPS
from analytics.tile_map import Shades
from analytics.words import Words, area
from campaign_engine.domain.area import CITY
from campaign_engine.opendata import figures

COLUMNS = ("delivered_people", "reached", "engaged", "joined", "pledged", "opt_outs")
WIDE = frozenset({1, 3, 4})
"""Columns that a phone leaves out; paper and the CSV have them."""

LISTED_SITES = 12
"""The CSV has the others."""


def figures_of(report: Report, say: Words, measures: Iterable[str], key: str) -> tuple[str, ...]:
    """One row of a table."""
    return tuple(say.figure(report.figure(measure, key)) for measure in measures)


def mark(label: str, value: Figure, say: Words) -> Mark:
    """A bar as long as the figure."""
    return Mark(label, None if value == HIDDEN else float(value), say.figure(value))


def places(report: Report, say: Words) -> Section:
    """Precincts where every column is hidden share one line, so that an early report is not a wall of one word."""
    rows = [Row(say("measures.row_city"), figures_of(report, say, COLUMNS, CITY), "sum")]
    for borough, numbers in report.layout.boroughs.items():
        shown = [number for number in numbers if is_open(report, f"precinct:{number}")]
        closed = [str(number) for number in numbers if number not in shown]
        rows.append(Row(borough.value, figures_of(report, say, COLUMNS, f"borough:{borough}"), "borough"))
        rows += [
            Row(area(number), figures_of(report, say, COLUMNS, f"precinct:{number}"), "inner", str(number))
            for number in shown
        ]
        if closed:
            said = say("measures.row_closed", all=not shown, count=len(closed), numbers=", ".join(closed))
            rows.append(Row(said, (say.hidden,) * len(COLUMNS), "inner", hushed=True))
    rows.append(Row(say("measures.row_beyond"), figures_of(report, say, COLUMNS, BEYOND), "sum"))
    columns = (say("measures.column_area"), *(say(f"measures.column_{name}") for name in COLUMNS))
    mapped, chart = _map(report, say)
    table = Table(say("measures.places_note"), columns, tuple(rows), WIDE)
    return Section("places", say("measures.map_title", measure=mapped), chart=chart, table=table)


def is_open(report: Report, key: str) -> bool:
    """Whether one column can be shown."""
    return any(report.figure(measure, key) != HIDDEN for measure in COLUMNS)


def _map(report: Report, say: Words) -> tuple[str, Chart]:
    """Of pledges, or of reach while no precinct's pledges can be shown."""
    mapped = "pledged" if report.shown("pledged") else "reached"
    shown, targets = report.shown(mapped), report.layout.precincts()
    shades = Shades({number: shown.get(number) for number in targets})
    names = {
        number: say("measures.map_tile", number=number, area=area(number), figure=shown.get(number, say.hidden))
        if number in shades.counts
        else say("measures.map_beyond", number=number, area=area(number))
        for number in figures.precincts()
    }
    legend = [
        (shades.css(next(number for number, count in shown.items() if count == least)), _span(least, most))
        for least, most in shades.steps()
    ]
    legend += [("veiled", say("legend_veiled")), ("beyond", say("measures.legend_beyond"))]
    text = say("measures.map_said", targets=len(targets), shown=list(shown.items()))
    title = say("measures.map_title", measure=mapped)
    unit = say(f"measures.head_{mapped}") if shown else ""
    return mapped, Chart("map", title, text, shades=shades.counts, names=names, legend=tuple(legend), unit=unit)


def _span(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,}–{most:,}"


def closed_week(report: Report, say: Words) -> Section | None:
    """Distinct people of the week that ended with the edition, beside those to date; weeks are never added up."""
    edition = report.edition
    if edition is None:
        return None
    rows = tuple(
        Row(say(f"measures.column_{name}"), (say.figure(figure), say.figure(report.figure(name))))
        for name, figure in edition.closed_week.items()
    )
    columns = (say("column_measure"), say("column_closed_week"), say("column_to_date"))
    table = Table(say("closed_week_caption"), columns, rows)
    first, last = edition.week - timedelta(weeks=1), edition.week - timedelta(days=1)
    note = say("closed_week_note", first=first, last=last)
    return Section("closed_week", say("closed_week_title"), (note,), table, half=True)


def funnel(report: Report, say: Words) -> Section:
    """Of the reached, who went each step; and the same for each week of sign-up."""
    shares = {step: report.share(step, "reached") for step in STEPS}
    rows = [Row(say("step_reached"), (say.figure(report.figure("reached")), "", ""), "sum")]
    rows += [
        Row(say(f"step_{step}"), (say.figure(one.count), say.rate(one.rate), say.between(one.interval)))
        for step, one in shares.items()
    ]
    marks = tuple(share_mark(say(f"step_{step}"), one, say) for step, one in shares.items())
    columns = tuple(say(name) for name in ("column_step", "column_people", "column_share", "column_between"))
    return Section(
        "funnel",
        say("funnel_title"),
        (say("funnel_note"),),
        Table(say("funnel_caption"), columns, tuple(rows)),
        chart_of("shares", say("funnel_title"), say("funnel_said"), marks, say),
        more=(_by_week(report, say),) if report.layout.weeks else (),
    )


def share_mark(label: str, share: Share, say: Words) -> Mark:
    """A point with its interval; at the ends of 0 to 100 % only the part in which it is (safety K1)."""
    if isinstance(share.rate, float) and share.interval:
        said = f"{say.rate(share.rate)} ({say.between(share.interval)})"
        return Mark(label, share.rate, said, share.interval.low, share.interval.high)
    if share.rate == HIDDEN:
        return Mark(label, None, say.hidden)
    low, high = (MOST_SHARE, 1.0) if share.rate == OVER else (0.0, LEAST_SHARE)
    return Mark(label, None, say.rate(share.rate), low, high)


def chart_of(kind: ChartKind, title: str, said: str, marks: Iterable[Mark], say: Words) -> Chart:
    """With the words of its stripes and boxes, and all of it read out after `said`."""
    drawn = tuple(marks)
    text = f"{said} {'; '.join(f'{one.label}: {one.said}' for one in drawn)}."
    legend = [
        (shade, say(f"legend_{shade}"))
        for shade, low in (("veiled", True), ("coded", False))
        if any(one.value is None and (one.low is None) is low for one in drawn)
    ]
    return Chart(kind, title, text, drawn, legend=tuple(legend))


def _by_week(report: Report, say: Words) -> Table:
    rows = []
    for label, key in _weeks(report, say):
        cells = [say.figure(report.figure("reached", key))]
        for step in STEPS:
            one = report.share(step, "reached", key)
            said = say.figure(one.count)
            if one.rate != HIDDEN:
                said += f" ({say.rate(one.rate)}{', ' if one.interval else ''}{say.between(one.interval)})"
            cells.append(said)
        rows.append(Row(label, tuple(cells)))
    columns = (say("column_week"), say("step_reached"), *(say(f"step_{step}") for step in STEPS))
    return Table(say("funnel_weeks"), columns, tuple(rows))


def _weeks(report: Report, say: Words) -> list[tuple[str, str]]:
    return [
        (say("week_earlier"), EARLIER),
        *((say("week", sunday=sunday), week_key(sunday)) for sunday in report.layout.weeks),
    ]


def recruitment(report: Report, say: Words) -> Section:
    """Who joined by week of sign-up."""
    measures = ("reached", "joined", "pledged")
    weeks = _weeks(report, say)
    rows = tuple(Row(label, figures_of(report, say, measures, key)) for label, key in weeks)
    marks = tuple(mark(label, report.figure("joined", key), say) for label, key in weeks)
    columns = (say("column_week"), *(say(f"measures.column_{name}") for name in measures))
    table = Table(say("weeks_caption"), columns, rows)
    chart = chart_of("columns", say("weeks_title"), say("weeks_said"), marks, say)
    return Section("weeks", say("weeks_title"), (say("weeks_note"),), table, chart, half=True)


def generations(report: Report, say: Words) -> Section:
    """Pledgers by steps of invites, and for each step how many the next one brought (R)."""
    rows, marks = [], []
    for number in range(_shown_steps(report)):
        key, said = f"generation:{number}", say("measures.generation_name", number=number)
        rows.append(Row(said, (*figures_of(report, say, ("joined", "pledged"), key), _ratio(report, say, number))))
        marks.append(mark(said, report.figure("pledged", key), say))
    columns = (
        say("column_generation"),
        *(say(f"measures.column_{name}") for name in ("joined", "pledged")),
        say("column_r"),
    )
    chart = chart_of("bars", say("generations_title"), say("generations_said"), marks, say)
    text = (say("generations_note"), say("generations_r" if report.old else "generations_young"))
    table = Table(say("generations_caption"), columns, tuple(rows))
    return Section("generations", say("generations_title"), text, table, chart, half=True)


def _ratio(report: Report, say: Words, generation: int) -> str:
    """R with its range; nothing after the last step, and a word while the first pledgers are too new."""
    if generation + 1 >= report.layout.generations:
        return ""
    one = report.reproduction(generation)
    if one.ratio is None:
        return say.hidden if report.old else say("not_yet")
    between = say.between(one.interval, is_share=False)
    return f"{one.ratio:.2f} ({say('generations_wider', between=between) if one.wider else between})"


def _shown_steps(report: Report) -> int:
    """One after the last step that can be shown; the CSV has all of them."""
    steps = range(report.layout.generations)
    shown = [
        one
        for one in steps
        if any(report.figure(name, f"generation:{one}") != HIDDEN for name in ("joined", "pledged"))
    ]
    return min(report.layout.generations, max(shown, default=-1) + 2)


def channels(report: Report, say: Words) -> Section:
    """People per channel; may count one person twice (measures)."""
    measures = ("reached", "joined", "pledged")
    names = {one: say("measures.channel_name", channel=one) for one in report.layout.channels}
    rows = tuple(Row(said, figures_of(report, say, measures, f"channel:{one}")) for one, said in names.items())
    marks = tuple(mark(said, report.figure("reached", f"channel:{one}"), say) for one, said in names.items())
    columns = (say("measures.column_channel"), *(say(f"measures.column_{name}") for name in measures))
    title = say("measures.channels_title")
    chart = chart_of("bars", title, say("channels_said"), marks, say) if marks else None
    return Section(
        "channels",
        title,
        (say("measures.channels_note"),),
        Table(say("channels_caption"), columns, rows),
        chart,
        half=True,
    )


def ways_in(report: Report, say: Words) -> Section:
    """Schools and centers that can be shown, most people first, beside every other way."""
    measures = ("joined", "pledged")
    shown = sorted(_open_sites(report), key=lambda site: (-_size(report.figure("joined", f"site:{site}")), site))
    rows, marks = [], []
    for source in SOURCES:
        said = say("measures.source_name", source=source)
        rows.append(Row(said, figures_of(report, say, measures, f"source:{source}"), "borough"))
        marks.append(mark(said, report.figure("joined", f"source:{source}"), say))
        if source == "site":
            rows += [
                Row(report.layout.sites[site][0], figures_of(report, say, measures, f"site:{site}"), "inner")
                for site in shown[:LISTED_SITES]
            ]
            rows += _other_sites(report, say, len(shown))
            marks += [
                mark(report.layout.sites[site][0], report.figure("joined", f"site:{site}"), say)
                for site in shown[:LISTED_SITES]
            ]
    columns = (say("measures.column_source"), *(say(f"measures.column_{name}") for name in measures))
    chart = chart_of("bars", say("measures.sources_title"), say("sources_said"), marks, say)
    caption = say("measures.sites_note", k=report.k)
    return Section(
        "sites", say("measures.sources_title"), table=Table(caption, columns, tuple(rows)), chart=chart, half=True
    )


def _open_sites(report: Report) -> list[int]:
    return [
        site
        for site in report.layout.sites
        if any(report.figure(name, f"site:{site}") != HIDDEN for name in ("joined", "pledged"))
    ]


def _other_sites(report: Report, say: Words, shown: int) -> list[Row]:
    more, closed = max(0, shown - LISTED_SITES), len(report.layout.sites) - shown
    rows = [Row(say("measures.row_more_sites", count=more), ("", ""), "inner", hushed=True)] if more else []
    if closed:
        rows.append(Row(say("measures.row_sites", count=closed), (say.hidden,) * 2, "inner", hushed=True))
    return rows


def _size(figure: Figure) -> int:
    return 0 if figure == HIDDEN else figure


def harm(report: Report, say: Words) -> Section:
    """Beside reach, on the same scale, always (measures)."""
    lines: list[tuple[str, str, Level]] = [
        ("measures.harm_reached", "reached", "sum"),
        *((f"measures.harm_{name}", name, "") for name in HARM),
    ]
    before = report.before
    editions = (report.figure, before.figure) if before else (report.figure,)
    rows = tuple(Row(say(label), tuple(say.figure(of(name)) for of in editions), level) for label, name, level in lines)
    marks = tuple(mark(say(label), report.figure(name), say) for label, name, _ in lines)
    columns = (
        say("measures.column_harm"),
        say("measures.column_persons"),
        *((say("column_before"),) if before else ()),
    )
    table = Table(say("harm_caption"), columns, rows)
    chart = chart_of("bars", say("measures.harm_title"), say("harm_said"), marks, say)
    return Section("harm", say("measures.harm_title"), (say("measures.harm_note"),), table, chart, half=True)


def without_person(report: Report, say: Words) -> Section:
    """On a line of their own, never among people."""
    keys = [(say("measures.row_city"), CITY)]
    keys += [(borough.value, f"borough:{borough}") for borough in report.layout.boroughs]
    keys += [(f"{number} {area(number)}", f"precinct:{number}") for number in report.layout.precincts()]
    rows = [
        Row(said, (say.figure(report.figure(WITHOUT_PERSON, key)),), "sum" if key == CITY else "")
        for said, key in keys
        if key == CITY or report.figure(WITHOUT_PERSON, key) != HIDDEN
    ]
    columns = (say("measures.column_area"), say("column_pledges"))
    table = Table(say("measures.define_pledges_without_person"), columns, tuple(rows))
    return Section("without_person", say("measures.name_pledges_without_person"), table=table, half=True)
