"""How a message looks on Discord: plain text with buttons in rooms and direct chats, a card in private answers."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import discord

from campaign_engine.domain.message import Choice, Message

ROWS = 5
PER_ROW = 5
MENU_OPTIONS = 25
BUTTON_LABEL = 80
OPTION_LABEL = 100
SELECT_ID = "select"
"""Custom ids of menus begin with it; what was chosen comes back as the value."""

ALT_CHARACTERS = 1024
"""Of what a file shows in words."""

CARD_TEXT = 4000
"""Characters that all texts of one card may have together."""

Choices = tuple[tuple[Choice, ...], ...]
Row = list[Choice]
Item = discord.ui.Item[Any]


def escape(text: str) -> str:
    """Plain text: no markdown and no mention can come out of it; links stay links."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text, as_needed=False, ignore_links=True))


def written(message: Message, text: str = "") -> str:
    """A text as it is sent: words that came underlined, words that went struck through. `text` is a part from the
    beginning; without it all of the message."""
    text, parts, at = text or message.text, [], 0
    for one in message.revisions:
        words = text[one.start : one.end].strip()
        if one.start < at or not words:
            continue
        sign = "__" if one.added else "~~"
        # Markdown knows no mark that begins or ends with a space, or that spans lines.
        marked = "\n".join(f"{sign}{escape(line)}{sign}" if line.strip() else line for line in words.split("\n"))
        parts += [escape(text[at : one.start]), marked]
        at = min(one.end, len(text))
    return "".join((*parts, escape(text[at:])))


def escaped_length(text: str) -> int:
    """Characters of a text as it is sent."""
    return len(escape(text))


def buttons(choices: Choices, typed: Choice | None = None) -> discord.ui.View:
    """Buttons row by row; a list longer than five rows becomes select menus with the links below.

    `typed` is the button that opens a field to type into; it never goes into a menu, which could not open one.
    """
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(_rows(choices, typed, ROWS)):
        for item in row:
            item.row = number
            view.add_item(item)
    view.stop()  # or discord.py would keep every view in memory; presses are read from the custom id
    return view


def card(message: Message, typed: Choice | None = None) -> discord.ui.LayoutView:
    """Text, a line, and what can be tapped, in one frame; why a text is in English stands small below it."""
    view = discord.ui.LayoutView(timeout=None)
    frame: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container()
    body, footer = message.text, message.footer
    if footer and body.endswith(footer):
        body = body.removesuffix(footer).rstrip()
    if message.picture is not None:
        shown = discord.MediaGalleryItem(f"attachment://{message.picture.filename}", description=message.picture.alt)
        frame.add_item(discord.ui.MediaGallery(shown))
    frame.add_item(discord.ui.TextDisplay(written(message, body) if body else escape(footer)))
    if footer and body:
        frame.add_item(discord.ui.TextDisplay(f"-# {escape(footer)}"))
    for one in message.attachments:
        frame.add_item(discord.ui.File(f"attachment://{one.filename}"))
    rows = list(_rows(message.choices, typed, ROWS))
    if rows:
        frame.add_item(discord.ui.Separator())
    for row in rows:
        frame.add_item(discord.ui.ActionRow(*row))
    view.add_item(frame)
    view.stop()  # as in `buttons`
    return view


def files(message: Message) -> list[discord.File]:
    """The picture of a message and what else is attached, with their words."""
    sent = [(one.content, one.filename, one.alt) for one in (message.picture, *message.attachments) if one is not None]
    return [
        discord.File(BytesIO(content), name, description=alt[:ALT_CHARACTERS] or None) for content, name, alt in sent
    ]


def question_of(message: discord.Message | None) -> str:
    """The last paragraph of a message of ours as its reader sees it, empty where there is none."""
    if message is None:
        return ""
    shown = [message.content, *_texts(message.components)]
    paragraphs = [part.strip() for text in shown for part in text.split("\n\n") if not part.startswith("-# ")]
    last = next((part for part in reversed(paragraphs) if part), "")
    return last.replace("\\", "").replace("\u200b", "")


def _texts(components: object) -> Iterator[str]:
    for one in components if isinstance(components, list) else ():
        if isinstance(one, discord.TextDisplay):
            yield one.content
        yield from _texts(getattr(one, "children", None))


def _rows(choices: Choices, typed: Choice | None, most: int) -> Iterator[list[Item]]:
    rows = [list(row) for row in choices if row]
    if len(rows) + (typed is not None) <= most and all(len(row) <= PER_ROW for row in rows):
        for row in rows:
            yield [_button(choice) for choice in row]
    else:
        yield from _menus([choice for row in rows for choice in row], most - (typed is not None))
    if typed is not None:
        yield [_button(typed)]


def _menus(listed: Row, most: int) -> Iterator[list[Item]]:
    """As many menus as it takes, links in a row of their own."""
    picked, links = [one for one in listed if not one.url], [one for one in listed if one.url][:PER_ROW]
    for number in range(min(-(-len(picked) // MENU_OPTIONS), most - bool(links))):
        part = picked[number * MENU_OPTIONS : (number + 1) * MENU_OPTIONS]
        options = [discord.SelectOption(label=one.label[:OPTION_LABEL], value=one.data) for one in part]
        yield [discord.ui.Select(custom_id=f"{SELECT_ID}{number or ''}", options=options)]
    if links:
        yield [_button(one) for one in links]


def _button(choice: Choice) -> discord.ui.Button[Any]:
    label = choice.label[:BUTTON_LABEL]
    if choice.url:
        return discord.ui.Button(label=label, url=choice.url)
    return discord.ui.Button(label=label, custom_id=choice.data, style=discord.ButtonStyle.secondary)
