"""Whatever is asked in whatever order: never more than the limits, and replies get through."""

import asyncio
import heapq
import itertools
import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_engine.domain.pacing import LIMITS, UNLIMITED, LaneLimits, Limit, Pacer, width
from campaign_engine.services.lane_pace import LanePace
from tests.support import FakeClock

TINY = 1e-9
"""Seconds that adding floats may be wrong by."""

MADE_UP = 0.1
"""Share of a second's broadcasts that may follow closer together after something was late."""

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
        made_up = int(limits.broadcasts.count * MADE_UP) + 1
        assert most_within(broadcasts, limits.broadcasts.seconds) <= limits.broadcasts.count + made_up
    for chat in {chat for _, chat, _ in sent}:
        limit = limits.per_group if limits.is_group(chat) else limits.per_chat
        if limit is not None:
            assert most_within([moment for moment, name, _ in sent if name == chat], limit.seconds) <= limit.count


def run(limits: LaneLimits, wanted: list[tuple[float, str, bool]]) -> tuple[Sent, dict[int, float]]:
    return run_on(Pacer(limits), 0.0, wanted)


def run_on(pacer: Pacer, start: float, wanted: list[tuple[float, str, bool]]) -> tuple[Sent, dict[int, float]]:
    """Everybody asks, and asks again when told to; what left, and how long each waited."""
    sent: Sent = []
    waited: dict[int, float] = {}
    wanted = [(start + moment, chat, reply) for moment, chat, reply in wanted]
    turns = [(moment, number) for number, (moment, _, _) in enumerate(wanted)]
    heapq.heapify(turns)
    while turns:
        now, number = heapq.heappop(turns)
        began, chat, reply = wanted[number]
        wait = pacer.reserve(now, chat, priority=reply)
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
    assert max(waited[400 + number] for number in range(40)) <= 3 * limits.overall.interval + TINY


def test_a_broadcast_goes_at_the_overall_rate_less_five() -> None:
    sent, _ = run(LIMITS["telegram"], [(0.0, str(number), False) for number in range(101)])
    assert sent[-1][0] == pytest.approx((100 - 20 * MADE_UP) / 20)


def test_S7_a_sender_that_is_always_late_loses_no_pace_and_never_passes_the_limit() -> None:
    """Timers, commits and looks at the database take 3 to 90 ms each; at 25 a second of 30 the rate stays whole."""
    limits, dice = LaneLimits(Limit(30, 1.0)), random.Random(1)
    pacer, now = Pacer(limits), 0.0
    sent: list[float] = []
    while len(sent) < 15_000:
        if (wait := pacer.reserve(now, "any", priority=False)) > 0:
            now += wait + dice.choice([0.003, 0.003, 0.003, 0.09])
        else:
            sent.append(now)
    assert most_within(sent, 1.0) <= 30
    assert (len(sent) - 1) / (sent[-1] - sent[0]) >= 0.99 * 25


def travelled(delays: list[tuple[float, float]], count: int) -> list[float]:
    """When the platform met each message of a lane that uses all of 30 a second; `delays` are the ways there and back
    beyond the shortest, of 1 ms each.
    """
    pacer, now = Pacer(LaneLimits(Limit(30, 1.0), kept=0)), 0.0
    met: list[float] = []
    answers: list[tuple[float, str]] = []
    while len(met) < count:
        wait = pacer.reserve(now, str(len(met)), priority=False)
        if answers and (wait > 0 and answers[0][0] <= now + wait):
            now, chat = heapq.heappop(answers)
            pacer.answered(now, chat)
        elif wait > 0:
            now += wait
        else:
            there, back = delays[len(met) % len(delays)]
            heapq.heappush(answers, (now + 0.002 + there + back, str(len(met))))
            met.append(now + 0.001 + there)
    return sorted(met)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 0.024), st.floats(0, 0.024)), min_size=40, max_size=70))
def test_S7_however_long_a_message_and_its_answer_travel_the_platform_never_meets_too_many(
    delays: list[tuple[float, float]],
) -> None:
    assert most_within(travelled([(0.0, 0.0), *delays], 400), 1.0) <= 30


def test_a_quick_platform_costs_a_lane_less_than_half_a_percent_of_its_pace() -> None:
    dice = random.Random(2)
    met = travelled([(dice.random() / 1000, dice.random() / 1000) for _ in range(97)], 9_000)
    assert (len(met) - 1) / (met[-1] - met[0]) >= 0.995 * 30


def test_after_a_429_the_rate_is_halved_and_comes_back_within_minutes() -> None:
    pacer = Pacer(LaneLimits(Limit(30, 1.0)))
    rates = [pacer.rate(0.0)]
    pacer.slowdown.drop(0.0, until=40.0)
    rates += [pacer.rate(moment) for moment in (1.0, 40.0, 70.0, 100.0, 1000.0)]
    assert rates == [25, 12.5, 12.5, 18.75, 25, 25]
    for moment in range(20):
        pacer.slowdown.drop(2000.0 + moment, until=2000.0 + moment)
    assert pacer.rate(2020.0) == pytest.approx(2.5, rel=0.1), "never less than a tenth"
    slow, _ = run_on(pacer, 2020.0, [(0.0, str(number), False) for number in range(20)])
    assert 5 < slow[-1][0] - 2020.0 < 9


