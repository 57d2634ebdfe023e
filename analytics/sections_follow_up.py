"""Pledge follow-through: of those who were asked two weeks after their plan, who said what; silence is its own line."""

from analytics.content import Report
from analytics.document import Row, Section, Table
from analytics.editions import HIDDEN
from analytics.layout import ANSWERS, ASKED
from analytics.sections_people import chart_of, share_mark
from analytics.words import Words


def follow_through(report: Report, say: Words) -> Section:
    """Shares of all asked (Wilson 95 %); no drawing while nothing of it may be shown."""
    asked = report.figure(ASKED)
    shares = {answer: report.share(answer, ASKED) for answer in ANSWERS}
    rows = [Row(say("follow_up_asked"), (say.figure(asked), "", ""), "sum")]
    rows += [
        Row(say(f"follow_up_{answer}"), (say.figure(one.count), say.rate(one.rate), say.between(one.interval)))
        for answer, one in shares.items()
    ]
    columns = tuple(say(name) for name in ("follow_up_column", "column_people", "column_share", "column_between"))
    title = say("follow_up_title")
    marks = tuple(share_mark(say(f"follow_up_{answer}"), one, say) for answer, one in shares.items())
    chart = chart_of("shares", title, say("follow_up_said"), marks, say) if asked != HIDDEN else None
    table = Table(say("follow_up_caption"), columns, tuple(rows))
    return Section("follow_through", title, (say("follow_up_note"),), table, chart)
