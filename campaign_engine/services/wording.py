"""A post in words, once for all who read the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from campaign_engine.dialogue import follow_up, my_area
from campaign_engine.dialogue.learn import open_row
from campaign_engine.dialogue.pledge import room_options
from campaign_engine.domain.contact import Scope, ScopeKind
from campaign_engine.domain.message import Message
from campaign_engine.domain.precinct import borough_of
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.sending import Claimed

CITY = "New York City"

_MOST_KEPT = 512


class _Variant(NamedTuple):
    """All that the words of a post depend on within one channel."""

    post_id: int
    version: int
    title: str
    language: str
    precinct: int | None
    scope: Scope | None
    style: str


class Wording:
    """The messages of one channel; `area_name` gives the short name of a precinct."""

    def __init__(self, renderer: Renderer, area_name: Callable[[int], str], public_url: str) -> None:
        self._renderer = renderer
        self._area_name = area_name
        self._public_url = public_url.rstrip("/")
        self._kept: dict[_Variant, Message] = {}

    def message(self, claimed: Claimed) -> Message:
        """Raises InvalidInput for a text that cannot be rendered."""
        variant = _variant(claimed)
        message = self._kept.get(variant)
        if message is None:
            message = self._render(claimed, variant)
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[variant] = message
        return message

    def _render(self, claimed: Claimed, variant: _Variant) -> Message:
        text = self._renderer.post(claimed.content, claimed.language, self._values(claimed))
        rows = room_options(claimed.post_id, variant.style) if claimed.content.pledge else ()
        rows += open_row(claimed.content.lesson) + my_area.rows_under(claimed.content.automatic)
        rows += follow_up.rows_under(claimed.content.automatic)
        message = Message(text, claimed.language, self._renderer.choices(rows, claimed.language), stays=True)
        return message if claimed.language in claimed.content.texts else self._explained(message, claimed)

    def _explained(self, message: Message, claimed: Claimed) -> Message:
        """A reader whose language the post lacks is told so (safety P2); a post in Spanish alone needs no footer."""
        spoken = "en" if "en" in claimed.content.texts else next(iter(claimed.content.texts), "")
        message = replace(message, spoken=spoken)
        return message.explained(self._renderer.footer(claimed.language)) if spoken == "en" else message

    def _values(self, claimed: Claimed) -> dict[str, object]:
        link = f"{self._public_url}/p/{claimed.post_id}"
        values: dict[str, object] = {**claimed.content.values, "campaign": claimed.campaign_title, "link": link}
        if claimed.precinct is not None:
            borough = borough_of(claimed.precinct).value
            return {
                **values,
                "area": self._area_name(claimed.precinct),
                "borough": borough,
                "precinct": claimed.precinct,
            }
        scope = claimed.scope
        area = scope.value if scope is not None and scope.kind is ScopeKind.BOROUGH else CITY
        return {**values, "area": area, "borough": area, "precinct": ""}


def _variant(claimed: Claimed) -> _Variant:
    to = claimed.to
    return _Variant(
        claimed.post_id,
        claimed.version,
        claimed.campaign_title,
        claimed.language,
        claimed.precinct,
        claimed.scope if claimed.precinct is None else None,
        # A Telegram group cannot be asked anything in private before the pledge (ADR 8).
        style="age" if to.is_room and to.channel == "telegram" else "",
    )
