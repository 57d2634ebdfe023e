"""Whatever is asked in whatever order: never more than the limits, and replies get through."""

import heapq
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_engine.domain.pacing import LIMITS, UNLIMITED, LaneLimits, Limit, Pacer
from campaign_engine.services.lane_pace import LanePace
from tests.support import FakeClock

TINY = 1e-9
"""Seconds that adding floats may be wrong by."""

Sent = list[tuple[float, str, bool]]
"""Moment, chat and whether it was a reply."""


def most_within(moments: list[float], seconds: float) -> int:
    """The most messages in any window that is a hair shorter than the limit's."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds - TINY:
            first += 1
        most = max(most, last - first + 1)
    return most


def check(limits: LaneLimits, sent: Sent) -> None:
    moments = [moment for moment, _, _ in sent]
    if limits.overall is not None:
        assert most_within(moments, limits.overall.seconds) <= limits.overall.count
    if limits.broadcasts is not None:
        broadcasts = [moment for moment, _, reply in sent if not reply]
        assert most_within(broadcasts, limits.broadcasts.seconds) <= limits.broadcasts.count
    for chat in {chat for _, chat, _ in sent}:
        limit = limits.per_group if limits.is_group(chat) else limits.per_chat
        if limit is not None:
            assert most_within([moment for moment, name, _ in sent if name == chat], limit.seconds) <= limit.count


def run(limits: LaneLimits, wanted: list[tuple[float, str, bool]]) -> tuple[Sent, dict[int, float]]:
    """Everybody asks, and asks again when told to; what left, and how long each waited."""
    pacer, sent, waited = Pacer(limits), [], {}
    turns = [(moment, number) for number, (moment, _, _) in enumerate(wanted)]
    heapq.heapify(turns)
    while turns:
        now, number = heapq.heappop(turns)
        began, chat, reply = wanted[number]
        wait = pacer.reserve(now, chat, limits.is_group(chat), reply)
        if wait > 0:
            heapq.heappush(turns, (now + wait, number))
        else:
            sent.append((now, chat, reply))
            waited[number] = now - began
    return sent, waited


@settings(max_examples=150)
@given(
    name=st.sampled_from(["telegram", "discord"]),
    steps=st.lists(
        st.tuples(st.floats(0, 0.6, allow_nan=False), st.sampled_from(["1", "2", "3", "-100", "-200"]), st.booleans()),
        max_size=120,
    ),
)
def test_S7_no_window_ever_holds_more_than_the_limits(name: str, steps: list[tuple[float, str, bool]]) -> None:
    moments = itertools.accumulate(gap for gap, _, _ in steps)
    wanted = [(moment, chat, reply) for moment, (_, chat, reply) in zip(moments, steps, strict=True)]
    sent, _ = run(LIMITS[name], wanted)
    assert len(sent) == len(wanted)
    check(LIMITS[name], sent)


@pytest.mark.parametrize("name", ["telegram", "discord"])
def test_replies_are_not_starved_by_a_broadcast(name: str) -> None:
    limits = LIMITS[name]
    broadcast = [(0.0, f"ally {number}", False) for number in range(400)]
    replies = [(0.1 + number / 5, f"asker {number}", True) for number in range(40)]
    sent, waited = run(limits, broadcast + replies)
    check(limits, sent)
    assert limits.overall is not None
    assert max(waited[400 + number] for number in range(40)) <= 2 * limits.overall.interval + TINY


def test_a_broadcast_goes_at_the_overall_rate_less_five() -> None:
    sent, _ = run(LIMITS["telegram"], [(0.0, str(number), False) for number in range(101)])
    assert sent[-1][0] == pytest.approx(100 / 20)


def test_a_chat_that_must_wait_keeps_nobody_else_waiting() -> None:
    pacer = Pacer(LIMITS["telegram"])
    assert pacer.reserve(0.0, "-100", is_group=True, priority=False) == 0
    assert pacer.reserve(1.0, "-100", is_group=True, priority=False) == pytest.approx(2.0)
    assert pacer.reserve(1.0, "7", is_group=False, priority=False) == 0


def test_without_limits_everything_leaves_at_once() -> None:
    sent, _ = run(UNLIMITED, [(0.0, "same", False)] * 50)
    assert [moment for moment, _, _ in sent] == [0.0] * 50


def test_idle_chats_are_forgotten_and_busy_ones_are_not() -> None:
    pacer = Pacer(LaneLimits(per_chat=Limit(1, 1.0)))
    busy = []
    for number in range(5000):
        now = number / 1000
        pacer.reserve(now, f"chat {number}", is_group=False, priority=True)
        if pacer.reserve(now, "busy", is_group=False, priority=True) == 0:
            busy.append(now)
    assert pacer.remembered < 1600
    assert busy == [0.0, 1.0, 2.0, 3.0, 4.0]


def lane_pace(clock: FakeClock, limits: LaneLimits = LIMITS["telegram"]) -> LanePace:
    return LanePace(limits, lambda: clock().timestamp(), clock.sleep)


async def test_a_slot_waits_for_its_chat_and_knows_a_group(clock: FakeClock) -> None:
    pace, began = lane_pace(clock), clock()
    for chat, seconds in (("7", 0.0), ("7", 1.0), ("-100", 1.05), ("-100", 4.05)):
        await pace.slot(chat)
        assert (clock() - began).total_seconds() == pytest.approx(seconds, abs=0.01)


async def test_a_held_lane_waits_whole_replies_too(clock: FakeClock) -> None:
    pace, began = lane_pace(clock), clock()
    pace.hold(30)
    pace.hold(5)
    assert pace.held_for == pytest.approx(30)
    await pace.slot("7", priority=True)
    assert (clock() - began).total_seconds() == pytest.approx(30, abs=0.01)
    assert pace.held_for == 0


async def test_what_would_wait_too_long_is_told_at_once(clock: FakeClock) -> None:
    pace, began = lane_pace(clock), clock()
    assert await pace.slot_within(2.0, "7") == 0
    assert await pace.slot_within(2.0, "7") == 0
    waited = clock() - began
    assert await pace.slot_within(2.0, "-100") == 0
    assert await pace.slot_within(2.0, "-100") == pytest.approx(3.0, abs=0.1)
    pace.hold(30)
    assert await pace.slot_within(2.0, "8") == pytest.approx(30)
    assert (clock() - began - waited).total_seconds() < 0.1
