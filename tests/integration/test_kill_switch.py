"""One switch that stops everything: in the database, in chat, and in the middle of a batch."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.message import Destination, Message
from campaign_engine.services.kill_switch import KillSwitch
from campaign_engine.services.notifying import ChannelNotifier
from campaign_engine.services.posting import Posting, Ticked
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.bots import Pacing
from tests.support.channels import RecordingChannel
from tests.support.engine import House
from tests.support.sending import STALE, Stage, opened

STOPPING = (Role.ORGANIZER, Role.APPROVER, Role.SAFETY_LEAD, Role.ADMIN)


async def press(stage: Stage, *, on: bool = True) -> None:
    switch = KillSwitch(stage.clock)
    async with stage.store.write() as work:
        await (switch.press(work) if on else switch.lift(work))


async def test_S3_while_it_is_on_nothing_is_claimed(stage: Stage) -> None:
    channel = RecordingChannel()
    await stage.people("1")
    await stage.fire()
    lane = await opened(stage, channel)
    await press(stage)
    assert await lane.drain() == 0
    assert channel.calls == []
    assert await stage.counts() == {"queued": 1}


async def test_S3_in_the_middle_of_a_batch_the_rest_stays_here(stage: Stage) -> None:
    """All eight are claimed; who waits for the account's pace is asked about once more."""
    channel = RecordingChannel()
    await stage.people(*map(str, range(8)))
    await stage.fire()
    lane, slept = await opened(stage, channel), asyncio.Event()
    sleep = stage.clock.sleep

    async def stop_then_sleep(seconds: float) -> None:
        if not slept.is_set():
            slept.set()
            await press(stage)
        await sleep(seconds)

    lane._parts.pace._sleep = stop_then_sleep  # type: ignore[attr-defined]  # the moment between two messages of a batch
    await lane.drain()
    assert len(channel.reached) < 8
    counts = await stage.counts()
    assert counts["retrying"] == 8 - len(channel.reached)
    assert {row.reason for row in await stage.rows() if row.status == "retrying"} == {"stopped"}
    await press(stage, on=False)
    await Posting(stage.store, stage.clock).tick()
    lifted_at = stage.clock()
    await lane.drain()
    assert await stage.counts() == {"sent": 8}
    assert stage.clock() - lifted_at < timedelta(seconds=2), "what was in hand goes on at once too"


async def test_S3_a_lane_that_cannot_read_the_switch_sends_nothing(stage: Stage) -> None:
    channel = RecordingChannel()
    await stage.people("1")
    await stage.fire()
    lane = await opened(stage, channel)

    class Away:
        def __init__(self) -> None:
            self.write, self.scrub = stage.store.write, stage.store.scrub

        def read(self) -> object:
            from campaign_engine.domain.errors import StoreUnavailable

            raise StoreUnavailable("The database is away.")

    lane._leaving._store = Away()  # type: ignore[assignment]  # reading fails, writing does not
    await lane.drain()
    assert channel.calls == []
    assert [(row.status, row.reason) for row in await stage.rows()] == [("retrying", "store_away")]


async def test_S3_S5_when_it_is_lifted_there_is_no_burst(stage: Stage) -> None:
    channel = RecordingChannel()
    await stage.people("1")
    await stage.fire()
    lane, clock = await opened(stage, channel), Posting(stage.store, stage.clock)
    await press(stage)
    stage.clock.advance(timedelta(minutes=20))
    await stage.fire()
    await press(stage, on=False)
    assert await lane.drain() == 0, "until a clock has looked at what waited"
    ticked = await clock.tick()
    assert (ticked.expired, ticked.resumed) == (1, True)
    assert not (await clock.tick()).resumed
    await lane.drain()
    assert [(row.status, row.reason) for row in await stage.rows()] == [("expired", "overtaken"), ("sent", "")]


async def test_S3_S6_what_got_stale_meanwhile_expires(stage: Stage) -> None:
    channel = RecordingChannel()
    await stage.people("1")
    await stage.fire()
    await press(stage)
    clock = Posting(stage.store, stage.clock)
    stage.clock.advance(STALE)
    assert (await clock.tick()).expired == 1
    await press(stage, on=False)
    await clock.tick()
    lane = await opened(stage, channel)
    assert await lane.drain() == 0
    assert await stage.counts() == {"expired": 1}


