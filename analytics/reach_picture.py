"""The reach card as a picture: protected figures and their words, nothing else (safety K1)."""

import functools

from analytics import metrics
from analytics.content import Content
from analytics.suppression import CITY, Figure
from campaign_engine.domain.message import Reply
from campaign_engine.domain.schedule import to_wall
from campaign_engine.opendata import figures
from campaign_engine.pictures import reach_card
from campaign_engine.rendering import Renderer

NUMBERS = {
    "delivered": "head_delivered",
    "reached": "head_reached",
    "engaged": "column_engaged",
    "pledged": "head_pledged",
}
"""Those of the text card, with the blocks that name them."""


def draw(report: Content, language: str) -> bytes:
    """PNG in one language."""
    return reach_card.draw(words(report, language))


def words(report: Content, language: str) -> reach_card.ReachWords:
    """Precincts that can be shown, most reached first."""
    say = functools.partial(_say, Renderer(), language)
    figure = report.protected.figure
    pledged, goal = figure("pledged", "city"), report.frames.campaign.goal
    shown = report.protected.shown("reached")
    rows = [
        reach_card.Row(
            say("reach_row", number=number, area=figures.precincts()[number].neighbourhoods[0]),
            count,
            say("reach_figure", reached=_said(count, say), pledged=_said(figure("pledged", f"precinct:{number}"), say)),
        )
        for number, count in sorted(shown.items(), key=lambda each: (-each[1], each[0]))
    ]
    everywhere = len(report.protected.precincts())
    return reach_card.ReachWords(
        title=report.frames.campaign.title,
        note=say("as_of", wall=to_wall(report.frames.now)),
        numbers=tuple((_said(figure(name, "city"), say), say(label)) for name, label in NUMBERS.items()),
        share=pledged / goal if isinstance(pledged, int) and goal else None,
        goal=f"{_said(pledged, say)} {say('of_goal', goal=goal)}",
        rows_title=say("reach_rows"),
        rows=tuple(rows),
        rooms=_rooms(report, say),
        no_rows=say("areas_open", shown=len(rows), all=everywhere, k=report.k),
    )


def _rooms(report: Content, say: functools.partial[str]) -> str:
    """Empty where no post has gone to a room."""
    if not report.made["rooms"]:
        return ""
    came_back = {name: _said(report.protected.figure(name, CITY), say) for name in metrics.ROOMS}
    return say("reach_rooms", rooms=report.made["rooms"], **came_back)


def _said(value: Figure, say: functools.partial[str]) -> str:
    return f"{value:,}" if isinstance(value, int) else say("hidden")


def _say(renderer: Renderer, language: str, block: str, **values: object) -> str:
    return renderer.reply(Reply(f"measures.{block}", values), language).text
