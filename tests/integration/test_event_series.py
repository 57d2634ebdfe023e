"""Posts around an event: planned in chat by words and by taps; they move with it, and end with it."""

from datetime import timedelta

import pytest

from campaign_engine.domain.campaign import PostStatus
from campaign_engine.domain.contact import Role
from campaign_engine.domain.message import InboundKind
from campaign_engine.domain.schedule import to_utc
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House, Phone
from tests.support.planned import wall


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.furnish()
    return house


async def begun(planner: Phone, kind: str, title: str) -> None:
    """Up to the question of when it goes out."""
    await planner.command("menu")
    await planner.tap("New campaign")
    if kind not in planner.buttons:
        await planner.press("o:another")
    await planner.tap(kind)
    await planner.say(title)
    await planner.say("75")
    await planner.tap("100", "Use the starter text", "Use the starter text", "No picture")


async def handed_in(planner: Phone, lead: Phone) -> None:
    await planner.tap("Everywhere", "No pledge button", "Send for approval")
    await lead.press("o:waiting")
    await lead.tap("Approve")


async def team(house: House) -> tuple[Phone, Phone]:
    return await house.staff("river7", Role.ORGANIZER, channel="web"), await house.staff("oak3", Role.SAFETY_LEAD)


async def planned(house: House) -> tuple[Phone, Phone]:
    """An event on December 5 with a post 3 days before and on the day, and thanks on the day after."""
    planner, lead = await team(house)
    await begun(planner, "Occupy the block", "Evening on Sutter")
    said = await planner.say("3 days before and on the day at 4 pm")
    assert "When is the event itself?" in said
    said = await planner.say("December 5 at 5 pm")
    assert "Wednesday, December 2, 4:00 PM; Saturday, December 5, 4:00 PM" in said
    assert "If it is moved, these move with it" in said
    await handed_in(planner, lead)
    await begun(planner, "Awareness", "Thank you")
    await planner.tap("Around an event", "Evening on Sutter, Saturday, December 5")
    await planner.tap("The day after", "These days", "4:00 PM")
    assert "Sunday, December 6, 4:00 PM" in planner.text
    await handed_in(planner, lead)
    return planner, lead


async def times(house: House) -> dict[int, list[str]]:
    found = {}
    async with house.store.read() as work:
        for campaign_id in (1, 2):
            campaign = await work.campaigns.get(campaign_id)
            (post,) = [one for one in campaign.posts if one.content.schedule.around]
            found[campaign_id] = [f"{one:%m-%d %H}" for one in post.content.schedule.walls()]
    return found


async def fired(house: House) -> list[str]:
    rows = [row for row in await house.rows(tables.occurrences) if row.frozen_people is not None]
    told = {row.post_id for table in (tables.event_changes, tables.event_notices) for row in await house.rows(table)}
    return sorted(f"{row.wall_time:%m-%d %H}" for row in rows if row.post_id not in told)


async def test_F10_what_has_not_fired_moves_with_its_event_and_keeps_its_approval(house: House) -> None:
    planner, lead = await planned(house)
    assert await times(house) == {1: ["12-02 16", "12-05 16"], 2: ["12-06 16"]}
    assert "next Wednesday, December 2, 4:00 PM, then Dec 5, Discord" in await planner.press("st:1")
    posting = Posting(house.store, house.clock, 0)
    house.clock.now = to_utc(wall("2026-12-02T16:00"))
    await posting.tick()
    assert await fired(house) == ["12-02 16"]
    house.clock.advance(timedelta(hours=1))
    said = await lead.press("ec:1:202612121800:ask:yes")
    assert "“Thank you”: Sunday, December 13, 4:00 PM. If its text names the old time" in said
    assert await times(house) == {1: ["12-12 16"], 2: ["12-13 16"]}, "the one of December 2 is not sent twice"
    for day in range(3, 15):
        house.clock.now = to_utc(wall(f"2026-12-{day:02}T16:00"))
        await posting.tick()
    assert await fired(house) == ["12-02 16", "12-12 16", "12-13 16"]
    versions = await house.rows(tables.post_versions)
    assert {(row.author_id, row.approver_id) for row in versions if row.version == 2} == {
        (await planner.contact_id(), await lead.contact_id())
    }


async def test_F10_what_follows_a_cancelled_event_ends_with_it(house: House) -> None:
    planner, lead = await planned(house)
    await begun(planner, "Awareness", "Another word of thanks")
    await planner.say("the day after at 4 pm")
    await planner.tap("Evening on Sutter")
    assert "Sunday, December 6, 4:00 PM" in planner.text
    await planner.tap("Everywhere", "No pledge button")
    said = await lead.press("ev:1:yes")
    assert "“Thank you”: nothing more goes out." in said
    assert "“Thank you”: nothing more goes out." in house.notes.told[-1][1].text, "its author hears of it too"
    async with house.store.read() as work:
        assert [(await work.campaigns.get(number)).status for number in (1, 2)] == ["cancelled", "cancelled"]
    house.clock.now = to_utc(wall("2026-12-06T16:00")) - timedelta(days=1)
    assert "is off" in await planner.press("su:3"), "and a draft that follows it cannot be handed in"
    house.clock.advance(timedelta(days=1))
    await Posting(house.store, house.clock, 0).tick()
    assert await fired(house) == []


