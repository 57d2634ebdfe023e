"""What errors of Discord and of the way to it mean, and until when discord.py may try by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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

_latest: ContextVar[float] = ContextVar("latest", default=float("inf"))


@contextmanager
def begun_within(seconds: float) -> Iterator[None]:
    """Requests that discord.py would begin later end with TimeoutError.

    It sleeps through a 429 and tries a 500 again without knowing who said STOP meanwhile, or how long its process
    stood still.
    """
    before = _latest.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _latest.reset(before)


def in_time() -> aiohttp.TraceConfig:
    """What makes a client of discord.py heed `begun_within`."""
    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(_check_time)
    return trace


async def _check_time(*_: object) -> None:
    if time.monotonic() > _latest.get():
        raise TimeoutError


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
