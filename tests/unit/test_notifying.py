"""A word to staff goes out in the background, and never where it is not welcome."""

import asyncio
import logging

import pytest

from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Destination, Message
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.notifying import ChannelNotifier
from tests.support import FakeClock
from tests.support.channels import RecordingChannel

WAITS = Message("A campaign waits for you.")


def pace_of(clock: FakeClock) -> LanePace:
    return LanePace(UNLIMITED, lambda: clock().timestamp(), clock.sleep)


async def test_it_returns_at_once_and_the_message_follows(clock: FakeClock) -> None:
    channel = RecordingChannel(gate=asyncio.Event())
    notifier = ChannelNotifier({"telegram": (channel, pace_of(clock))})
    await notifier.notify(Destination("telegram", "7"), WAITS)
    assert channel.calls == []
    await channel.until_under_way(1)
    assert channel.gate is not None
    channel.gate.set()
    await notifier.close()
    assert [(call.message, call.to.address) for call in channel.calls] == [(WAITS, "7")]
    assert channel.under_way == 0


async def test_S7_nobody_is_written_to_first_on_discord_nor_on_a_channel_that_is_not_open(clock: FakeClock) -> None:
    channel = RecordingChannel("discord")
    notifier = ChannelNotifier({"discord": (channel, pace_of(clock))})
    for name in ("discord", "telegram"):
        await notifier.notify(Destination(name, "7"), WAITS)
    await notifier.close()
    assert channel.calls == []


async def test_A2_a_failure_is_logged_by_its_code_and_a_429_holds_the_account(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    limited = SendError("rate_limited", retryable=True, retry_after=20, flags=frozenset({"holds_lane"}))
    channel, pace = RecordingChannel(answers={"81547": [limited]}), pace_of(clock)
    notifier = ChannelNotifier({"telegram": (channel, pace)})
    with caplog.at_level(logging.INFO):
        await notifier.notify(Destination("telegram", "81547"), WAITS)
        await notifier.close()
    assert "rate_limited" in caplog.text
    assert "81547" not in caplog.text
    assert "waits" not in caplog.text
    assert pace.held_for == pytest.approx(20)
