"""Discord: channels of servers, through one bot account."""

import secrets

import aiohttp
import discord

from campaign_engine.channels.discord_view import buttons, escape, files
from campaign_engine.domain.delivery import Receipt, SendError
from campaign_engine.domain.message import Destination, Limits, Message

NONCE_CHARACTERS = 25

UNKNOWN_CHANNEL = 10003
MISSING_ACCESS = 50001
CANNOT_MESSAGE = 50007
MISSING_PERMISSIONS = 50013
OPENING_TOO_FAST = 40003

WIRE_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""All that a request through discord.py may end with; ValueError is an answer that is no JSON."""


class DiscordChannel:
    """Writes with a nonce, so that a repeated request gives the first message back."""

    name = "discord"
    limits = Limits(text=2000, label=80, edits=True)

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
        """Nobody is ever mentioned, and a person is only written to in a chat that is open (safety S7).

        Raises SendError; `not_connected` before the bot has logged in.
        """
        if self._client.user is None or self._client.is_closed():
            raise SendError("not_connected", retryable=True)
        if not (to.is_room or to.thread):
            raise SendError("no_direct_chat")
        target = self._client.get_partial_messageable(int(to.thread or to.address))
        try:
            sent = await target.send(
                escape(message.text),
                view=buttons(message.choices),
                nonce=key[:NONCE_CHARACTERS] or secrets.token_hex(12),
                allowed_mentions=discord.AllowedMentions.none(),
                suppress_embeds=True,
                files=files(message),
            )
        except WIRE_ERRORS as error:
            raise send_error(error) from error
        return Receipt(platform_id=str(sent.id))

    async def close(self) -> None:
        """The client belongs to whoever opened it."""


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