async def test_S3_while_it_is_on_a_clock_opens_nothing(stage: Stage) -> None:
    await stage.people("1")
    await press(stage)
    clock = Posting(stage.store, stage.clock)
    stage.clock.advance(timedelta(seconds=1))
    assert await clock.tick() == Ticked()
    await press(stage, on=False)
    assert (await clock.tick()).finished == 0


async def test_S3_notices_to_the_team_wait_too(clock: FakeClock) -> None:
    channel, on = RecordingChannel(), [True]

    async def stopped() -> bool:
        return on[0]

    notifier = ChannelNotifier({"telegram": (channel, Pacing())}, stopped)
    await notifier.notify(Destination("telegram", "1"), Message("Something waits.", "en"))
    await notifier.close()
    assert channel.calls == []
    on[0] = False
    await notifier.notify(Destination("telegram", "1"), Message("Something waits.", "en"))
    await notifier.close()
    assert channel.reached == ["1"]


@pytest.mark.parametrize("role", STOPPING)
async def test_S3_R2_any_of_them_stops_everything_by_one_command_and_another_lets_it_go_on(
    house: House, role: Role
) -> None:
    one = await house.staff("river7", role)
    other = await house.staff("cedar9", Role.ORGANIZER, Scope(ScopeKind.PRECINCT, "75"))
    assert "Everything is stopped" in await one.command("freeze")
    assert "stopped already" in await other.command("freeze")
    assert "somebody else" in await one.command("unfreeze")
    assert "goes on now" in await other.command("unfreeze")
    assert "Nothing is stopped" in await other.command("unfreeze")
    logged = [(row.actor, row.action, row.object) for row in await house.rows(tables.audit_entries)]
    assert logged[-2:] == [("river7", "stop", "everything"), ("cedar9", "go on", "everything")]


async def test_S3_who_pressed_and_came_back_after_deleting_themselves_does_not_lift_it_alone(house: House) -> None:
    one = await house.staff("river7", Role.ORGANIZER)
    other = await house.staff("cedar9", Role.ORGANIZER)
    await one.command("freeze")
    await one.command("delete")
    await one.tap("Yes, delete it")
    assert (await one.known()).contact_id is None
    await one.start(f"r_{await house.invite(Role.ORGANIZER)}")
    await one.say("willow2")
    assert "somebody else" in await one.command("unfreeze")
    assert "goes on now" in await other.command("unfreeze")
    (switch,) = await house.rows(tables.kill_switch)
    assert switch.presser_mark is None
    await other.command("freeze")
    assert "goes on now" in await one.command("unfreeze")


async def test_S3_the_button_asks_once(house: House) -> None:
    one = await house.staff("river7", Role.ORGANIZER)
    await one.command("menu")
    assert "Stop every message" in await one.tap("Safety", "Stop all messages")
    await one.tap("No")
    async with house.store.read() as work:
        assert await work.kill_switch.state() is None
    await one.command("menu")
    assert "Everything is stopped" in await one.tap("Safety", "Stop all messages", "Yes")


@pytest.mark.parametrize("role", [None, Role.ANALYST, Role.AUDITOR])
async def test_S3_nobody_else_can_press_it(house: House, role: Role | None) -> None:
    someone = await house.person("ally").join() if role is None else await house.staff("river7", role)
    for sent in (someone.command("freeze"), someone.press("ks"), someone.press("ks:yes"), someone.press("ks:on")):
        await sent
    async with house.store.read() as work:
        assert await work.kill_switch.state() is None


async def test_S3_people_are_answered_while_it_is_on(house: House) -> None:
    one = await house.staff("river7", Role.ADMIN)
    await one.command("freeze")
    ally = house.person("ally")
    assert await ally.start()


async def test_S3_two_who_press_at_once_are_one_stop(store: SqlStore, clock: FakeClock) -> None:
    async def pressed() -> bool:
        async with store.write() as work:
            return await work.kill_switch.press(None, clock())

    assert sorted(await asyncio.gather(*(pressed() for _ in range(4)))) == [False, False, False, True]
