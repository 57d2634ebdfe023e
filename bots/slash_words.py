"""Texts that name words to send, as Discord needs them: in a server the bot reads nothing but its commands (safety C7).

There a typed STOP would be seen by all and do nothing; the command works everywhere.
"""

import re
from dataclasses import replace

from bots.slash import Say, command_name
from campaign_engine.domain.command_words import COMMAND_WORDS, STOP, STOP_WORDS
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import Message, Reply

NAMING = ("help.card", "join.done")
"""Texts whose last paragraph says what to send."""

_NAMED = ("menu", "help", STOP)


class SlashWords:
    """Gives a message the commands' names, in its own language where Discord has them so."""

    def __init__(self, say: Say) -> None:
        self._lines: dict[tuple[str, str], str] = {}
        for language in SAFETY_LANGUAGES:
            for name in NAMING:
                line = _last(say(Reply(name), language).text)
                self._lines[language, line] = with_commands(line, language)

    def __call__(self, message: Message) -> Message:
        """The same one where it names no word to send."""
        line = _last(message.text)
        named = self._lines.get((message.language, line))
        return message if named is None else replace(message, text=message.text.removesuffix(line) + named)


def with_commands(line: str, language: str) -> str:
    """Each word to send as a command: "MENU (МЕНЮ)" becomes "/меню"."""
    for name in _NAMED:
        own = (STOP_WORDS if name == STOP else COMMAND_WORDS[name])[language][0]
        # Where there are no capitals, a word of the sentence may be the same.
        words = "|".join(re.escape(each) for each in (name.upper(), own.upper()) if each != own)
        behind = rf"(?:\s?[(（](?i:{re.escape(own)})[)）])?"
        line = re.sub(rf"(?<!/)\b(?:{words})\b(\u2069?){behind}", rf"/{command_name(name, language)}\1", line)
    return line


def _last(text: str) -> str:
    return text.rpartition("\n\n")[2]
