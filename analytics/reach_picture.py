"""The reach card as a picture: protected figures and their words, nothing else (safety K1)."""

import functools

from analytics import rooms
from analytics.content import Report
from analytics.editions import Figure
from analytics.words import Words
from campaign_engine.domain.area import CITY
from campaign_engine.domain.message import Reply
from campaign_engine.opendata import figures
from campaign_engine.pictures import reach_card
from campaign_engine.rendering import Renderer

NUMBERS = {
    "delivered": "head_delivered",
    "reached": "head_reached",
    "opt_outs": "head_opt_outs",
    "pledged": "head_pledged",
}
"""With the blocks that name them; harm always beside reach (measures)."""


def words(report: Report, language: str) -> reach_card.ReachWords:
    """Precincts that can be shown by number, as in the text card: they are not ranked by reach (measures)."""
    say = functools.partial(_say, Renderer(), language)
    figure = report.figure
    pledged, goal = figure("pledged", "city"), report.campaign.goal
    shown = report.shown("reached")
    rows = [
        reach_card.Row(
            say("reach_row", number=number, area=figures.precincts()[number].neighbourhoods[0]),
            count,
            say("reach_figure", reached=_said(count, say), pledged=_said(figure("pledged", f"precinct:{number}"), say)),
        )
        for number, count in sorted(shown.items())
    ]
    everywhere = len(report.layout.precincts())
    return reach_card.ReachWords(
        title=report.campaign.title,
        note=_note(report, language),
        numbers=tuple(
            (_said(report.work.delivered if name == "delivered" else figure(name), say), say(label))
            for name, label in NUMBERS.items()
        ),
        share=pledged / goal if isinstance(pledged, int) and goal else None,
        goal=f"{_said(pledged, say)} {say('of_goal', goal=goal)}",
        rows_title=say("reach_rows", shown=len(rows), most=reach_card.MOST_ROWS),
        rows=tuple(rows),
        rooms=_rooms(report, say),
        no_rows=say("areas_open", shown=len(rows), all=everywhere, k=report.k),
    )


def _note(report: Report, language: str) -> str:
    """Nothing on it moves between two Sundays but what came back from rooms."""
    through = report.through
    return Words(language)("through", day=through) if through else Words(language)("first_edition_soon")


def _rooms(report: Report, say: functools.partial[str]) -> str:
    """Empty where no post has gone to a room."""
    if report.rooms is None or not report.rooms.rooms:
        return ""
    came_back = {name: _said(report.rooms.figure(name, CITY), say) for name in rooms.MEASURES}
    return say("reach_rooms", rooms=report.rooms.rooms, **came_back)


def _said(value: Figure, say: functools.partial[str]) -> str:
    return f"{value:,}" if isinstance(value, int) else say("hidden")


def _say(renderer: Renderer, language: str, block: str, **values: object) -> str:
    return renderer.reply(Reply(f"measures.{block}", values), language).text
