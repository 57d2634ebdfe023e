"""How messages flow through one lane: none waits for the slowest, none leaves on old knowledge, none is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from campaign_engine.domain.breaker import FIRST_PAUSE, OPENS_AFTER
from campaign_engine.domain.delivery import REMEMBERED_FOR, Receipt, SendError
from campaign_engine.domain.message import Destination, Message
from campaign_engine.domain.pacing import AT_ONCE, UNLIMITED
from campaign_engine.rendering import Renderer
from campaign_engine.services.delivering import DEAD_AFTER, Lane, LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.leaving import FRESH_SECONDS, LOOKS, SLOW_SECONDS
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore, SqlUnitOfWork
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.sending import FailingStore, Stage, lane_of, opened
from tests.support.waiting import eventually

NOT_THERE = SendError("not_connected", retryable=True)
NO_ANSWER = SendError("no_answer", flags=frozenset({"ambiguous"}))


async def has_sent(stage: Stage, count: int) -> bool:
    return (await stage.counts()).get("sent") == count


async def test_one_that_is_slow_stalls_nobody(stage: Stage) -> None:
    class OneIsSlow(RecordingChannel):
        async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
            self.gate = slow if to.address == "0" else None
            return await super().send(message, to, key)

    slow, channel = asyncio.Event(), OneIsSlow()
    await stage.people(*map(str, range(30)))
    await stage.fire()
    lane = await opened(stage, channel)
    draining = asyncio.create_task(lane.drain())
    await eventually(lambda: has_sent(stage, 29))
    assert await stage.counts() == {"sent": 29, "sending": 1}
    slow.set()
    assert await draining == 30
    assert await stage.counts() == {"sent": 30}


async def test_what_another_process_took_over_does_not_leave_here_when_this_one_thaws(stage: Stage) -> None:
    """It stood still between its claim and the leaving; the row says that it may have left, and so it stays."""
    channel = RecordingChannel()
    await stage.people(*map(str, range(5)))
    await stage.fire()
    lane, claimed = await opened(stage, channel), asyncio.Event()
    sleep = stage.clock.sleep

    async def freeze(seconds: float) -> None:
        if channel.calls and not claimed.is_set():
            claimed.set()
            stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
            assert await lane_of(stage, RecordingChannel()).take()
        await sleep(seconds)

    lane._parts.pace._sleep = freeze  # type: ignore[attr-defined]  # the moment between two messages of a claim
    await lane.drain()
    assert claimed.is_set()
    left, counts = len(channel.calls), await stage.counts()
    assert left < 5
    recorded = counts.pop("sent", 0)
    assert recorded <= left, "on a slow machine the first one is recorded before"
    assert counts == {"unconfirmed": 5 - recorded}


async def test_S3_nothing_leaves_on_what_was_read_too_long_ago(stage: Stage) -> None:
    """The process stands still between the last look and the leaving: everything is read again."""

    class StandsStill(RecordingChannel):
        async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
            if not self.calls:
                stage.clock.advance(timedelta(seconds=FRESH_SECONDS * 2))
            return await super().send(message, to, key)

    class Counted(FailingStore):
        reads = 0

        @asynccontextmanager
        async def read(self, *, shared: bool = False, in_transaction: bool = False) -> AsyncIterator[SqlUnitOfWork]:
            Counted.reads += 1
            async with super().read(shared=shared, in_transaction=in_transaction) as work:
                yield work

    channel, pace = StandsStill(), LanePace(UNLIMITED, lambda: stage.clock().timestamp(), stage.clock.sleep)
    await stage.people(*map(str, range(20)))
    await stage.fire()
    lane = Lane(LaneParts(Counted(stage.store), channel, Renderer(), pace, stage.clock, str, "https://ours.example"))
    assert await lane.take()
    await lane.drain()
    assert Counted.reads == 2, "once for all that were claimed, once more for those that had not left yet"
    assert await stage.counts() == {"sent": 20}
    assert len({call.key for call in channel.calls}) == 20


async def test_S3_what_waited_while_the_platform_was_slow_is_looked_at_again(stage: Stage) -> None:
    """It has as many under way as there may be at once, and meanwhile everything is stopped."""
    channel, waiting = RecordingChannel(gate=asyncio.Event()), 10
    pace = LanePace(UNLIMITED, lambda: stage.clock().timestamp(), stage.clock.sleep)
    await stage.people(*map(str, range(AT_ONCE + waiting)))
    await stage.fire()
    lane = Lane(LaneParts(stage.store, channel, Renderer(), pace, stage.clock, str, "https://ours.example"))
    assert await lane.take()
    draining = asyncio.create_task(lane.drain())
    await channel.until_under_way(AT_ONCE)
    stage.clock.advance(timedelta(seconds=FRESH_SECONDS * 2))
    async with stage.store.write() as work:
        await work.kill_switch.press(None, stage.clock())
    assert channel.gate is not None
    channel.gate.set()
    await draining
    assert channel.most_under_way == AT_ONCE
    assert await stage.counts() == {"sent": AT_ONCE, "retrying": waiting}


@pytest.mark.parametrize("how", ["frozen", "slow"])
async def test_S3_who_stood_still_behind_the_answer_of_the_last_look_looks_again(stage: Stage, how: str) -> None:
    """Frozen there until another process took over, or all the time so slow that nothing is known of now."""

    class StandsStill(FailingStore):
        answers = 0

        @asynccontextmanager
        async def read(self, *, shared: bool = False, in_transaction: bool = False) -> AsyncIterator[SqlUnitOfWork]:
            async with super().read(shared=shared, in_transaction=in_transaction) as work:
                yield work
            self.answers += 1
            if how == "slow":
                stage.clock.advance(timedelta(seconds=SLOW_SECONDS * 2))
            elif self.answers == 1:
                stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
                assert await lane_of(stage, RecordingChannel()).take()

    channel, store = RecordingChannel(), StandsStill(stage.store)
    await stage.people("1", "2", "3")
    await stage.fire()
    lane = lane_of(stage, channel, store, LanePace(UNLIMITED, lambda: stage.clock().timestamp(), stage.clock.sleep))
    assert await lane.take()
    await lane.drain()
    assert channel.calls == []
    assert await stage.counts() == {"unconfirmed" if how == "frozen" else "retrying": 3}
    assert store.answers == (2 if how == "frozen" else LOOKS)


async def test_a_claim_is_on_the_disk_before_anything_of_it_leaves(stage: Stage) -> None:
    """A power cut must not forget that something was about to leave."""
    written = list[bool]()

    class Noted(FailingStore):
        @asynccontextmanager
        async def write(self, **kind: bool) -> AsyncIterator[SqlUnitOfWork]:
            async with super().write(**kind) as work:
                yield work
            written.append(kind.get("durable", False))

    class Looking(RecordingChannel):
        async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
            assert written[-1]
            return await super().send(message, to, key)

    await stage.people("1")
    await stage.fire()
    lane = lane_of(stage, Looking(), Noted(stage.store))
    assert await lane.take()
    written.clear()
    await lane.drain()
    assert await stage.counts() == {"sent": 1}
    assert written[0]


async def test_while_the_platform_is_away_nothing_fails_and_one_message_looks_whether_it_is_back(
    stage: Stage, channel: RecordingChannel, caplog: pytest.LogCaptureFixture
) -> None:
    names = [str(number) for number in range(20)]
    await stage.people(*names)
    await stage.fire()
    channel.answers = {name: [NOT_THERE] * 40 for name in names}
    lane = await opened(stage, channel)
    await lane.drain()
    assert lane.is_away
    tried = len(channel.calls)
    assert OPENS_AFTER <= tried <= OPENS_AFTER + 2, "what was claimed beside them is given back"
    async with stage.store.read() as work:
        (state,) = await work.lanes.states()
    assert state.away_since is not None
    await lane.drain()
    assert len(channel.calls) == tried
    stage.clock.advance(timedelta(seconds=FIRST_PAUSE))
    await lane.drain()
    assert len(channel.calls) == tried + 1, "one looks"
    assert not {"failed", "sending", "unconfirmed"} & {*await stage.counts()}
    channel.answers = {}
    for _ in range(12):
        stage.clock.advance(timedelta(seconds=15))
        await lane.take()
        await lane.drain()
    assert await stage.counts() == {"sent": 20}
    assert not lane.is_away
    assert "telegram: the platform is away" in caplog.text
    assert "telegram: the platform is back" in caplog.text
    async with stage.store.read() as work:
        assert [state.away_since for state in await work.lanes.states()] == [None]


async def test_what_a_dead_process_said_of_its_platform_is_not_believed_for_ever(
    stage: Stage, channel: RecordingChannel
) -> None:
    await (await opened(stage, channel)).release()
    async with stage.store.write() as work:
        await work.lanes.set_away("telegram", stage.clock())
    await (await opened(stage, channel)).drain()
    async with stage.store.read() as work:
        assert [state.away_since for state in await work.lanes.states()] == [None]


async def discord(store: SqlStore, clock: FakeClock) -> Stage:
    stage = Stage(store, clock)
    await stage.campaign(channel="discord", approved_before=timedelta(hours=1))
    for number in range(3):
        await stage.room(str(500 + number), channel="discord")
    assert await stage.fire() == 3
    return stage


async def test_discord_gets_what_a_dead_process_had_under_way_again_with_the_same_nonce(
    store: SqlStore, clock: FakeClock
) -> None:
    stage = await discord(store, clock)
    channel = RecordingChannel(name="discord", gate=asyncio.Event())
    dead = await opened(stage, channel)
    dying = asyncio.create_task(dead.drain())
    await channel.until_under_way(3)
    stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
    again = RecordingChannel(name="discord")
    taker = await opened(stage, again)
    assert await stage.counts() == {"sending": 3}, "adopted, and not unconfirmed"
    assert await taker.drain() == 3
    assert sorted(call.key for call in again.calls) == sorted(call.key for call in channel.calls)
    assert await stage.counts() == {"sent": 3}
    assert channel.gate is not None
    channel.gate.set()
    await dying
    assert await stage.counts() == {"sent": 3}
    assert [row.attempts for row in await stage.rows()] == [1, 1, 1]


@pytest.mark.parametrize("why", ["late", "set back", "stopped", "refused"])
async def test_what_cannot_be_repeated_is_unconfirmed_and_never_sent_again(
    store: SqlStore, clock: FakeClock, why: str
) -> None:
    """Two minutes are over or nobody knows, the kill switch is on, or the platform says no: it may have left before."""
    stage = await discord(store, clock)
    channel = RecordingChannel(name="discord", gate=asyncio.Event())
    dead = await opened(stage, channel)
    dying = asyncio.create_task(dead.drain())
    await channel.until_under_way(3)
    stage.clock.advance(REMEMBERED_FOR["discord"] if why == "late" else DEAD_AFTER + timedelta(seconds=1))
    if why == "set back":
        async with store.database.write() as connection:
            await connection.execute(tables.lanes.update().values(heartbeat_at=None))
        stage.clock.advance(-timedelta(minutes=1))
    if why == "stopped":
        async with store.write() as work:
            await work.kill_switch.press(None, clock())
    again = RecordingChannel(name="discord")
    again.answers = {str(500 + number): [SendError("refused")] for number in range(3)} if why == "refused" else {}
    taker = await opened(stage, again)
    await taker.drain()
    assert len(again.calls) == (3 if why == "refused" else 0)
    assert await stage.counts() == {"unconfirmed": 3}
    assert channel.gate is not None
    channel.gate.set()
    await dying
    assert await stage.counts() == {"unconfirmed": 3}


async def test_discord_is_asked_again_at_once_where_no_answer_came(store: SqlStore, clock: FakeClock) -> None:
    stage = await discord(store, clock)
    channel = RecordingChannel(name="discord", answers={"500": [NO_ANSWER], "501": [NO_ANSWER] * 9})
    await (await opened(stage, channel)).drain()
    assert await stage.counts() == {"sent": 2, "unconfirmed": 1}
    assert [channel.reached.count(room) for room in ("500", "501", "502")] == [2, 3, 1]
    assert len({call.key for call in channel.calls}) == 3


async def test_S7_a_group_gets_twenty_a_minute_and_no_less_where_more_wait(stage: Stage) -> None:
    class Timed(RecordingChannel):
        async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
            moments.append(stage.clock().timestamp())
            return await super().send(message, to, key)

    moments: list[float] = []
    await stage.room("-100")
    for _ in range(41):
        await stage.fire()
    lane = await opened(stage, Timed())
    while (await stage.counts()).get("sent", 0) < 41:
        await lane.take()
        await lane.drain()
        stage.clock.advance(timedelta(seconds=lane._idle_seconds()))
    spread = [moments[number + 20] - moments[number] for number in range(21)]
    assert min(spread) >= 60
    assert max(spread) <= 60 / 0.99
    assert {row.attempts for row in await stage.rows()} == {1}, "given back without a try"


async def test_what_was_taken_over_and_then_stood_too_long_is_not_repeated(store: SqlStore, clock: FakeClock) -> None:
    stage = await discord(store, clock)
    channel = RecordingChannel(name="discord", gate=asyncio.Event())
    dying = asyncio.create_task((await opened(stage, channel)).drain())
    await channel.until_under_way(3)
    stage.clock.advance(DEAD_AFTER + timedelta(seconds=1))
    again = RecordingChannel(name="discord")
    taker = await opened(stage, again)
    stage.clock.advance(REMEMBERED_FOR["discord"])
    await taker.drain()
    assert again.calls == []
    assert await stage.counts() == {"unconfirmed": 3}
    assert channel.gate is not None
    channel.gate.set()
    await dying


@pytest.mark.parametrize("why", ["stopped", "taken over", "held", "late"])
async def test_S3_what_may_not_leave_any_more_is_not_repeated(store: SqlStore, clock: FakeClock, why: str) -> None:
    """While the first try is on its way everything is stopped, another process takes the lane, the account has to
    wait, or two minutes pass.
    """
    stage = await discord(store, clock)

    class Fated(RecordingChannel):
        async def send(self, message: Message, to: Destination, key: str = "") -> Receipt:
            if to.address == "500":
                await befall()
            return await super().send(message, to, key)

    async def befall() -> None:
        stage.clock.advance(timedelta(seconds=5))
        match why:
            case "stopped":
                async with store.write() as work:
                    await work.kill_switch.press(None, clock())
            case "taken over":
                async with store.write() as work:
                    await work.lanes.release("discord", 1)
                taken.append(await lane_of(stage, RecordingChannel(name="discord")).take())
            case "held":
                lane._parts.pace.hold(60)
            case _:
                stage.clock.advance(REMEMBERED_FOR["discord"] - timedelta(seconds=8))
                lane._parts.pace.hold(4)

    channel, taken = Fated(name="discord", answers={"500": [NO_ANSWER]}), list[bool]()
    lane = await opened(stage, channel)
    await lane.drain()
    assert channel.reached.count("500") == 1
    assert taken == ([True] if why == "taken over" else [])
    assert (await stage.counts()).get("unconfirmed", 0) == (0 if taken else 1)
