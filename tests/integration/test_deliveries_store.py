"""What lanes claim and how it ended, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import AddressStatus, Scope, ScopeKind, Topic
from campaign_engine.domain.delivery import DELIVERY_TRANSITIONS, Decision, DeliveryStatus
from campaign_engine.domain.errors import ForbiddenTransition
from campaign_engine.domain.message import Destination
from campaign_engine.domain.planner import CANCEL_WINDOW
from campaign_engine.ports.sending import Claimed, Outcome
from campaign_engine.ports.stopping import Run
from campaign_engine.store import recording, tables
from campaign_engine.store.database import async_url
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.planned import LANE, PRECINCT, House, claim, decide, record, take, unconfirmed

_S = DeliveryStatus


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts()
    return house


async def test_a_claim_brings_all_that_a_lane_must_know(house: House) -> None:
    plan = await house.queue("700123")
    (one,) = await claim(house, await take(house))
    assert one == Claimed(
        id=one.id,
        occurrence_id=one.occurrence_id,
        post_id=plan.post_id,
        version=1,
        campaign_id=plan.campaign_id,
        campaign_title="Winter",
        kind=CampaignKind.PLEDGE,
        campaign_status=CampaignStatus.RUNNING,
        content=plan.content,
        to=Destination(LANE, "700123"),
        language="en",
        precinct=PRECINCT,
        attempts=1,
        stale_at=house.clock() + timedelta(hours=3),
        approved=True,
        address_id=house.addresses["700123"],
        approved_at=house.clock() - CANCEL_WINDOW,
    )


async def test_a_room_is_claimed_with_its_area_and_needs_no_consent(house: House) -> None:
    await house.room("-100", ScopeKind.BOROUGH, "Brooklyn")
    await house.queue()
    (one,) = await claim(house, await take(house))
    assert (one.to, one.to.is_room, one.precinct) == (Destination(LANE, "-100", is_room=True), True, None)
    assert (one.scope, one.consented, one.reachable) == (Scope(ScopeKind.BOROUGH, "Brooklyn"), True, True)


async def test_C6_C7_what_people_said_since_the_freeze_is_in_the_claim(house: House) -> None:
    await house.queue("same", "no consent", "stop", "blocked", "deleted", "paused")
    room = await house.room("-100")
    other = await house.queue()
    until = house.clock() + timedelta(days=2)
    async with house.store.write() as work:
        await work.contacts.answer_topic(house.people["no consent"], Topic.AREA_UPDATES, False, house.clock())
        await work.contacts.opt_out(Destination(LANE, "stop"), house.people["stop"], house.clock())
        await work.contacts.set_status(house.addresses["blocked"], AddressStatus.UNREACHABLE)
        await work.contacts.delete(Destination(LANE, "deleted"), house.people["deleted"], house.clock())
        await work.contacts.change(house.people["paused"], {"paused_until": until})
        await work.rooms.unlink(room)
    claimed = [one for one in await claim(house, await take(house)) if one.post_id != other.post_id]
    found = {one.to.address: (one.consented, one.opted_out, one.reachable, one.paused_until) for one in claimed}
    assert found == {
        "same": (True, False, True, None),
        "no consent": (False, False, True, None),
        "stop": (False, True, False, None),
        "blocked": (True, False, False, None),
        "": (False, False, False, None),
        "paused": (True, False, True, until),
    }
    assert len(claimed) == len(found)


async def test_an_unlinked_room_is_claimed_as_unreachable(house: House) -> None:
    room = await house.room("-100")
    await house.queue()
    async with house.store.write() as work:
        await work.rooms.unlink(room)
    (one,) = await claim(house, await take(house))
    assert (one.reachable, one.to.address, one.room_id) == (False, "", room)


@pytest.mark.parametrize("edit", ["version", "status", "content", "unapproved"])
async def test_S1_only_what_was_approved_is_claimed_as_approved(house: House, edit: str) -> None:
    plan = await house.queue("1")
    changes: dict[str, sa.Update] = {
        "version": tables.posts.update().values(version=2),
        "status": tables.posts.update().values(status="submitted"),
        "content": tables.post_versions.update().values(content=plan.content.as_json() | {"texts": {"en": "No"}}),
        "unapproved": tables.post_versions.update().values(approved_at=None),
    }
    async with house.store.database.write() as connection:
        await connection.execute(changes[edit])
    (one,) = await claim(house, await take(house))
    assert not one.approved


async def test_the_oldest_are_claimed_first_and_each_once(house: House) -> None:
    await house.queue(*"123")
    house.clock.advance(timedelta(minutes=1))
    await house.queue(*"45")
    epoch = await take(house)
    first, second = [await claim(house, epoch, limit) for limit in (2, 100)]
    # The second campaign goes to all five, but nobody has two on their way at once.
    assert len({one.campaign_id for one in first}) == 2, "one of each campaign"
    assert first[0].campaign_id < first[1].campaign_id, "the oldest first"
    assert sorted(one.to.address for one in (*first, *second)) == list("12345")
    assert await claim(house, epoch) == ()
    assert await house.counts() == {"sending": 5, "queued": 3}
    await record(house, epoch, *(Outcome(one.id, DeliveryStatus.FAILED) for one in (*first, *second)))
    assert sorted(one.to.address for one in await claim(house, epoch)) == list("123")


async def test_only_running_campaigns_on_this_lane_are_claimed(house: House) -> None:
    plan = await house.queue("1")
    epoch = await take(house)
    await house.set_campaign(plan, CampaignStatus.PAUSED)
    assert await claim(house, epoch) == ()
    async with house.store.write() as work:
        assert await work.deliveries.open_count(LANE) == 0
    await house.set_campaign(plan, CampaignStatus.RUNNING)
    async with house.store.write() as work:
        other = await work.lanes.take("web", "one", house.clock(), house.clock())
        assert other is not None
        assert await work.deliveries.claim("web", other, 100, house.clock()) == ()
        assert [await work.deliveries.open_count(lane) for lane in (LANE, "web")] == [1, 0]
    assert len(await claim(house, epoch)) == 1


async def test_a_lane_that_lost_its_lease_claims_nothing(house: House) -> None:
    await house.queue("1")
    old = await take(house)
    new = await take(house, "two")
    assert await claim(house, old) == ()
    assert await claim(house, 99) == ()
    assert len(await claim(house, new)) == 1


async def test_a_retry_is_claimed_when_its_time_has_come(house: House) -> None:
    await house.queue("1", "2")
    epoch = await take(house)
    first, second = await claim(house, epoch)
    again_at = house.clock() + timedelta(seconds=10)
    outcomes = [
        Outcome(first.id, _S.RETRYING, "busy", next_attempt_at=again_at),
        Outcome(second.id, _S.RETRYING, "lane_busy", next_attempt_at=again_at, tried=False),
    ]
    assert await record(house, epoch, *outcomes) == 2
    house.clock.advance(timedelta(seconds=9))
    assert await claim(house, epoch) == ()
    house.clock.advance(timedelta(seconds=1))
    assert [one.attempts for one in await claim(house, epoch)] == [2, 1]


async def test_record_writes_what_became_of_each(house: House) -> None:
    await house.queue(*"123")
    epoch = await take(house)
    one, two, three = await claim(house, epoch)
    recorded = await record(
        house,
        epoch,
        Outcome(one.id, _S.SENT, platform_id="m1"),
        Outcome(two.id, _S.FAILED, "too_long"),
        Outcome(three.id, _S.SUPPRESSED, "paused", tried=False),
    )
    rows = await house.rows(tables.deliveries)
    assert recorded == 3
    assert [(row.status, row.reason, row.platform_id, row.attempts) for row in rows] == [
        ("sent", "", "m1", 1),
        ("failed", "too_long", "", 1),
        ("suppressed", "paused", "", 0),
    ]
    assert await record(house, epoch) == 0


async def test_nothing_leaves_sending_but_by_a_step_of_the_table(house: House) -> None:
    await house.queue("1")
    epoch = await take(house)
    (one,) = await claim(house, epoch)
    for status in set(DeliveryStatus) - DELIVERY_TRANSITIONS[_S.SENDING]:
        with pytest.raises(ForbiddenTransition):
            await record(house, epoch, Outcome(one.id, status))
    assert await house.counts() == {"sending": 1}


async def test_only_rows_that_are_sending_under_this_epoch_are_recorded(house: House) -> None:
    await house.queue("1", "2", "3")
    old = await take(house)
    first, second, _third = await claim(house, old)
    assert await record(house, old, Outcome(first.id, _S.SENT)) == 1
    new = await take(house, "two")
    assert await unconfirmed(house, new) == 2
    late = Outcome(second.id, _S.SENT, "late", gone=True, moved_to="elsewhere")
    assert await record(house, old, late, Outcome(first.id, _S.FAILED)) == 0
    assert await record(house, new, late, Outcome(first.id, _S.FAILED)) == 0
    assert await house.statuses() == [("sent", ""), ("unconfirmed", "interrupted"), ("unconfirmed", "interrupted")]
    addresses = await house.rows(tables.addresses)
    assert {row.status for row in addresses} == {"active"}
    assert house.store.database.cipher.decrypt(LANE, addresses[1].address_cipher) == "2"


async def test_a_take_over_leaves_its_own_and_other_lanes_alone(house: House) -> None:
    await house.queue("1")
    epoch = await take(house)
    await claim(house, epoch)
    assert await unconfirmed(house, epoch) == 0
    async with house.store.write() as work:
        assert await work.deliveries.unconfirmed("web", 9, house.clock()) == 0
    assert await house.counts() == {"sending": 1}


async def test_who_is_gone_becomes_unreachable_and_an_opt_out_stays_one(house: House) -> None:
    room = await house.room("-100")
    await house.queue("blocked", "stopped", "fine")
    epoch = await take(house)
    claimed = await claim(house, epoch)
    async with house.store.write() as work:
        await work.contacts.opt_out(Destination(LANE, "stopped"), house.people["stopped"], house.clock())
    gone = [Outcome(one.id, _S.FAILED, "blocked", gone=one.to.address != "fine") for one in claimed]
    assert await record(house, epoch, *gone) == 4
    assert [row.status for row in await house.rows(tables.addresses)] == ["unreachable", "opted_out", "active"]
    async with house.store.write() as work:
        assert await work.rooms.linked() == ()
    await house.queue()
    assert [one.to.address for one in await claim(house, epoch)] == ["fine"]
    assert await house.room("-100") == room
    async with house.store.read() as work:
        assert [one.id for one in await work.rooms.linked()] == [room]


async def test_a_chat_that_moved_has_its_new_address(house: House) -> None:
    room = await house.room("-100")
    await house.queue("old")
    epoch = await take(house)
    claimed = await claim(house, epoch)
    moved = [Outcome(one.id, _S.SENT, moved_to=f"{one.to.address} new") for one in claimed]
    assert await record(house, epoch, *moved) == 2
    await house.queue()
    assert sorted(one.to.address for one in await claim(house, epoch)) == ["-100 new", "old new"]
    async with house.store.read() as work:
        found = await work.rooms.by_address(LANE, "-100 new")
        assert found is not None
        assert found.id == room
        assert (await work.dialogues.look(Destination(LANE, "old new"), house.clock())).person.contact_id is not None


async def test_where_the_new_address_is_known_already_the_old_one_is_given_up(house: House) -> None:
    await house.room("-1")
    await house.room("-2")
    await house.queue("1", "2")
    epoch = await take(house)
    new = {"1": "2", "-1": "-2"}
    outcomes = [Outcome(one.id, _S.SENT, moved_to=new.get(one.to.address, "")) for one in await claim(house, epoch)]
    assert await record(house, epoch, *outcomes) == 4
    assert [row.status for row in await house.rows(tables.addresses)] == ["unreachable", "active"]
    async with house.store.read() as work:
        assert [room.title for room in await work.rooms.linked()] == ["-2"]


async def test_S6_one_that_was_to_be_sent_again_expires_when_it_gets_too_late(house: House) -> None:
    plan = await house.queue("1")
    epoch = await take(house)
    (one,) = await claim(house, epoch)
    await record(house, epoch, Outcome(one.id, _S.UNCONFIRMED))
    assert await decide(house, plan.post_id, Decision.RESEND) == 1
    house.clock.advance(timedelta(hours=3))
    async with house.store.write() as work:
        assert await work.occurrences.expire(house.clock()) == 1
    assert await house.statuses() == [("expired", "stale")]


async def test_what_ended_is_looked_up_by_its_id_however_much_is_on_its_way(sqlite_url: str) -> None:
    """Else a batch would cost the square of its length."""
    engine = create_async_engine(async_url(sqlite_url))
    plan = []
    async with engine.connect() as connection:
        for statement in recording.SETUP:
            await connection.exec_driver_sql(statement)
        for statement in (*recording.FACTS, recording.UPDATE):
            given = {"lane": "", "epoch": 1, "now": ""}
            plan += [row[-1] for row in await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    assert plan.count("SEARCH d USING INTEGER PRIMARY KEY (rowid=?)") == 2, plan
    assert {one for one in plan if one.startswith("SCAN")} <= {"SCAN e", "SCAN r", "SCAN f", "SCAN temp.ended_flags"}
    await engine.dispose()


async def test_a_refusal_in_unknown_words_counts_when_the_next_message_meets_it_again(house: House) -> None:
    await house.room("-100")
    plan, epoch = await house.queue("1", "2"), await take(house)

    async def met(one: str, two: str, room: str) -> list[tuple[str, str]]:
        said = {"1": one, "2": two, "-100": room}
        claimed = await claim(house, epoch)
        assert len(claimed) == 3
        ends = [(each, said[each.to.address]) for each in claimed]
        outcomes = [Outcome(each.id, _S.FAILED if reason else _S.SENT, reason) for each, reason in ends]
        assert await record(house, epoch, *outcomes) == 3
        house.clock.advance(timedelta(hours=20))
        found = [("1", house.addresses["1"]), ("2", house.addresses["2"])]
        states = {row.id: row.status for row in await house.rows(tables.addresses)}
        (room_row,) = await house.rows(tables.rooms)
        return [*((name, states[number]) for name, number in found), ("-100", str(room_row.active))]

    async def again() -> None:
        await house.open(plan)
        await house.freeze()

    fine = [("1", "active"), ("2", "active"), ("-100", "True")]
    assert await met("forbidden", "forbidden", "forbidden") == fine
    await again()
    assert await met("", "refused", "") == fine
    await again()
    assert await met("forbidden", "forbidden", "forbidden") == fine, "something else came in between"
    await again()
    assert await met("forbidden", "", "forbidden") == [("1", "unreachable"), ("2", "active"), ("-100", "False")]


async def test_failures_in_a_row_are_counted_for_each_lane_and_over_all_of_them(house: House) -> None:
    plan = await house.plan()

    async def met(lane: str, failed: int, last: int | None = None, version: int = 1) -> int:
        async with house.store.write() as work:
            return await work.stopped_posts.count(lane, Run(plan.post_id, version, failed, last))

    assert [await met("telegram", 2), await met("discord", 1), await met("discord", 2)] == [2, 3, 5]
    assert await met("discord", 1, 0) == 6, "the run that ends now counts as well"
    assert [await met("telegram", 1), await met("discord", 0, 2), await met("discord", 1)] == [3, 2, 3]
    assert await met("telegram", 1, version=2) == 1
    async with house.store.write() as work:
        await work.stopped_posts.retry(plan.campaign_id)
    assert await met("discord", 1) == 1
