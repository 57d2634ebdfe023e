"""Words of reports in one language, from templates/messages."""

from functools import cache

from analytics.editions import HIDDEN, Figure
from analytics.intervals import Interval
from campaign_engine.domain.message import Reply
from campaign_engine.opendata import figures
from campaign_engine.rendering import Renderer


class Words:
    """Says blocks of report.j2, and of measures.j2 where the name has a dot."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.hidden = self("measures.hidden")

    def __call__(self, block: str, **values: object) -> str:
        """The words of one block."""
        name = block if "." in block else f"report.{block}"
        return _renderer().reply(Reply(name, values), self.language).text

    def figure(self, value: Figure | None) -> str:
        """With separators of thousands; empty for what there is not."""
        if value is None:
            return ""
        return self.hidden if value == HIDDEN else f"{value:,}"

    def rate(self, value: float | str) -> str:
        """A coded share (safety K1)."""
        if value == HIDDEN:
            return self.hidden
        return percent(value) if isinstance(value, float) else self("coded", value=value)

    def between(self, interval: Interval | None, *, is_share: bool = True) -> str:
        """Where it lies with 95 %; empty without."""
        if interval is None:
            return ""
        if is_share:
            return f"{round(100 * interval.low)}–{percent(interval.high)}"
        return f"{interval.low:.2f}–{interval.high:.2f}"


def percent(share: float) -> str:
    """Whole percents, never apart from their sign."""
    return f"{round(100 * share)}\N{NO-BREAK SPACE}%"


@cache
def _renderer() -> Renderer:
    return Renderer()


def area(number: int) -> str:
    """Its first neighbourhood."""
    return figures.precincts()[number].neighbourhoods[0]