@pytest.mark.parametrize(
    ("rate", "seconds", "wide"),
    [(25, 0.05, 4), (25, 0.1, 6), (20, 0.2, 8), (1000, 0.1, 152), (1000, 5.0, 256), (2, 0.01, 3), (None, 9.0, 256)],
)
def test_as_many_are_on_their_way_as_the_round_trip_asks_for(rate: float | None, seconds: float, wide: int) -> None:
    assert width(rate, seconds) == wide
    assert rate is None or wide == 256 or wide >= rate * seconds


def test_a_chat_that_must_wait_keeps_nobody_else_waiting() -> None:
    pacer = Pacer(LIMITS["telegram"])
    assert [pacer.reserve(0.1 * number, "-100", priority=False) for number in range(3)] == [0, 0, 0]
    assert pacer.reserve(1.0, "-100", priority=False) == pytest.approx(2.0)
    assert pacer.reserve(1.0, "7", priority=False) == 0


def test_without_limits_everything_leaves_at_once() -> None:
    sent, _ = run(UNLIMITED, [(0.0, "same", False)] * 50)
    assert [moment for moment, _, _ in sent] == [0.0] * 50


def test_idle_chats_are_forgotten_and_busy_ones_are_not() -> None:
    pacer = Pacer(LaneLimits(per_chat=Limit(1, 1.0)))
    busy = []
    for number in range(5000):
        now = number / 1000
        pacer.reserve(now, f"chat {number}", priority=True)
        if pacer.reserve(now, "busy", priority=True) == 0:
            busy.append(now)
    assert pacer.remembered < 1600
    assert busy == pytest.approx([0.0, 1.01, 2.02, 3.03, 4.04], abs=0.01)


def lane_pace(clock: FakeClock, limits: LaneLimits = LIMITS["telegram"]) -> LanePace:
    return LanePace(limits, lambda: clock().timestamp(), clock.sleep)


async def test_a_slot_waits_for_its_chat_and_knows_a_group(clock: FakeClock) -> None:
    pace, began = lane_pace(clock), clock()
    for chat, seconds in (("7", 0.0), ("7", 1.01), *[("-100", 1.01)] * 3, ("-100", 4.01)):
        await pace.slot(chat)
        assert (clock() - began).total_seconds() == pytest.approx(seconds, abs=0.1)


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
    assert await pace.until_free(2.0) == 0
    assert pace.take("7") == 0
    assert pace.take("7") == pytest.approx(1.01), "its own chat keeps it waiting"
    assert pace.account_wait <= 0
    pace.hold(30)
    assert await pace.until_free(2.0) == pytest.approx(30)
    assert pace.take("8") == pytest.approx(30)
    assert (clock() - began).total_seconds() < 0.1
    assert await pace.until_free(31) == 0
    assert (clock() - began).total_seconds() == pytest.approx(30, abs=0.1)


async def test_replies_go_before_a_broadcast_that_waits_too(clock: FakeClock) -> None:
    pace = lane_pace(clock, LaneLimits(Limit(10, 1.0), kept=1))
    for number in range(2):
        await pace.slot(f"ally {number}")
    asking = asyncio.create_task(pace.slot("asker", priority=True))
    await asyncio.sleep(0)
    before = clock()
    assert pace.account_wait > 0
    await asking
    assert (clock() - before).total_seconds() <= 0.1
    assert pace.take("ally 9") > 0


async def test_a_broadcast_leaves_its_place_to_a_reply_that_has_yet_to_wake_up(clock: FakeClock) -> None:
    woken = asyncio.Event()

    async def sleep(_: float) -> None:
        await woken.wait()

    pace = LanePace(LIMITS["telegram"], lambda: clock().timestamp(), sleep)
    assert [pace.take(f"ally {number}") for number in range(3)] == [0, 0, 0]
    asking = asyncio.create_task(pace.slot("asker", priority=True))
    await asyncio.sleep(0)
    clock.advance(timedelta(seconds=5))
    assert pace.take("another ally") > 0
    woken.set()
    await asking
    clock.advance(timedelta(seconds=5))
    assert pace.take("another ally") == 0


async def test_many_who_wait_are_served_in_their_order_and_nobody_wakes_in_vain(clock: FakeClock) -> None:
    """A thousand people press Start: each message costs a few wake-ups, not one of everybody who waits."""
    slept, served = [], list[int]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await clock.sleep(seconds)

    pace = LanePace(LIMITS["telegram"], lambda: clock().timestamp(), sleep)

    async def ask(number: int) -> None:
        await pace.slot(f"ally {number}", priority=True)
        pace.answered(f"ally {number}")
        served.append(number)

    began = clock()
    await asyncio.gather(*(ask(number) for number in range(400)))
    assert served == sorted(served)
    assert len(slept) < 3 * 400
    assert (clock() - began).total_seconds() == pytest.approx(400 / 25, rel=0.03)


async def test_who_gives_up_keeps_nobody_waiting(clock: FakeClock) -> None:
    pace = lane_pace(clock)
    pace.hold(5)
    waiting = [asyncio.create_task(pace.slot(str(number), priority=True)) for number in range(4)]
    await asyncio.sleep(0)
    for one in waiting[:3]:
        one.cancel()
    await waiting[3]
    assert all(one.cancelled() for one in waiting[:3])
    assert pace.account_wait < 1
