"""How an area is doing: weekly editions, what each person sees of them, and the card that tells of it (F16)."""

import asyncio
import itertools
from datetime import datetime, timedelta
from random import Random

import pytest

from analytics.areas import AreaEditions, figures
from analytics.suppression import Cell, bounds, protect
from campaign_engine.domain.area import AreaFigure
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Topic
from campaign_engine.domain.delivery import DeliveryStatus
from campaign_engine.domain.message import Destination
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, borough_of
from campaign_engine.domain.windows import DEFAULT_HOURS
from campaign_engine.ports.holding import Actor
from campaign_engine.services.area_cards import AreaCards
from campaign_engine.store import tables
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.automatic import approve_texts
from tests.support.channels import RecordingChannel
from tests.support.engine import House as Town
from tests.support.engine import text_approvals
from tests.support.planned import House
from tests.support.sending import Stage, opened

WEEK = timedelta(days=7)
NOW = datetime.fromisoformat("2026-11-24T21:00:00+00:00")


@pytest.fixture
async def house(store: SqlStore, clock: FakeClock) -> House:
    house = House(store, clock)
    await house.precincts(73, 75, 76)
    return house


async def cards(house: House, *, approved: bool = True) -> AreaCards:
    texts = text_approvals(house.clock)
    if approved:
        await approve_texts(house.store, texts.versions.values(), house.clock())
    return AreaCards(house.store, house.clock, DEFAULT_HOURS, texts)


async def fill(house: House, count: int, precinct: int = 75, topic: Topic | None = None) -> None:
    """So many more allies, by statement."""
    begun = len(house.people)
    for number in range(begun, begun + count):
        await house.ally(str(number), topic=topic, precinct=precinct)


async def edition(house: House) -> dict[str, int | None]:
    await AreaEditions(house.store, house.clock).tick()
    async with house.store.read() as work:
        return {key: one.shown for key, one in (await work.areas.figures()).items()}


async def send_all(house: House, channel: RecordingChannel) -> None:
    house.clock.advance(timedelta(minutes=11))
    lane = await opened(Stage(house.store, house.clock), channel)
    while await lane.drain():
        house.clock.advance(timedelta(seconds=2))
    await lane.release()


async def test_K1_K3_a_figure_opens_at_ten_and_is_rounded_down(house: House) -> None:
    await fill(house, 9)
    assert await edition(house) == dict.fromkeys(await edition(house), None)
    await fill(house, 10)
    house.clock.advance(WEEK)
    shown = await edition(house)
    assert shown["precinct:75"] == 10


async def test_K3_an_edition_holds_for_a_week_and_moves_by_no_fewer_than_ten(house: House) -> None:
    await fill(house, 19)
    assert (await edition(house))["precinct:75"] == 10
    await fill(house, 10)
    assert (await edition(house))["precinct:75"] == 10, "frozen until Sunday"
    house.clock.advance(WEEK)
    assert (await edition(house))["precinct:75"] == 20
    await fill(house, 1)
    house.clock.advance(WEEK)
    assert (await edition(house))["precinct:75"] == 20, "one more is not seen, though there are 30 now"
    await fill(house, 9)
    house.clock.advance(WEEK)
    assert (await edition(house))["precinct:75"] == 30


async def test_K2_no_whole_is_shown_over_exactly_one_hidden_cell(house: House) -> None:
    await fill(house, 40)
    await fill(house, 3, precinct=73)
    shown = await edition(house)
    assert shown["precinct:73"] is None
    assert (shown["precinct:75"], shown["borough:Brooklyn"], shown["city"]) == (40, None, None)
    await fill(house, 8, precinct=76)
    house.clock.advance(WEEK)
    shown = await edition(house)
    assert (shown["precinct:75"], shown["borough:Brooklyn"], shown["city"]) == (40, 40, None)


