"""Discord's slash commands: those of the dialogue and /link, in every language that Discord and we both have."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bots.views import COMMANDS, STAFF_COMMANDS
from campaign_engine.domain.command_words import COMMAND_WORDS, STOP, STOP_WORDS
from campaign_engine.domain.languages import from_tag
from campaign_engine.domain.message import Message, Reply

Say = Callable[[Reply, str], Message]
Used = Callable[[discord.Interaction, str, str], Awaitable[None]]
"""Gets the interaction, the name of the command and what was typed behind it."""

ENGLISH = "en"
LONGEST_DESCRIPTION = 100
OF_STAFF = tuple(STAFF_COMMANDS)
"""Offered in servers only, and there to moderators, so that nobody is shown what they cannot do: in a direct chat
Discord would list them to everybody. Staff have buttons there, and type "hold 75"."""

_SPOKEN = frozenset(from_tag(locale.value) for locale in discord.Locale)
"""Languages that Discord shows a command's name in."""


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
        language, text = from_tag(locale.value), string.extras.get("text")
        if text is None or language in ("", ENGLISH):
            return None
        if words := _typed(str(text)).get(language):
            return _as_name(words[0])
        said = self._say(Reply(text), language)
        return None if said.spoken else said.text[:LONGEST_DESCRIPTION]


def add_commands(tree: app_commands.CommandTree[Any], say: Say, used: Used) -> None:
    """Into a tree that is not published yet."""
    arguments = {"start": "code", "join": "code", "link": "link_area", "hold": "precincts", "release": "precincts"}
    for name in (*COMMANDS, "link"):
        argument = arguments.get(name)
        callback = _plain(name, used) if argument is None else _with(argument, name, say, used)
        command: app_commands.Command[Any, Any, Any] = app_commands.Command(
            name=_words(f"{name}_name", say), description=_words(name, say), callback=callback
        )
        command.guild_only = name == "link" or name in OF_STAFF
        if name == "link":
            command.default_permissions = discord.Permissions(manage_channels=True)
        elif name in OF_STAFF:
            command.default_permissions = discord.Permissions(manage_messages=True)
        tree.add_command(command)


def command_name(name: str, language: str) -> str:
    """What Discord calls a command that people type the word of, for a reader of this language."""
    words = _typed(f"command.{name}_name")
    return _as_name(words[language if language in _SPOKEN else ENGLISH][0])


async def fingerprint(tree: app_commands.CommandTree[Any], words: Words) -> str:
    """Changes with the commands, their words in any language, and the bot's own account."""
    commands = [await one.get_translated_payload(tree, words) for one in tree.get_commands()]
    content = json.dumps([str(tree.client.application_id), commands], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(name: str, used: Used) -> Callable[..., Any]:
    async def run(interaction: discord.Interaction) -> None:
        await used(interaction, name, "")

    return run


def _with(argument: str, name: str, say: Say, used: Used) -> Callable[..., Any]:
    @app_commands.describe(given=_words(argument, say))
    @app_commands.rename(given=_words(f"{argument}_name", say))
    async def run(interaction: discord.Interaction, given: str = "") -> None:
        await used(interaction, name, given)

    return run


def _typed(text: str) -> Mapping[str, tuple[str, ...]]:
    """What people type for the command whose name this is, the best word of each language first."""
    name = text.removeprefix("command.").removesuffix("_name")
    words = {STOP: STOP_WORDS, **COMMAND_WORDS}
    return words.get(name, {}) if text.endswith("_name") else {}


def _as_name(word: str) -> str:
    return word.replace(" ", "-")


def _words(block: str, say: Say) -> locale_str:
    text = f"command.{block}"
    if words := _typed(text):
        return locale_str(words[ENGLISH][0], text=text)
    return locale_str(say(Reply(text), ENGLISH).text[:LONGEST_DESCRIPTION], text=text)
