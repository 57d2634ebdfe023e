"""Discord: channels of servers, through one bot account."""

import secrets
from typing import TYPE_CHECKING

import aiohttp
import discord

from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Choice, Destination, Limits, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

ROWS = 5
PER_ROW = 5
MENU_OPTIONS = 25
SELECT_ID = "select"
NONCE_CHARACTERS = 25

UNKNOWN_CHANNEL = 10003
MISSING_ACCESS = 50001
CANNOT_MESSAGE = 50007
MISSING_PERMISSIONS = 50013
OPENING_TOO_FAST = 40003

WIRE_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""All that a request through discord.py may end with; ValueError is an answer that is no JSON."""


class DiscordChannel:
    """Posts into server channels with a nonce, so that a repeated request gives the first message back."""

    name = "discord"
    limits = Limits(text=2000, label=80, edits=True)

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        """Nobody is ever mentioned. Raises SendError; `not_connected` before the bot has logged in."""
        if self._client.user is None or self._client.is_closed():
            raise SendError("not_connected", retryable=True)
        target = self._client.get_partial_messageable(int(to.address))
        try:
            sent = await target.send(
                escape(message.text),
                view=buttons(message.choices),
                nonce=key[:NONCE_CHARACTERS] or secrets.token_hex(12),
                allowed_mentions=discord.AllowedMentions.none(),
                suppress_embeds=True,
            )
        except WIRE_ERRORS as error:
            raise send_error(error) from error
        return Receipt(platform_id=str(sent.id))

    async def close(self) -> None:
        """The client belongs to whoever opened it."""


def escape(text: str) -> str:
    """Plain text: no markdown and no mention can come out of it; links stay links."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text, as_needed=False, ignore_links=True))


def escaped_length(text: str) -> int:
    """Characters of a text as it is sent."""
    return len(escape(text))


def buttons(choices: tuple[tuple[Choice, ...], ...], typed: Choice | None = None) -> discord.ui.View:
    """Buttons row by row; a list longer than Discord's five rows becomes a select menu with the links below.

    `typed` is the button that opens a field to type into; it never goes into the menu, which could not open one.
    """
    view = discord.ui.View(timeout=None)
    rows = [row for row in choices if row]
    if len(rows) + (typed is not None) <= ROWS and all(len(row) <= PER_ROW for row in rows):
        for number, row in enumerate(rows):
            for choice in row:
                view.add_item(_button(choice, number))
    else:
        _add_select(view, [choice for row in rows for choice in row])
    if typed is not None:
        view.add_item(_button(typed, ROWS - 1))
    view.stop()  # or discord.py would keep every view in memory; presses are read from the custom id
    return view


def _add_select(view: discord.ui.View, choices: "Iterable[Choice]") -> None:
    listed = list(choices)
    picked = [choice for choice in listed if not choice.url][:MENU_OPTIONS]
    options = [discord.SelectOption(label=choice.label[:100], value=choice.data) for choice in picked]
    view.add_item(discord.ui.Select(custom_id=SELECT_ID, options=options, row=0))
    for choice in [choice for choice in listed if choice.url][:PER_ROW]:
        view.add_item(_button(choice, 1))


def _button(choice: Choice, row: int) -> discord.ui.Button[discord.ui.View]:
    label = choice.label[:80]
    if choice.url:
        return discord.ui.Button(label=label, url=choice.url, row=row)
    return discord.ui.Button(label=label, custom_id=choice.data, row=row, style=discord.ButtonStyle.secondary)


def send_error(error: Exception) -> SendError:
    """What a wire error means for a delivery; what failed after the request left is ambiguous."""
    match error:
        case discord.RateLimited():
            flags = frozenset({"holds_lane"})
            return SendError("rate_limited", retryable=True, retry_after=error.retry_after, flags=flags)
        case discord.LoginFailure():
            return SendError("wrong_token", retryable=True, flags=frozenset({"alert"}))
        case discord.HTTPException():
            return _http_error(error)
        case aiohttp.ClientConnectorError():
            return SendError("not_connected", retryable=True)
        case _:
            return SendError("no_answer", flags=frozenset({"ambiguous"}))


def _http_error(error: discord.HTTPException) -> SendError:
    if error.code in (UNKNOWN_CHANNEL, MISSING_ACCESS, MISSING_PERMISSIONS, CANNOT_MESSAGE):
        return SendError(f"discord_{error.code}", flags=frozenset({"opted_out"}))
    if error.code == OPENING_TOO_FAST:
        return SendError("opening_too_fast", retryable=True, flags=frozenset({"holds_lane", "alert"}))
    if error.status == 401:
        return SendError("wrong_token", retryable=True, flags=frozenset({"alert"}))
    if error.status == 429:
        return SendError("rate_limited", retryable=True, retry_after=60, flags=frozenset({"holds_lane"}))
    if error.status >= 500:
        return SendError("no_answer", flags=frozenset({"ambiguous"}))
    return SendError("refused")