def test_K4_an_outsider_with_all_editions_can_tell_no_hidden_area_closer_than_ten() -> None:
    """What is shown is taken for exact here, which tells an outsider more than the rounded figures do."""
    random = Random(4)
    for _ in range(60):
        counted: dict[int | None, int] = {
            number: random.choice((0, 0, 3, 9, 10, 25, 60)) for number in PRECINCT_NUMBERS
        }
        before: dict[str, AreaFigure] = {}
        for _week in range(4):
            made = {one.area: one for one in figures(counted, before, NOW)}
            _check(made)
            before = made
            for number in random.sample(PRECINCT_NUMBERS, 20):
                counted[number] = max(0, counted[number] + random.randint(-6, 14))


def _check(made: dict[str, AreaFigure]) -> None:
    for key, one in made.items():
        assert one.shown is None or (one.shown >= 10 and one.shown % 10 == 0 and one.frozen >= 10), key
    for borough in {borough_of(number) for number in PRECINCT_NUMBERS}:
        parts = [made[f"precinct:{number}"] for number in PRECINCT_NUMBERS if borough_of(number) is borough]
        hidden = [one for one in parts if one.shown is None]
        if made[f"borough:{borough}"].shown is None or not hidden:
            continue
        assert len(hidden) > 1, borough
        tree = Cell("all", sum(one.frozen for one in parts), tuple(Cell(one.area, one.frozen) for one in parts))
        keys = frozenset(one.area for one in hidden) | protect(tree, 10)
        known = bounds(tree, keys, 10)
        assert all(known[one.area][1] - known[one.area][0] + 1 >= 10 for one in hidden)


async def test_two_clocks_make_one_edition_of_a_week(house: House) -> None:
    await fill(house, 12)
    editions = AreaEditions(house.store, house.clock)
    made = await asyncio.gather(*(editions.tick() for _ in range(4)))
    assert sorted(made) == [False, False, False, True]


async def test_F16_a_step_that_was_reached_is_told_once_to_each_subscriber(
    house: House, channel: RecordingChannel
) -> None:
    await house.ally("yes", topic=Topic.AREA_UPDATES)
    await house.ally("es", topic=Topic.AREA_UPDATES, language="es")
    await house.ally("no", topic=None)
    await fill(house, 40)
    await edition(house)
    ticker = await cards(house)
    assert await ticker.tick() == 0, "40 is no step, and they came today"
    await fill(house, 20)
    house.clock.advance(WEEK)
    await edition(house)
    assert await ticker.tick() == 2
    await send_all(house, channel)
    assert sorted(channel.reached) == ["es", "yes"]
    by_name = {call.to.address: call.message for call in channel.calls}
    assert "now has 60 allies. The next goal is 100." in by_name["yes"].text
    assert "ya tiene 60 aliados" in by_name["es"].text
    assert by_name["yes"].choices[0][0].data == "ar"
    for _ in range(3):
        house.clock.advance(WEEK)
        await edition(house)
        assert await ticker.tick() == 0, "each figure once, and nothing new"


async def test_F16_without_a_step_a_card_comes_after_four_weeks_and_only_with_news(
    house: House, channel: RecordingChannel
) -> None:
    await house.ally("yes", topic=Topic.AREA_UPDATES)
    await fill(house, 60)
    await edition(house)
    ticker = await cards(house)
    house.clock.advance(WEEK)
    await edition(house)
    await ticker.tick()
    await send_all(house, channel)
    channel.calls.clear()
    weeks = []
    for week in range(1, 10):
        await fill(house, 4)
        house.clock.advance(WEEK)
        await edition(house)
        if await ticker.tick():
            weeks.append(week)
            await send_all(house, channel)
    assert len(channel.calls) == len(weeks)
    assert all(later - earlier >= 4 for earlier, later in itertools.pairwise(weeks)), weeks
    assert weeks, "nobody was told anything"


