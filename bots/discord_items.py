"""Buttons and menus as discord.py finds them again by their custom id, which holds all that a tap says.

Nothing about a message is kept in memory: what was shown before a restart, or by an earlier release, works as before.
"""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Self

import discord

from bots.discord_pictures import PICTURE_BUTTON
from bots.discord_rooms import LINK
from bots.guard import contained
from bots.views import TYPE_BUTTON

FIELD = f"{TYPE_BUTTON}|{PICTURE_BUTTON}"
"""Opens a field to type into or to put a picture in."""

ANYTHING = rf"(?s:(?!(?:{FIELD}|{LINK})\Z).*)"
"""What is no form's button: a choice, and whatever a changed client sends, so that nothing stays without an answer."""

Use = Callable[[discord.Interaction, str], Awaitable[None]]
"""Gets the interaction and what was tapped or chosen; has to acknowledge it."""

Found = type[discord.ui.DynamicItem[Any]]


def found_by(template: str, use: Use) -> Found:
    """Templates of one client must leave each other out: discord.py calls every item whose template fits."""

    class Item(discord.ui.DynamicItem[Any], template=template):
        @classmethod
        async def from_custom_id(
            cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], __: re.Match[str], /
        ) -> Self:
            return cls(item)

        async def callback(self, interaction: discord.Interaction[Any]) -> None:
            await contained("discord press", partial(use, interaction, _said(self.item)))

    return Item


def _said(item: discord.ui.Button[Any] | discord.ui.Select[Any]) -> str:
    """The first that was chosen in a menu; of a button, and of an empty menu, its custom id."""
    chosen = item.values if isinstance(item, discord.ui.Select) else []
    return chosen[0] if chosen else str(item.custom_id)