async def test_F10_days_are_picked_by_taps_alone_and_mistakes_are_said(house: House) -> None:
    planner, _ = await team(house)
    await begun(planner, "Occupy the block", "Evening on Sutter")
    await planner.tap("Around an event", "Pick it", "Sat Dec 5" if "Sat Dec 5" in planner.buttons else "More")
    if "Sat Dec 5" in planner.buttons:
        await planner.tap("Sat Dec 5")
    await planner.tap("5:00 PM", "5:15 PM")
    assert "The event is on Saturday, December 5, 5:15 PM" in planner.text
    await planner.tap("3 days before", "On the day", "✓ On the day")
    assert "✓ 3 days before" in planner.buttons
    assert "✓ On the day" not in planner.buttons
    await planner.tap("On the day", "These days")
    assert "before the event begins" in await planner.say("5:30 pm")
    assert "time of day" in await planner.say("soon")
    assert "December 2, 3:30 PM; Saturday, December 5, 3:30 PM" in await planner.tap("3:30 PM")
    for data in ("es:w:202613991700", "es:e:9:x", "es:d:99", "es:t:2561", "es:ok:1", "es:e:1:202612051700"):
        await planner.press(data)
    await planner.press("ed:schedule")
    await planner.say("the day after at 4 pm")
    assert "Sunday, December 6, 4:00 PM" in planner.text, "the event of the draft is remembered"
    await planner.send(InboundKind.TEXT, text="40 days before at 4 pm")


async def test_F10_what_is_no_event_is_not_given_a_time_of_its_own(house: House) -> None:
    planner, _ = await team(house)
    await begun(planner, "Awareness", "Thank you")
    assert "No event with a time is planned" in await planner.tap("Around an event")
    assert "say the days themselves" in await planner.say("December 5 at 5 pm")
    await planner.tap("Back")
    assert "Saturday, December 5, 5:00 PM" in await planner.say("December 5 at 5 pm")


async def test_a_text_with_the_time_of_its_event_moves_along(house: House) -> None:
    planner, lead = await team(house)
    await planner.command("menu")
    await planner.tap("New campaign", "Occupy the block")
    await planner.say("Evening on Sutter")
    await planner.say("75")
    await planner.tap("100")
    await planner.say("Join us on {{ when }}. Call or text 988 to talk to someone.")
    await planner.say("Ven el {{ when }}. Llama o escribe al 988 para hablar con alguien.")
    await planner.tap("No picture")
    await planner.say("December 3 at 4 pm")
    assert "follows no event" in await planner.tap("Everywhere", "No pledge button", "Send for approval")
    await planner.press("ed:schedule")
    await planner.say("the day before at 4 pm")
    await planner.say("December 5 at 5 pm")
    assert "Join us on Saturday, December 5, 5:00 PM." in planner.text
    await planner.press("su:1")
    await lead.press("o:waiting")
    await lead.tap("Approve")
    await lead.press("ec:1:202612121800:ask:yes")
    async with house.store.read() as work:
        campaign = await work.campaigns.get(1)
    (post,) = [one for one in campaign.posts if one.content.schedule.around]
    assert house.renderer.post(post.content, "en", {"area": "x"}) == (
        "Join us on Saturday, December 12, 6:00 PM. Call or text 988 to talk to someone."
    )


async def test_S1_a_fix_that_waits_for_its_author_is_not_carried_along(house: House) -> None:
    """Else whoever fixed it could move the event and approve their own words."""
    planner, lead = await planned(house)
    await begun(planner, "Awareness", "Another word of thanks")
    await planner.say("the day after at 4 pm")
    await planner.tap("Evening on Sutter")
    await planner.tap("Everywhere", "No pledge button", "Send for approval")
    (own,) = [row.content["texts"] for row in await house.rows(tables.post_versions) if row.post_id == 3]
    await lead.press("fx:3:en")
    await lead.say(own["en"].replace("The", "My", 1) if "The" in own["en"] else f"Oh! {own['en']}")
    async with house.store.read() as work:
        assert [post.status for post in (await work.campaigns.get(3)).posts] == [PostStatus.FIXED]
    await lead.press("ec:1:202612121800:ask:yes")
    async with house.store.read() as work:
        (post,) = (await work.campaigns.get(3)).posts
    assert post.status is PostStatus.SUBMITTED
    assert post.content.texts == own
    assert [f"{one:%m-%d %H}" for one in post.content.schedule.walls()] == ["12-13 16"]
