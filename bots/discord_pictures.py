"""Pictures that people send on Discord: through a form that takes one file, or in the direct chat."""

from dataclasses import replace
from typing import Any

import discord

from bots.discord_forms import LONGEST_TITLE, forgotten
from campaign_engine.channels.discord_wire import WIRE_ERRORS, send_error
from campaign_engine.domain.message import Inbound, InboundKind, SentPicture

PICTURE_BUTTON = "picture"
"""Custom id of the button that opens the form, of the form, and of its one field."""


def picture_form(title: str) -> discord.ui.Modal:
    """It waits for one file."""
    title = title[:LONGEST_TITLE]
    form = discord.ui.Modal(title=title, custom_id=PICTURE_BUTTON)
    field: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(custom_id=PICTURE_BUTTON, max_values=1)
    form.add_item(discord.ui.Label(text=title, component=field))
    return forgotten(form)


def in_form(interaction: discord.Interaction) -> SentPicture | None:
    """The file of a form that was sent, None for a form without one."""
    raw: dict[str, Any] = dict(interaction.data or {})
    if raw.get("custom_id") != PICTURE_BUTTON:
        return None
    attached = raw.get("resolved", {}).get("attachments", {})
    return next((_sent(interaction.client, one["url"], one["size"]) for one in attached.values()), None)


def in_message(client: discord.Client, message: discord.Message) -> SentPicture | None:
    """The first picture of a direct message."""
    pictures = (one for one in message.attachments if (one.content_type or "").startswith("image/"))
    return next((_sent(client, one.url, one.size) for one in pictures), None)


def with_picture(inbound: Inbound, sent: SentPicture | None) -> Inbound:
    """The same inbound as one that brings a picture, where there is one."""
    return inbound if sent is None else replace(inbound, kind=InboundKind.PICTURE, sent=sent)


def _sent(client: discord.Client, url: str, size: int) -> SentPicture:
    async def fetch() -> bytes:
        try:
            return await client.http.get_from_cdn(url)
        except WIRE_ERRORS as error:
            raise send_error(error) from error

    return SentPicture(size, fetch)
