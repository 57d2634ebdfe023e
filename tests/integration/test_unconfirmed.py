"""Messages that may or may not have left: their author hears of them in chat, decides by post, and can take it back."""

from datetime import timedelta

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.schedule import to_utc
from campaign_engine.services.posting import Posting
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.bots import running_post
from tests.support.engine import House as Home
from tests.support.planned import House, Planned, claim, take, unconfirmed, wall


async def interrupted(home: Home, people: int = 3) -> Planned:
    """The running post of planner1 goes to a room and some people, and whoever sends dies."""
    campaign_id = 1
    house = House(home.store, home.clock)
    for number in range(people):
        await house.ally(f"ally {number}")
    await house.room("-100")
    await Posting(home.store, home.clock, minimum=1).tick()
    await claim(house, await take(house))
    assert await unconfirmed(house, await take(house, "two")) == people + 1
    async with home.store.read() as work:
        campaign = await work.campaigns.get(campaign_id)
    return Planned(campaign_id, campaign.posts[0].id, campaign.posts[0].content)


async def home_with_post(store: SqlStore, clock: FakeClock) -> Home:
    home = Home(store, clock)
    await home.furnish()
    await running_post(home)
    clock.now = to_utc(wall("2026-12-01T16:00"))
    return home


async def test_K3_the_author_hears_of_it_decides_for_the_post_and_takes_it_back(
    store: SqlStore, clock: FakeClock
) -> None:
    home = await home_with_post(store, clock)
    house = House(store, clock)
    plan = await interrupted(home)
    clock.advance(timedelta(hours=9))
    assert await home.nudging.tick() == 0, "staff sleep too (S4)"
    clock.advance(-timedelta(hours=4, minutes=30))
    assert await home.nudging.tick() == 1, "at half past eight, after the window: tomorrow it would be too late"
    clock.advance(-timedelta(hours=4, minutes=30))
    told = [message.text for _, message in home.notes.told if "may or may not" in message.text]
    assert len(told) == 1
    await home.nudging.tick()
    assert len([1 for _, message in home.notes.told if "may or may not" in message.text]) == 1, "said once"
    planner = home.person("address of planner1", "web")
    await planner.press("st:1")
    said = await planner.tap("Not sure they arrived")
    assert "to under 20 people and 1 room" in said, "no exact number of people (K3)"
    assert "Whoever got it gets it twice" in await planner.tap("Send again")
    assert await house.counts() == {"unconfirmed": 4}
    assert "They go out again from" in await planner.tap("Yes, send again")
    assert await house.counts() == {"queued": 4}
    assert not await claim(house, await take(house)), "a minute to take it back"
    assert "Taken back" in await planner.tap("Undo")
    assert await house.counts() == {"unconfirmed": 4}
    await planner.tap("Leave them", "Yes, leave them")
    assert await house.counts() == {"left": 4}
    assert "Nothing of “Winter pledge” is unsure" in await planner.press("un:1")
    assert "Taken back" in await planner.press(f"un:1:{plan.post_id}:leave:undo")
    await planner.tap("Send again", "Yes, send again")
    clock.advance(timedelta(minutes=1))
    assert len(await claim(house, await take(house))) == 4
    assert "too late to take that back" in await planner.press(f"un:1:{plan.post_id}:resend:undo")
    assert await house.counts() == {"sending": 4}
    actions = [row.action for row in await home.rows(tables.audit_entries)]
    assert actions[-5:] == ["resend", "undo resend", "leave", "undo leave", "resend"]
    await home.nudging.tick()
    assert len([1 for _, message in home.notes.told if "may or may not" in message.text]) == 1, (
        "what was undone is no news"
    )


async def test_S6_what_is_too_late_or_withdrawn_cannot_be_sent_again(store: SqlStore, clock: FakeClock) -> None:
    home = await home_with_post(store, clock)
    house = House(store, clock)
    plan = await interrupted(home)
    planner, stranger = home.person("address of planner1", "web"), await home.person("ally").join()
    for change in ("late", "cancelled"):
        if change == "late":
            clock.advance(timedelta(hours=4))
        else:
            clock.advance(-timedelta(hours=4))
            await house.set_campaign(plan, CampaignStatus.CANCELLED)
        said = await planner.press("un:1")
        assert "too late to send again" in said
        assert "Send again" not in planner.buttons
        assert "Nothing of it waits" in await planner.press(f"un:1:{plan.post_id}:resend")
        assert "Nothing of it waits" in await planner.press(f"un:1:{plan.post_id}:resend:yes")
        assert await house.counts() == {"unconfirmed": 4}
    await stranger.press(f"un:1:{plan.post_id}:leave:yes")
    other = await home.staff("elm4", Role.ORGANIZER, Scope(ScopeKind.BOROUGH, "Bronx"))
    assert "Only its author or an approver" in await other.press(f"un:1:{plan.post_id}:leave:yes")
    assert "can't find" in await planner.press("un:9")
    assert await house.counts() == {"unconfirmed": 4}
    await planner.press(f"un:1:{plan.post_id}:leave:yes")
    assert await house.counts() == {"left": 4}
