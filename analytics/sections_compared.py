"""For organizers: precincts beside each other, with chance taken out (measures: no raw league table)."""

from analytics.comparing import FEWEST, LOWEST, Compared, compared
from analytics.content import Report
from analytics.document import Row, Section, Table
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
    return Section("compared", title, text, table)


def _cells(one: Compared, say: Words) -> tuple[str, ...]:
    said = (
        f"{one.reached:,}",
        f"{one.pledged:,}",
        say.rate(one.counted),
        say.rate(one.likely),
        say.between(one.interval),
    )
    return said if one.lowest is None else (*said, chance(one.lowest))
