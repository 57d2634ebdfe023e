"""How campaigns stand, for whoever plans or approves them, on both databases."""

from datetime import timedelta

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import draft, move_on, running, submitted
from tests.integration.test_sharing import SUNDAY, ran
from tests.support.engine import House


async def messages(house: House, **counts: int) -> None:
    """Rows of deliveries of the first occurrence."""
    await ran(house, SUNDAY)
    row = {
        "occurrence_id": 1, "lane": "telegram", "is_room": False, "language": "en", "reason": "", "attempts": 0,
        "epoch": 0, "platform_id": "", "priority": 3, "updated_at": house.clock(),
    }  # fmt: skip
    rows = [{**row, "status": status} for status, count in counts.items() for _ in range(count)]
    async with house.store.database.write() as connection:
        await connection.execute(tables.deliveries.insert(), rows)


async def test_the_board_says_state_next_and_whom_it_waits_for(house: House) -> None:
    organizer, approver = await submitted(house)
    text = await organizer.press("o:status")
    assert "“Winter pledge”: waiting for approval\nWaits for maple2" in text
    await approver.press("o:waiting")
    await approver.tap("Approve")
    text = await organizer.press("o:status")
    assert "“Winter pledge”: scheduled\nNext: Thursday" in text
    assert "Waits" not in text
    assert "⚠" not in text


async def test_problems_come_first_and_say_what_to_do(house: House) -> None:
    organizer, approver = await running(house)
    await draft(organizer)
    await organizer.say("ignored")
    await organizer.press("su:2")
    await approver.press("o:waiting")
    await approver.tap("Approve")
    async with house.store.write() as work:
        await work.campaigns.set_status(await work.campaigns.get(1), CampaignStatus.PAUSED, house.clock())
    text = await organizer.press("o:status")
    assert text.index("⚠ “Winter pledge”: paused") < text.index("scheduled")
    assert "until somebody lets it go on" in text
    assert next(iter(organizer.buttons.values())) == "st:1"


async def test_a_long_wait_is_a_problem(house: House) -> None:
    organizer, _ = await submitted(house)
    house.clock.advance(timedelta(hours=25))
    assert "It has waited for more than a day." in await organizer.press("o:status")


async def test_K3_messages_are_rounded_and_what_is_unconfirmed_is_said(house: House) -> None:
    organizer, _ = await running(house)
    await move_on(house, CampaignStatus.RUNNING)
    sent, left, failed, unsure = (
        DeliveryStatus.SENT, DeliveryStatus.QUEUED, DeliveryStatus.FAILED, DeliveryStatus.UNCONFIRMED,
    )  # fmt: skip
    await messages(house, **{sent.value: 57, left.value: 19, failed.value: 3, unsure.value: 1})
    line = "Messages: about 50 sent, under 20 to go, under 20 failed, some unconfirmed"
    text = await organizer.press("o:status")
    assert line in text
    assert "may or may not have arrived" in text
    assert "Many messages failed" not in text
    card = await organizer.press("st:1")
    assert line in card
    assert "Post 1: approved, next" in card


async def test_an_empty_board_says_what_will_be_there(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    text = await organizer.press("o:status")
    assert "no campaign in your area yet" in text
    assert any("campaign" in label.lower() for label in organizer.buttons)


async def test_I1_an_area_is_held_from_the_card_of_a_campaign(house: House) -> None:
    _, approver = await running(house)
    await approver.press("st:1")
    assert "Which precinct" in await approver.tap("Hold its area")
    await approver.tap("75")
    await approver.tap("Hold")
    assert "⚠" in await approver.press("o:status")
    assert "on hold" in approver.text


async def test_a_site_host_sees_no_board(house: House) -> None:
    await running(house)
    analyst = await house.staff("pine8", Role.ANALYST)
    assert "Winter pledge" not in await analyst.press("o:status")
