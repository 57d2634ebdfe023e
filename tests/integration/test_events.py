"""An event that is off: who is told, when, and how often, over the real store and a lane, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine import rendering
from campaign_engine.domain.campaign import CampaignKind, CampaignStatus
from campaign_engine.domain.contact import Person, Role, Scope, ScopeKind, Topic
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.errors import Conflict, ForbiddenTransition, NotAllowed
from campaign_engine.domain.message import Destination, Reply
from campaign_engine.ports.holding import Actor
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.channels import RecordingChannel
from tests.support.engine import text_approvals
from tests.support.events import drain, events, pledge, staff, told_event
from tests.support.planned import House, Planned

NIGHT = timedelta(hours=11)
"""From 4 pm to 3 am."""


@pytest.fixture
def house(store: SqlStore, clock: FakeClock) -> House:
    return House(store, clock)


@pytest.fixture
async def event(house: House) -> Planned:
    return await told_event(house)


async def cancel(house: House, plan: Planned, person: Person, *, sure: bool = True) -> Reply:
    async with house.store.write() as work:
        (reply,) = (await events(house).cancel(work, person, plan.campaign_id, sure=sure)).replies
    return reply


async def test_S9_those_signed_up_are_told_at_once_at_three_in_the_night(house: House, event: Planned) -> None:
    """Whoever was sent the event's post, or pledged to it, and gets event news; by one person, with the fixed text."""
    for name, topic in (("pledged", Topic.EVENT_NEWS), ("never told", Topic.EVENT_NEWS), ("no news", None)):
        await house.ally(name, topic=topic, language="es")
    await pledge(house, "pledged", event)
    await pledge(house, "no news", event)
    house.clock.advance(NIGHT)
    assert (await cancel(house, event, await staff(house))).template == "hold.event_cancelled"
    channel = RecordingChannel()
    assert await drain(house, channel) == 2
    said = {call.to.address: call.message.text for call in channel.calls}
    assert set(said) == {"told", "pledged"}
    assert said["told"].startswith("Change of plans: “Winter” will not happen.")
    assert said["pledged"].startswith("Cambio de planes: “Winter” no se hará.")


async def test_S9_it_goes_out_once_however_often_it_is_pressed(house: House, event: Planned) -> None:
    ana, ben = await staff(house), await staff(house, "ben2", Role.APPROVER)
    assert (await cancel(house, event, ana)).template == "hold.event_cancelled"
    channel = RecordingChannel()
    assert await drain(house, channel) == 1
    again = await cancel(house, event, ben)
    assert (again.template, again.values["handle"]) == ("hold.event_told", "ana7")
    for _ in range(3):
        await Posting(house.store, house.clock).tick()
        house.clock.advance(timedelta(minutes=5))
    assert await drain(house, channel) == 0
    assert len(await house.rows(tables.posts)) == 2


async def test_S9_two_who_cancel_at_once_tell_once(house: House, event: Planned) -> None:
    people = [await staff(house), await staff(house, "ben2", Role.SAFETY_LEAD)]
    done = await asyncio.gather(*(cancel(house, event, one) for one in people), return_exceptions=True)
    cancelled = [one for one in done if isinstance(one, Reply) and one.template == "hold.event_cancelled"]
    refused = [one for one in done if isinstance(one, Conflict) or getattr(one, "template", "") == "hold.event_told"]
    assert (len(cancelled), len(refused)) == (1, 1)
    assert await drain(house, RecordingChannel()) == 1


@pytest.mark.parametrize("how", ["stop", "no more event news", "blocked"])
async def test_S9_C7_who_does_not_want_it_is_not_told_not_even_at_the_last_moment(
    house: House, event: Planned, how: str
) -> None:
    await house.ally("later", topic=Topic.EVENT_NEWS)
    await pledge(house, "later", event)

    async def refuse(name: str) -> None:
        async with house.store.write() as work:
            if how == "stop":
                await work.contacts.opt_out(Destination("telegram", name), house.people[name], house.clock())
            elif how == "no more event news":
                await work.contacts.answer_topic(house.people[name], Topic.EVENT_NEWS, False, house.clock())
            else:
                from campaign_engine.domain.contact import AddressStatus

                await work.contacts.set_status(house.addresses[name], AddressStatus.UNREACHABLE)

    await refuse("told")
    await cancel(house, event, await staff(house))
    await refuse("later")
    channel = RecordingChannel()
    await drain(house, channel)
    assert channel.reached == []


async def test_S9_a_break_or_the_silence_after_a_help_card_keeps_nobody_from_learning_it(
    house: House, event: Planned
) -> None:
    """One begins before it is told, the other between the telling and the sending (safety H3, ADR 13)."""
    await house.ally("later", topic=Topic.EVENT_NEWS)
    await pledge(house, "later", event)
    until = house.clock() + timedelta(hours=72)

    async def rest(name: str) -> None:
        async with house.store.write() as work:
            await work.contacts.change(house.people[name], {"paused_until": until})

    await rest("told")
    await cancel(house, event, await staff(house))
    await rest("later")
    channel = RecordingChannel()
    await drain(house, channel)
    assert sorted(channel.reached) == ["later", "told"]


async def test_S1_S9_what_ships_is_told_at_night_though_nobody_approved_it(house: House, event: Planned) -> None:
    assert not await house.rows(tables.text_approvals)
    house.clock.advance(NIGHT)
    await cancel(house, event, await staff(house))
    channel = RecordingChannel()
    assert await drain(house, channel) == 1