async def test_S5_C6_I1_nothing_to_the_paused_the_stopped_the_held_or_over_the_cap(house: House) -> None:
    for name in ("paused", "stopped", "busy"):
        await house.ally(name, topic=Topic.AREA_UPDATES)
    async with house.store.write() as work:
        await work.contacts.change(house.people["paused"], {"paused_until": house.clock() + 60 * WEEK})
        await work.contacts.opt_out(Destination("telegram", "stopped"), house.people["stopped"], house.clock())
    await fill(house, 60)
    await edition(house)
    house.clock.advance(4 * WEEK)
    await edition(house)
    await house.open(await house.plan(status=CampaignStatus.RUNNING))
    await house.freeze()
    ticker = await cards(house)
    assert await ticker.tick() == 0, "something else is on its way"
    async with house.store.database.write() as connection:
        await connection.execute(
            tables.deliveries.update().values(status=DeliveryStatus.SENT, updated_at=house.clock())
        )
    assert await ticker.tick() == 0, "less than 20 hours ago"
    house.clock.advance(timedelta(days=1))
    async with house.store.write() as work:
        await work.holds.hold(75, Actor(None, "ana7"), house.clock())  # type: ignore[arg-type]  # nobody's hold
    assert await ticker.tick() == 0, "held"
    house.clock.advance(timedelta(days=4))
    assert await ticker.tick() == 1
    (row,) = await house.rows(tables.area_cards)
    assert row.contact_id == house.people["busy"]


async def test_S1_S3_S4_no_card_unapproved_while_stopped_or_at_night(house: House) -> None:
    await house.ally("yes", topic=Topic.AREA_UPDATES)
    await fill(house, 60)
    await edition(house)
    house.clock.advance(4 * WEEK)
    await edition(house)
    assert await (await cards(house, approved=False)).tick() == 0
    ticker = await cards(house)
    house.clock.advance(timedelta(hours=9))
    assert await ticker.tick() == 0
    house.clock.advance(timedelta(hours=15))
    async with house.store.write() as work:
        await work.kill_switch.press(None, house.clock())
    assert await ticker.tick() == 0


async def test_F16_two_clocks_send_each_card_once_and_delete_takes_it(house: House) -> None:
    for name in ("1", "2", "3"):
        await house.ally(f"yes{name}", topic=Topic.AREA_UPDATES)
    await fill(house, 60)
    await edition(house)
    house.clock.advance(4 * WEEK)
    await edition(house)
    ticker = await cards(house)
    await asyncio.gather(*(ticker.tick() for _ in range(4)))
    assert len(await house.rows(tables.deliveries)) == 3
    assert len(await house.rows(tables.area_cards)) == 3
    async with house.store.read() as work:
        assert (await work.contacts.held(Destination("telegram", "yes1"))).areas_told == ((75, 60),)
    async with house.store.write() as work:
        await work.contacts.delete(Destination("telegram", "yes1"), house.people["yes1"], house.clock())
    assert len(await house.rows(tables.area_cards)) == 2


@pytest.fixture
async def town(store: SqlStore, clock: FakeClock) -> Town:
    town = Town(store, clock)
    await town.furnish()
    return town


async def test_F16_my_area_from_the_menu_and_by_command(town: Town) -> None:
    phone = await town.person("ana").join()
    await phone.command("menu")
    await phone.tap("My area")
    assert "not enough yet to show. It opens at 10." in phone.text
    assert phone.screen[0].picture is None
    crowd = House(town.store, town.clock)
    await fill(crowd, 310)
    town.clock.advance(WEEK)
    await town.editions.tick()
    with town.statements() as seen:
        await phone.command("area")
    assert len(seen) == 3, seen
    assert "East New York" in phone.text
    assert "310 allies, goal 500." in phone.text
    picture = phone.screen[0].picture
    assert picture is not None
    assert picture.content.startswith(b"\x89PNG")
    assert picture.alt == "A bar: 310 of 500 allies"
    await phone.tap("Menu")
    assert "What would you like to do?" in phone.text


async def test_F16_who_would_rather_not_say_sees_the_city(town: Town) -> None:
    crowd = House(town.store, town.clock)
    await fill(crowd, 30)
    await fill(crowd, 30, precinct=44)
    phone = town.person("luz", language="es")
    await phone.start()
    await phone.press("a:16-17")
    await phone.press("n:0")
    await town.editions.tick()
    await phone.command("area")
    assert "No elegiste zona" in phone.text
    assert "75" not in phone.text
    await phone.tap("Elegir una zona")
    assert "Brooklyn" in phone.buttons


async def test_F16_a_stranger_is_asked_the_age_first(town: Town) -> None:
    phone = town.person("new")
    await phone.command("area")
    assert "How old are you?" in phone.text or "a:13-15" in phone.buttons.values()
