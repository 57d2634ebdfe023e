"""Ten minutes in which an approval can be taken back, and what a resumed campaign may send."""

from datetime import timedelta

import pytest

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.integration.test_conversation_staff import submitted
from tests.support import FakeClock
from tests.support.bots import running_post
from tests.support.engine import House


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.furnish()
    return house


async def planned(house: House) -> None:
    """Approved just now; the test goes on with the one who approved it."""
    await running_post(house)
    async with house.store.database.write() as connection:
        await connection.execute(tables.campaigns.update().values(status=CampaignStatus.SCHEDULED))


async def test_S3_who_approved_sees_until_when_it_can_be_taken_back_and_does_it_by_one_tap(house: House) -> None:
    await running_post(house)
    approver = house.person("address of reader1", "web")
    async with house.store.database.write() as connection:
        await connection.execute(tables.campaigns.update().values(status=CampaignStatus.SUBMITTED))
        await connection.execute(tables.posts.update().values(status="submitted"))
    house.clock.advance(timedelta(days=7, minutes=-5))
    await approver.command("menu")
    said = await approver.tap("Waiting for you", "Approve")
    assert "goes out on Tuesday, December 1, 4:00 PM. Nothing of it leaves before 4:05 PM" in said
    assert "Cancelled" in await approver.tap("Cancel it")


async def test_S3_a_post_of_another_day_is_not_said_to_leave_later_than_its_time(house: House) -> None:
    _, approver = await submitted(house)
    await approver.press("o:waiting")
    said = await approver.tap("Approve")
    assert "goes out on" in said
    assert "leaves before" not in said
    assert "you can still cancel it" in said


async def test_S3_its_author_can_take_it_back_too(house: House) -> None:
    await planned(house)
    author = house.person("address of planner1", "web")
    await author.press("st:1")
    assert "Cancelled" in await author.tap("Cancel it")


async def test_S5_a_resumed_campaign_waits_for_a_clock_to_look_at_what_waited(house: House) -> None:
    await running_post(house)
    author = house.person("address of planner1", "web")
    await author.press("st:1")
    await author.tap("Pause", "Go on")
    assert len(await house.rows(tables.backlogs)) == 1
    await Posting(house.store, house.clock).tick()
    assert await house.rows(tables.backlogs) == []
