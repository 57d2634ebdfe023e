"""Discord's slash commands: one per command of the dialogue and /link, in every language that we speak."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots.views import COMMANDS
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.message import Message, Reply

Say = Callable[[Reply, str], Message]
Used = Callable[[discord.Interaction, str, str], Awaitable[None]]
"""Gets the interaction, the name of the command and what was typed behind it."""

LONGEST_DESCRIPTION = 100


class Words(app_commands.Translator):
    """Names and descriptions for clients in other languages; the dialogue only ever sees the English names."""

    def __init__(self, say: Say) -> None:
        super().__init__()
        self._say = say

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - signature of discord.py
    ) -> str | None:
        """None where English is all there is."""
        language, text = locale.value[:2], string.extras.get("text")
        if text is None or language == LANGUAGES[0] or language not in LANGUAGES:
            return None
        return self._say(Reply(text), language).text[:LONGEST_DESCRIPTION]


def add_commands(tree: app_commands.CommandTree[Any], say: Say, used: Used) -> None:
    """Into a tree that is not published yet."""
    makers = {"start": _start, "link": _link, "hold": _hold, "release": _hold}
    for name in (*COMMANDS, "link"):
        callback = makers.get(name, _plain)(name, say, used)
        command: app_commands.Command[Any, Any, Any] = app_commands.Command(
            name=_words(f"{name}_name", say), description=_words(name, say), callback=callback
        )
        command.guild_only = name == "link"
        tree.add_command(command)


def _plain(name: str, _: Say, used: Used) -> Callable[..., Any]:
    async def run(interaction: discord.Interaction) -> None:
        await used(interaction, name, "")

    return run


def _start(name: str, say: Say, used: Used) -> Callable[..., Any]:
    @app_commands.describe(code=_words("code", say))
    @app_commands.rename(code=_words("code_name", say))
    async def run(interaction: discord.Interaction, code: str = "") -> None:
        await used(interaction, name, code)

    return run


def _link(name: str, say: Say, used: Used) -> Callable[..., Any]:
    @app_commands.describe(area=_words("area", say))
    @app_commands.rename(area=_words("area_name", say))
    async def run(interaction: discord.Interaction, area: str = "") -> None:
        await used(interaction, name, area)

    return run


def _hold(name: str, say: Say, used: Used) -> Callable[..., Any]:
    @app_commands.describe(precincts=_words("precincts", say))
    @app_commands.rename(precincts=_words("precincts_name", say))
    async def run(interaction: discord.Interaction, precincts: str = "") -> None:
        await used(interaction, name, precincts)

    return run


def _words(block: str, say: Say) -> locale_str:
    text = f"command.{block}"
    return locale_str(say(Reply(text), LANGUAGES[0]).text[:LONGEST_DESCRIPTION], text=text)
