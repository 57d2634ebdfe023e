"""Fields to type into, which Discord opens as a form of its own, and what comes back from them."""

from typing import Any

import discord

from bots.views import TYPE_BUTTON

TEXT_FIELD = "text"
LONGEST_ANSWER = 4000
LONGEST_TITLE = 45
"""Characters of a form's title and of a field's label."""

LONGEST_DESCRIPTION = 100
Field = discord.ui.TextInput[discord.ui.Modal]


def typing_form(title: str, question: str) -> discord.ui.Modal:
    """One field, with the question that it answers above it."""
    form = discord.ui.Modal(title=title[:LONGEST_TITLE], custom_id=TYPE_BUTTON)
    field: Field = discord.ui.TextInput(
        custom_id=TEXT_FIELD, style=discord.TextStyle.paragraph, max_length=LONGEST_ANSWER
    )
    label = question if 0 < len(question) <= LONGEST_TITLE else title[:LONGEST_TITLE]
    more = None if label == question or not question else shortened(question, LONGEST_DESCRIPTION)
    form.add_item(discord.ui.Label(text=label, description=more, component=field))
    return forgotten(form)


def forgotten(form: discord.ui.Modal) -> discord.ui.Modal:
    """discord.py would keep it in memory; the answer is read from the interaction, also after a restart."""
    form.stop()
    return form


def shortened(text: str, length: int) -> str:
    """On one line, with "…" where something is left out."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


def filled(interaction: discord.Interaction) -> dict[str, str]:
    """What was typed or chosen in a form, by custom id; the first of several choices."""
    found: dict[str, str] = {}
    raw: dict[str, Any] = dict(interaction.data or {})
    for row in raw.get("components", []):
        for part in [row["component"]] if "component" in row else row.get("components", []):
            values = part.get("values") or []
            found[str(part.get("custom_id", ""))] = str(part.get("value") or (values[0] if values else ""))
    return found
