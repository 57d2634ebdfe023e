"""What errors of Discord and of the way to it mean."""

import aiohttp
import discord

from campaign_engine.domain.delivery import SendError

UNKNOWN_CHANNEL = 10003
MISSING_ACCESS = 50001
CANNOT_MESSAGE = 50007
MISSING_PERMISSIONS = 50013
OPENING_TOO_FAST = 40003

WIRE_ERRORS = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, ValueError)
"""All that a request through discord.py may end with; ValueError is an answer that is no JSON."""


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
