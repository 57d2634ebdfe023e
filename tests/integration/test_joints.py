"""Conditional pledges of an area: set up, opened by a second person, joined, ended once, told once (F17)."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.domain.contact import AgeBand, Role, Scope, ScopeKind, Topic
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.joint import JointStatus, NewJoint, Outcome, Start
from campaign_engine.domain.message import Destination
from campaign_engine.ports.holding import Actor
from campaign_engine.services.retention import Retention
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.engine import House, Phone
from tests.support.planned import House as Crowd
from tests.support.sending import Stage, opened

DAY = timedelta(days=1)


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.furnish()
    return house


async def planned(organizer: Phone, goal: str = "20", fewer: str = "We start anyway") -> None:
    """By taps alone: the first day that is offered, a meet-up."""
    await organizer.command("menu")
    await organizer.press("o:new")
    await organizer.tap("We start when", "New: we start when", "Brooklyn", "East New York", goal)
    await organizer.press(next(data for data in organizer.buttons.values() if data.startswith("jp:n:75:")))
    await organizer.tap("A weekly meet-up", fewer, "Hand it in")


async def running(house: House, goal: str = "20", fewer: str = "We start anyway") -> tuple[Phone, Phone]:
    organizer, approver = await house.staff("ana7", Role.ORGANIZER), await house.staff("oak3", Role.APPROVER)
    await planned(organizer, goal, fewer)
    await approver.command("menu")
    await approver.tap("Waiting for you")
    await approver.tap("Precinct 75")
    await approver.tap("Open it")
    return organizer, approver


async def crowd(house: House, count: int, joint_id: int = 1, topic: Topic | None = Topic.AREA_UPDATES) -> Crowd:
    made = Crowd(house.store, house.clock)
    for number in range(count):
        contact_id = await made.ally(f"a{number}", topic=topic)
        async with house.store.write() as work:
            assert await work.joints.join(joint_id, contact_id, house.clock().date())
    return made


async def send_all(house: House, channel: RecordingChannel) -> list[str]:
    house.clock.advance(timedelta(minutes=11))
    lane = await opened(Stage(house.store, house.clock), channel)
    while await lane.drain():
        house.clock.advance(timedelta(seconds=2))
    await lane.release()
    return [call.message.text for call in channel.calls]


async def test_F17_an_organizer_sets_it_up_by_taps_and_a_second_person_opens_it(house: House) -> None:
    organizer, approver = await running(house)
    assert "It is open. So far: not enough yet to show." in approver.text
    (row,) = await house.rows(tables.joints)
    assert (row.precinct, row.goal, row.status, row.start, row.anyway) == (75, 20, "open", "meetup", True)
    assert any("waits for you to read it" in message.text for _, message in house.notes.told)
    await organizer.press("jp:1")
    assert "Allies there will read" in organizer.text
    await organizer.tap("With fewer: not this time")
    assert "With fewer: not this time." in organizer.text
    await organizer.press("jp:go:1")
    assert "With fewer: we start anyway." in organizer.text


async def test_S1_nobody_opens_their_own_nor_without_the_role_nor_beyond_their_area(house: House) -> None:
    both = await house.staff("ana7", Role.ORGANIZER)
    await house.grant(await both.contact_id() or 0, "ana7", Role.APPROVER)
    await planned(both)
    assert "You wrote this" in await both.press("jp:ok:1")
    other = await house.staff("elm2", Role.ORGANIZER)
    assert "Only approvers" in await other.press("jp:ok:1")
    far = await house.staff("fir5", Role.APPROVER, Scope(ScopeKind.PRECINCT, "44"))
    await far.press("jp:ok:1")
    ally = await house.person("ally").join()
    await ally.press("jp:ok:1")
    assert [row.status for row in await house.rows(tables.joints)] == [JointStatus.SUBMITTED]
    near = await house.staff("oak3", Role.APPROVER)
    await near.press("jp:no:1")
    assert [row.status for row in await house.rows(tables.joints)] == [JointStatus.DROPPED]


async def test_F17_old_or_made_up_buttons_hand_nothing_in(house: House) -> None:
    organizer = await house.staff("ana7", Role.ORGANIZER)
    for data in (
        "jp:do:75:20:200101:meetup:go", "jp:do:75:19:261218:meetup:go", "jp:do:75:20:991218:meetup:go",
        "jp:do:999:20:261218:meetup:go", "jp:do:75:20:x:meetup:go", "jp:do:75:20:261218:party:go", "jp:do:", "jp:b:99",
        "jp:n:::::", "jp:x:1", "jp:ok:99",
    ):  # fmt: skip
        assert await organizer.press(data), data
    assert await house.rows(tables.joints) == []


async def test_S1_it_waits_until_its_texts_are_approved(store: SqlStore, clock: FakeClock) -> None:
    house = House(store, clock)
    await house.furnish(texts_approved=False)
    organizer = await house.staff("ana7", Role.ORGANIZER)
    await planned(organizer)
    assert "Nobody has approved this version of the text yet" in organizer.text
    assert await house.rows(tables.joints) == []


async def test_F17_an_ally_of_the_area_joins_by_one_tap_and_may_take_it_back(house: House) -> None:
    await running(house)
    ally = await house.person("ally").join()
    await ally.command("area")
    assert "We start when 20 have joined here: a weekly meet-up at one of our sites." in ally.text
    with house.statements() as seen:
        await ally.tap("Count me in")
    assert len(seen) == 3, seen
    assert "When it ends, you get one message." in ally.text
    await ally.command("area")
    assert "You are counted in." in ally.text
    async with house.store.read() as work:
        ((precinct, goal, told, _),) = (await work.contacts.held(Destination("web", "ally"))).joints
    assert (precinct, goal, told) == (75, 20, False)
    assert "we start when 20 have joined" in await ally.command("export")
    await ally.press("jj:1:in")
    assert len(await house.rows(tables.joint_joins)) == 1
    await ally.press("jj:1:out")
    assert await house.rows(tables.joint_joins) == []
    await ally.press("jj:1:in")
    await ally.command("delete")
    await ally.tap("Yes")
    assert await house.rows(tables.joint_joins) == []


async def test_C3_C6_others_see_or_get_nothing_and_who_wants_no_updates_is_told_so(house: House) -> None:
    await running(house)
    quiet = await house.person("quiet").join(updates=False)
    await quiet.press("jj:1:in")
    assert "turn on area updates" in quiet.text
    assert "cs:area_updates:on" in quiet.buttons.values()
    far = house.person("far")
    await far.start()
    for data in ("a:16-17", "b:1", "n:44"):
        await far.press(data)
    assert "can't be joined any more" in await far.press("jj:1:in")
    adult = house.person("adult")
    await adult.start()
    for data in (f"a:{AgeBand.FROM_22}", "b:2", "n:75"):
        await adult.press(data)
    await adult.press("jj:1:in")
    await adult.command("area")
    assert "We start when" not in adult.text
    assert len(await house.rows(tables.joint_joins)) == 1


async def test_K1_K3_what_is_seen_moves_once_a_day_in_tens_from_ten_up(house: House) -> None:
    await running(house, "50")
    ally = await house.person("ally").join()
    await crowd(house, 9)
    await house.joint_words.tick()
    await ally.command("area")
    assert "not enough yet to show" in ally.screen[-1].text
    more = Crowd(house.store, house.clock)
    for number in range(9, 19):
        contact_id = await more.ally(f"a{number}")
        async with house.store.write() as work:
            await work.joints.join(1, contact_id, house.clock().date())
    await house.joint_words.tick()
    await ally.command("area")
    assert "not enough yet to show" in ally.screen[-1].text, "not before tomorrow"
    house.clock.advance(DAY)
    await house.joint_words.tick()
    await ally.command("area")
    assert "So far: 10 of 50" in ally.screen[-1].text
    await ally.press("jj:1:in")
    house.clock.advance(DAY)
    await house.joint_words.tick()
    await ally.command("area")
    assert "So far: 10 of 50" in ally.screen[-1].text, "one more is not seen, though there are 20"


@pytest.mark.parametrize(
    ("fewer", "joined", "said"),
    [
        ("We start anyway", 12, "10 of 20 in Precinct 75. We start anyway."),
        ("Not this time", 12, "10 of 20 in Precinct 75: not this time."),
        ("We start anyway", 4, "Fewer than we hoped in Precinct 75"),
        ("Not this time", 20, "20 of 20 in Precinct 75: we start."),
    ],
)
async def test_F17_at_the_end_exactly_one_message_to_each_who_is_in(
    house: House, channel: RecordingChannel, fewer: str, joined: int, said: str
) -> None:
    await running(house, "20", fewer)
    await crowd(house, joined)
    for _ in range(12):
        await house.joint_words.tick()
        await send_all(house, channel)
        house.clock.advance(DAY)
    texts = [call.message.text for call in channel.calls]
    assert len(texts) == joined
    assert all(text.startswith(said) for text in texts), texts[0]
    assert len(set(channel.reached)) == joined
    assert {call.message.choices[0][0].data for call in channel.calls} == {"ar"}


async def test_F17_whoever_is_in_sees_how_it_ended_with_no_message_too(house: House) -> None:
    organizer, _ = await running(house)
    quiet, other = await house.person("quiet").join(updates=False), await house.person("other").join()
    await quiet.press("jj:1:in")
    await crowd(house, 14)
    house.clock.advance(8 * DAY)
    await house.joint_words.tick()
    await quiet.command("area")
    assert "10 of 20: we start anyway, a weekly meet-up at one of our sites." in quiet.text
    await other.command("area")
    assert "10 of 20" not in other.text
    assert "It is over, 10 of 20: fewer joined, you start anyway." in await organizer.press("jp:1")
    house.clock.advance(31 * DAY)
    await quiet.command("area")
    assert "10 of 20" not in quiet.text


async def test_F17_the_organizer_decides_until_the_end(house: House, channel: RecordingChannel) -> None:
    organizer, _ = await running(house)
    await crowd(house, 12)
    house.clock.advance(6 * DAY)
    await organizer.press("jp:stop:1")
    house.clock.advance(2 * DAY)
    await house.joint_words.tick()
    assert all("not this time" in text for text in await send_all(house, channel))
    await organizer.press("jp:go:1")
    assert [row.outcome for row in await house.rows(tables.joints)] == [Outcome.STOPPED]
    ally = await house.person("late").join()
    assert "can't be joined any more" in await ally.press("jj:1:in")


async def test_F17_two_clocks_end_it_once_and_queue_each_once(house: House) -> None:
    await running(house)
    await crowd(house, 20)
    await asyncio.gather(*(house.joint_words.tick() for _ in range(4)))
    assert len(await house.rows(tables.deliveries)) == 20
    assert len(await house.rows(tables.joint_words)) == 20
    house.clock.advance(DAY)
    await house.joint_words.tick()
    assert len(await house.rows(tables.deliveries)) == 20


async def test_C7_I1_S3_S6_stop_breaks_holds_and_the_kill_switch_are_obeyed_and_late_ones_expire(
    house: House, channel: RecordingChannel
) -> None:
    await running(house)
    people = await crowd(house, 21)
    async with house.store.write() as work:
        await work.contacts.opt_out(Destination("telegram", "a0"), people.people["a0"], house.clock())
        await work.contacts.change(people.people["a1"], {"paused_until": house.clock() + 30 * DAY})
        await work.holds.hold(75, Actor(None, "ana7"), house.clock())  # type: ignore[arg-type]  # nobody's hold
    await house.joint_words.tick()
    assert [row.outcome for row in await house.rows(tables.joints)] == [Outcome.REACHED]
    assert await house.rows(tables.deliveries) == []
    house.clock.advance(4 * DAY)
    async with house.store.write() as work:
        await work.contacts.change(people.people["a2"], {"paused_until": house.clock() + 5 * DAY})
        await work.kill_switch.press(None, house.clock())
    assert await house.joint_words.tick() == 0
    async with house.store.write() as work:
        await work.kill_switch.lift(house.clock())
        await work.kill_switch.settle(house.clock())
    assert await house.joint_words.tick() == 18
    await send_all(house, channel)
    house.clock.advance(6 * DAY)
    assert await house.joint_words.tick() == 0, "a week after its end nobody is told any more"
    assert {"a0", "a1", "a2"}.isdisjoint(channel.reached)


async def test_A5_who_was_in_goes_after_thirty_days_and_the_pledge_after_two_years(house: House) -> None:
    await running(house)
    await crowd(house, 20)
    await house.joint_words.tick()
    await Retention(house.store).run(house.clock() + 29 * DAY)
    assert len(await house.rows(tables.joint_joins)) == 20
    await Retention(house.store).run(house.clock() + 31 * DAY)
    assert await house.rows(tables.joint_joins) == []
    assert await house.rows(tables.joint_words) == []
    assert len(await house.rows(tables.joints)) == 1
    await Retention(house.store).run(house.clock() + 740 * DAY)
    assert await house.rows(tables.joints) == []


async def test_F17_delete_and_taking_back_keep_the_count_honest(house: House) -> None:
    await running(house)
    people = await crowd(house, 20)
    async with house.store.write() as work:
        await work.contacts.delete(Destination("telegram", "a0"), people.people["a0"], house.clock())
        await work.joints.leave(1, people.people["a1"])
        ((_, joined, _),) = await work.joints.open_ones()
    assert joined == 18
    await house.joint_words.tick()
    assert [row.status for row in await house.rows(tables.joints)] == [JointStatus.OPEN]


async def test_F17_in_spanish(house: House) -> None:
    await running(house)
    ally = house.person("luz", language="es")
    await ally.start()
    for data in ("a:16-17", "b:2", "n:75"):
        await ally.press(data)
    await ally.command("area")
    assert "Empezamos cuando se unan 20 aquí: un encuentro cada semana en uno de nuestros lugares." in ally.text
    await ally.tap("Cuenta conmigo")
    assert "Ya cuentas." in ally.text


async def test_a_plan_is_checked_where_it_is_kept(house: House) -> None:
    organizer = await house.staff("ana7", Role.ORGANIZER, Scope(ScopeKind.PRECINCT, "44"))
    day = (house.clock() + 7 * DAY).date()
    NewJoint(75, 20, day, Start.MEETUP, anyway=True).check(house.clock().date())
    with pytest.raises(InvalidInput):
        NewJoint(75, 19, day, Start.MEETUP, anyway=True).check(house.clock().date())
    await organizer.press(f"jp:do:75:20:{day:%y%m%d}:meetup:go")
    assert "beyond your area" in organizer.text
    assert await house.rows(tables.joints) == []