async def test_S1_S9_a_text_that_was_changed_here_waits_for_approval_and_nothing_is_half_done(
    house: House, event: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_shipped", dict)
    for sure in (False, True):
        with pytest.raises(NotAllowed) as refused:
            await cancel(house, event, await staff(house), sure=sure)
        assert refused.value.code == "text_waits"
    async with house.store.write() as work:
        assert (await work.campaigns.get(event.campaign_id)).status is CampaignStatus.RUNNING
        version = text_approvals(house.clock).versions["event_cancelled"]
        await work.text_approvals.approve(version.keys, None, "oak3", house.clock())
    assert (await cancel(house, event, await staff(house))).template == "hold.event_cancelled"


async def test_S9_neither_approval_nor_caps_nor_a_hold_delay_it(house: House, event: Planned) -> None:
    """Three messages were sent today already, and the precinct is held."""
    for _ in range(3):
        plan = await house.plan(status=CampaignStatus.RUNNING, kind=CampaignKind.PRESENCE)
        await house.open(plan)
        await house.freeze()
    async with house.store.database.write() as connection:
        await connection.execute(tables.deliveries.update().values(status="sent"))
    ana = await staff(house)
    async with house.store.write() as work:
        await work.holds.hold(75, Actor(ana.contact_id or 0, ana.handle), house.clock())
    await cancel(house, event, ana)
    await Posting(house.store, house.clock).tick()
    channel = RecordingChannel()
    assert await drain(house, channel) == 1
    assert channel.reached == ["told"]


async def test_S9_what_was_still_planned_of_the_event_does_not_go_out(house: House, event: Planned) -> None:
    await house.ally("new", topic=Topic.EVENT_NEWS)
    await house.open(event, house.clock().replace(tzinfo=None) + timedelta(minutes=1))
    await house.freeze()
    await cancel(house, event, await staff(house))
    await Posting(house.store, house.clock).tick()
    channel = RecordingChannel()
    await drain(house, channel)
    assert channel.reached == ["told"]
    assert (await house.counts())["cancelled"] == 2
    async with house.store.read() as work:
        assert (await work.campaigns.get(event.campaign_id)).status is CampaignStatus.CANCELLED


@pytest.mark.parametrize("status", [CampaignStatus.FINISHED, CampaignStatus.CANCELLED, CampaignStatus.PAUSED])
async def test_S9_an_event_whose_posts_are_over_can_still_be_cancelled(
    house: House, event: Planned, status: CampaignStatus
) -> None:
    await house.set_campaign(event, status)
    await cancel(house, event, await staff(house))
    channel = RecordingChannel()
    assert await drain(house, channel) == 1


async def test_S9_a_broken_line_is_tried_again_at_night(house: House, event: Planned) -> None:
    house.clock.advance(NIGHT)
    await cancel(house, event, await staff(house))
    channel = RecordingChannel(answers={"told": [SendError("away", retryable=True)]})
    assert await drain(house, channel) == 1
    house.clock.advance(timedelta(minutes=1))
    assert await drain(house, channel) == 1
    assert (await house.statuses())[-1] == ("sent", "")


async def test_S9_after_a_day_it_is_not_told_any_more(house: House, event: Planned) -> None:
    await cancel(house, event, await staff(house))
    house.clock.advance(timedelta(days=1))
    channel = RecordingChannel()
    await drain(house, channel)
    assert channel.reached == []


async def test_S9_S3_it_is_told_while_everything_else_is_stopped_and_lifting_loses_none(
    house: House, event: Planned
) -> None:
    ben = await staff(house)
    async with house.store.write() as work:
        await work.kill_switch.press(None, house.clock())
    await cancel(house, event, ben)
    async with house.store.write() as work:
        await work.kill_switch.lift(house.clock())
        assert await work.kill_switch.settle(house.clock()) == 0
        await work.kill_switch.press(None, house.clock())
    channel = RecordingChannel()
    await drain(house, channel)
    assert channel.reached == ["told"]


async def test_S9_it_asks_once_and_changes_nothing_before(house: House, event: Planned) -> None:
    asked = await cancel(house, event, await staff(house), sure=False)
    assert asked.template == "hold.event_sure"
    assert [option.data for row in asked.options for option in row] == [
        f"ev:{event.campaign_id}:yes",
        f"st:{event.campaign_id}",
    ]
    assert not await house.rows(tables.event_notices)


async def test_S9_only_an_event_somebody_was_told_about_by_somebody_of_its_area(house: House, event: Planned) -> None:
    ana = await staff(house)
    other = await house.plan(status=CampaignStatus.RUNNING)
    draft = await house.plan(kind=CampaignKind.PRESENCE, status=CampaignStatus.DRAFT)
    for plan in (other, draft):
        with pytest.raises(ForbiddenTransition):
            await cancel(house, plan, ana)
    with pytest.raises(NotAllowed):
        await cancel(house, event, await staff(house, "dee4", scope=Scope(ScopeKind.BOROUGH, "Queens")))
    with pytest.raises(NotAllowed):
        await cancel(house, event, await staff(house, "eve5", Role.ANALYST))
    assert not await house.rows(tables.event_notices)
    assert await house.counts() == {"sent": 1}
