"""The fixed text about a changed event with its time and place put in, in each language."""

from collections.abc import Mapping

from campaign_engine.domain.campaign import Campaign
from campaign_engine.domain.event_change import EventChange
from campaign_engine.domain.message import Reply
from campaign_engine.ports.renderer import Renderer

_BRACES = str.maketrans("", "", "{}[]")
"""Letters that a site's name has no use for, and a template has."""


class EventWords:
    """`public_url` is our own page."""

    def __init__(self, renderer: Renderer, public_url: str) -> None:
        self._renderer = renderer
        self._public_url = public_url

    def texts(self, fixed: Mapping[str, str], change: EventChange, site: str) -> dict[str, str]:
        """By language; [when] and [place] of the fixed text are said in its words."""
        return {language: self._filled(text, language, change, site) for language, text in fixed.items()}

    def shown(self, campaign: Campaign, texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """As they will be read. Raises InvalidInput for a name that a platform would turn into a link (safety S8)."""
        values = {"campaign": campaign.title, "link": self._public_url}
        return tuple((language, self._renderer.text(text, values)) for language, text in texts.items())

    def _filled(self, text: str, language: str, change: EventChange, site: str) -> str:
        when = self._renderer.reply(Reply("event.when", {"wall": change.wall}), language).text
        words = Reply("event.place", {"place": change.place.value, "site": site.translate(_BRACES)})
        return text.replace("[when]", when).replace("[place]", self._renderer.reply(words, language).text)
