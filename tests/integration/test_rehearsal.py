"""A campaign played through: whom it would reach, and why not the others, by the planner that sends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import Topic
from campaign_engine.domain.message import Destination
from campaign_engine.domain.rounding import LOOKS_A_DAY
from campaign_engine.domain.schedule import to_utc
from campaign_engine.domain.school_calendar import SchoolCalendar
from campaign_engine.domain.windows import SendingHours
from campaign_engine.ports.holding import Actor
from campaign_engine.rendering import Renderer
from campaign_engine.services import rehearsing
from campaign_engine.services.rehearsing import rehearse
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House as Home
from tests.support.planned import House, Planned, wall

HOURS = SendingHours(SchoolCalendar())
TOMORROW = wall("2026-11-25T16:00")


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts()
    return house


async def played(house: House, plan: Planned) -> list[dict[str, Any]]:
    async with house.store.read() as work:
        campaign = replace(await work.campaigns.get(plan.campaign_id), precincts=(75,))
        reply = await rehearse(work, campaign, house.clock(), HOURS)
    firings = reply.values["firings"]
    assert isinstance(firings, list)
    return firings


async def crowd(house: House, number: int, prefix: str, **how: object) -> None:
    for one in range(number):
        await house.ally(f"{prefix}{one}", **how)  # type: ignore[arg-type]  # changes of contacts by name


async def test_K3_people_are_rounded_and_rooms_are_not(house: House) -> None:
    await crowd(house, 37, "a")
    await house.room("-100")
    await crowd(house, 21, "p", paused_until=house.clock() + timedelta(days=30))
    await crowd(house, 3, "n", topic=None)
    (firing,) = await played(house, await house.plan(TOMORROW))
    assert firing["wall"] == TOMORROW
    assert firing["channels"] == [
        {
            "channel": "telegram",
            "people": 30,
            "rooms": 1,
            "last": wall("2026-11-25T16:05"),
            "hours": [{"hour": TOMORROW, "people": 30, "bar": 12}],
        }
    ]
    assert firing["kept"] == [{"reason": "no_consent", "people": None}, {"reason": "paused", "people": 20}]


async def test_S5_what_leaves_first_counts_against_what_comes_later(house: House) -> None:
    await crowd(house, 20, "a")
    plan = await house.plan(TOMORROW, weekdays=(2, 3, 4), until=wall("2026-12-02T00:00").date())
    firings = await played(house, plan)
    reached = [firing["channels"][0]["people"] for firing in firings]
    assert reached == [20, 20, None, 20], "Wednesday, Thursday, not Friday, Wednesday"
    assert firings[2]["kept"] == [{"reason": "capped", "people": 20}]


async def test_S5_what_others_send_first_counts_against_ours(house: House) -> None:
    """Three campaigns in one week: by Friday most people have had two messages, whoever wrote them."""
    await crowd(house, 20, "a")
    await crowd(house, 30, "b")
    async with house.store.write() as work:
        for number in range(20):
            await work.contacts.answer_topic(house.people[f"a{number}"], Topic.EVENT_NEWS, True, house.clock())
    queued, next_one = await house.plan(status=CampaignStatus.RUNNING), await house.plan(TOMORROW)
    (firing,) = await played(house, await house.plan(wall("2026-11-26T16:00"), status=CampaignStatus.DRAFT))
    assert firing["kept"] == [{"reason": "capped", "people": 50}], "what waits in the queue counts too"
    for one in (queued, next_one):
        await house.set_campaign(one, CampaignStatus.CANCELLED)
    await house.plan(TOMORROW, kind=CampaignKind.PRESENCE, status=CampaignStatus.RUNNING)
    for day, status in ((26, CampaignStatus.SCHEDULED), (26, CampaignStatus.PAUSED), (27, CampaignStatus.SUBMITTED)):
        await house.plan(wall(f"2026-11-{day}T16:00"), status=status)
    (firing,) = await played(house, await house.plan(wall("2026-11-27T16:00")))
    assert firing["channels"][0]["people"] == 30, "who takes part in events had two"
    assert firing["kept"] == [{"reason": "capped", "people": 20}]
    async with house.store.write() as work:
        await work.holds.hold(75, Actor(house.people["a0"], "river7"), house.clock())
    (firing,) = await played(house, await house.plan(wall("2026-12-02T16:00"), kind=CampaignKind.AWARENESS))
    assert firing["channels"][0]["people"] == 50, "what is held reaches nobody before"


async def test_what_the_rehearsal_says_is_what_the_sender_does(house: House) -> None:
    """Everybody has one reason; whoever has none gets the post."""
    await crowd(house, 25, "a")
    now = house.clock()
    async with house.store.write() as work:
        for number in range(4):
            await work.contacts.opt_out(Destination("telegram", f"a{number}"), house.people[f"a{number}"], now)
    plan = await house.plan(TOMORROW)
    (firing,) = await played(house, plan)
    assert firing["channels"][0]["people"] == 20
    assert firing["kept"] == [{"reason": "opted_out", "people": None}]
    house.clock.now = now + timedelta(days=1)
    await house.open(plan)
    assert (await house.freeze()).people == 21


async def test_T10_sign_ups_that_do_not_count_are_in_no_rehearsal(house: House) -> None:
    await crowd(house, 23, "a")
    await crowd(house, 30, "fake")
    async with house.store.database.write() as connection:
        for number in range(30):
            fake = {"contact_id": house.people[f"fake{number}"], "hour": house.clock(), "counts": False}
            await connection.execute(tables.recent_signups.insert().values(fake))
    (firing,) = await played(house, await house.plan(TOMORROW))
    assert firing["channels"][0]["people"] == 20


async def test_S3_a_post_that_is_approved_late_is_said_to_leave_later(house: House) -> None:
    soon = wall("2026-11-24T16:05")
    plan = await house.plan(soon, status=CampaignStatus.SUBMITTED)
    async with house.store.read() as work:
        campaign = await work.campaigns.get(plan.campaign_id)
    waiting = tuple(replace(post, status="submitted") for post in campaign.posts)  # type: ignore[arg-type]  # equal text
    async with house.store.read() as work:
        reply = await rehearse(work, replace(campaign, posts=waiting, precincts=(75,)), house.clock(), HOURS)
    firings = reply.values["firings"]
    assert isinstance(firings, list)
    assert [firing["leaves"] for firing in firings] == [wall("2026-11-24T16:10")]


async def test_S3_while_everything_is_stopped_nobody_would_get_it(house: House) -> None:
    await crowd(house, 20, "a")
    async with house.store.write() as work:
        await work.kill_switch.press(None, house.clock())
    (firing,) = await played(house, await house.plan(TOMORROW))
    assert firing["kept"] == [{"reason": "stopped", "people": 20}]


async def test_S4_I1_what_hours_and_a_hold_keep_back_until_it_is_too_late_goes_to_nobody(house: House) -> None:
    await crowd(house, 20, "a")
    early = await house.plan(wall("2026-11-25T10:00"), kind=CampaignKind.MEMORIAL)
    (firing,) = await played(house, early)
    assert firing["kept"] == [{"reason": "window", "people": 20}], "a school day begins at three, it is good until one"
    plan = await house.plan(TOMORROW)
    async with house.store.write() as work:
        await work.holds.hold(75, Actor(house.people["a0"], "river7"), house.clock())
    (firing,) = await played(house, plan)
    assert firing["kept"] == [{"reason": "hold", "people": 20}]
    (firing,) = await played(house, await house.plan(wall("2026-11-27T15:00"), stale=180))
    assert firing["channels"][0]["people"] == 20, "the hold ends an hour later, and it is still in time"


async def test_it_says_how_long_the_platform_takes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaign_engine.store.rehearsals.PAGE", 7)
    await crowd(house, 50, "a")
    for number in range(3):
        await house.room(f"-{number}")
    (firing,) = await played(house, await house.plan(TOMORROW, kind=CampaignKind.PLEDGE))
    channels: Any = firing["channels"]
    channel = channels[0]
    assert (channel["people"], channel["rooms"], channel["last"]) == (50, 3, wall("2026-11-25T16:05"))


async def test_K3_in_chat_it_is_one_tap_and_twenty_looks_a_day(store: SqlStore, clock: FakeClock) -> None:
    from tests.support.bots import running_post

    home = Home(store, clock)
    await home.furnish()
    await running_post(home)
    clock.advance(timedelta(days=1))  # handing it in was a look too
    planner = home.person("address of planner1", "web")
    await planner.press("st:1")
    for _ in range(LOOKS_A_DAY):
        said = await planner.press("rh:1")
        assert "Rehearsal of “Winter pledge”" in said
        assert "under 20 people" in said
    assert "tomorrow" in await planner.press("rh:1")


async def test_C4_a_topic_is_what_the_kind_of_campaign_asks_for(house: House) -> None:
    await crowd(house, 22, "a")
    await crowd(house, 20, "c", topic=Topic.CHECK_INS)
    (firing,) = await played(house, await house.plan(TOMORROW, kind=CampaignKind.AFTERMATH))
    assert firing["channels"][0]["people"] == 20
    assert firing["kept"] == [{"reason": "no_consent", "people": 20}]


async def test_F12_what_others_send_then_is_counted_and_clashes_are_named(house: House) -> None:
    await crowd(house, 30, "a")
    queued = await house.plan(status=CampaignStatus.RUNNING)
    await house.open(queued)
    await house.freeze()
    await house.precincts(73)
    await crowd(house, 30, "b", precinct=73, topic=Topic.EVENT_NEWS)
    plan = await house.plan(TOMORROW)
    other = await house.plan(TOMORROW, kind=CampaignKind.PRESENCE, targets=(73, 75))
    await house.set_campaign(other, CampaignStatus.RUNNING)
    told: list[tuple[int, int]] = []
    async with house.store.write() as work:
        await work.lanes.hold("telegram", to_utc(wall("2026-11-25T16:30")))
    async with house.store.read() as work:
        campaign = replace(await work.campaigns.get(plan.campaign_id), precincts=(75,))
        known = await rehearsing.grounds(work, (campaign,), house.clock())
        rehearsal = await rehearsing.played(work, campaign, HOURS, known)
        card = await rehearse(work, campaign, house.clock(), HOURS, lambda *far: told.append(far))
    theirs = rehearsal.others["telegram"]
    assert sorted(one.messages for one in theirs.arrivals) == [30, 30], "the queue, and the other post"
    firings: Any = card.values["firings"]
    assert firings[0]["channels"][0]["last"] == wall("2026-11-25T16:35"), "the account is held until half past four"
    assert told[-1] == (60, 60)
    said = Renderer().reply(card, "en").text
    assert "“Winter” writes there around the same time" in said
    assert "the last by 4:35 PM" in said
