"""For organizers: precincts beside each other, with chance taken out (measures: no raw league table)."""

from collections.abc import Sequence
from dataclasses import replace

from analytics.comparing import FEWEST, LOWEST, Compared, compared
from analytics.content import Report
from analytics.document import Chart, Mark, Row, Section, Table
from analytics.editions import LEAST_SHARE, MOST_SHARE, OVER
from analytics.sections_people import chart_of
from analytics.sections_work import chance
from analytics.words import Words, area

_COLUMNS = ("counted", "likely", "range")


def areas(report: Report, say: Words) -> Section | None:
    """In order of number, never of success; None outside of the team."""
    if report.view != "organizer":
        return None
    title, found = say("compare_title"), compared(report)
    if not found:
        return Section("compared", title, (say("compare_few", least=FEWEST),))
    has_lowest = found[0].lowest is not None
    columns = (
        say("measures.column_area"),
        *(say(f"measures.column_{name}") for name in ("reached", "pledged")),
        *(say(f"compare_{name}") for name in (*_COLUMNS, *(("lowest",) if has_lowest else ()))),
    )
    rows = tuple(Row(area(one.precinct), _cells(one, say), number=str(one.precinct)) for one in found)
    table = Table(say("compare_caption", count=len(found)), columns, rows, frozenset({1, 2}))
    text = (say("compare_note"), *((say("compare_lowest_note", lowest=LOWEST),) if has_lowest else ()))
    return Section("compared", title, text, table, _chart(title, found, say))


def _chart(title: str, found: Sequence[Compared], say: Words) -> Chart:
    """Ranges under each other in order of number; what is read out names the areas too."""
    drawn = chart_of("ranges", title, "", (_mark(one, say) for one in found), say)
    said = (f"{one.precinct} {area(one.precinct)}: {_likely(one, say)}" for one in found)
    return replace(drawn, text=f"{say('compare_said')} {'; '.join(said)}.")


def _mark(one: Compared, say: Words) -> Mark:
    label, said = str(one.precinct), say.rate(one.likely)
    if isinstance(one.likely, float) and one.interval:
        return Mark(label, one.likely, said, one.interval.low, one.interval.high)
    return Mark(label, None, said, *((MOST_SHARE, 1.0) if one.likely == OVER else (0.0, LEAST_SHARE)))


def _likely(one: Compared, say: Words) -> str:
    between = say.between(one.interval)
    return f"{say.rate(one.likely)} ({between})" if between else say.rate(one.likely)


def _cells(one: Compared, say: Words) -> tuple[str, ...]:
    said = (
        f"{one.reached:,}",
        f"{one.pledged:,}",
        say.rate(one.counted),
        say.rate(one.likely),
        say.between(one.interval),
    )
    return said if one.lowest is None else (*said, chance(one.lowest))
