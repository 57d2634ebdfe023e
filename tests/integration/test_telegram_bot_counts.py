"""Rooms on Telegram: which area, which rights, invite links, and numbers that come back from them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import pytest

from bots.parts import BotParts
from bots.telegram_intake import Ways
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.pacing import UNLIMITED
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.services.delivering import Lane, LaneParts
from campaign_engine.services.lane_pace import LanePace
from campaign_engine.services.posting import Posting
from campaign_engine.store.tables import contacts, deliveries, room_figures, rooms
from tests.integration.test_telegram_bot_rooms import link, linked
from tests.platforms.telegram_driver import Person as Human
from tests.platforms.telegram_driver import Room, Seen
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_world import ADMIN_RIGHTS
from tests.support.bots import bot_parts, running_post, telegram_bot_running, told
from tests.support.engine import PAGE, House
from tests.support.waiting import eventually

POSTED_AT = datetime(2026, 12, 1, 21, 0, 30, tzinfo=UTC)


@pytest.fixture
async def parts(house: House, telegram_server: TelegramServer) -> AsyncIterator[BotParts]:
    parts = bot_parts(house)
    async with telegram_bot_running(telegram_server, parts, Ways(look_every=30)):
        yield parts


@pytest.fixture
async def rosa(house: House, telegram_server: TelegramServer, parts: BotParts) -> Human:
    """Organizes in the whole city."""
    return await team_member(house, telegram_server, Scope())


async def team_member(house: House, server: TelegramServer, scope: Scope) -> Human:
    human = await server.telegram.person("Rosa")
    await human.start(f"r_{await house.invite(Role.ORGANIZER, scope)}")
    await told(human, "Choose a work name")
    await human.say("river7")
    await told(human, "You are an organizer now")
    return human


async def added(server: TelegramServer, by: Human, kind: str = "supergroup", **how: object) -> Room:
    room = await server.telegram.room(kind, "Block group", [by])
    await room.set_bot(str(how.pop("status", "administrator")), by, **how)  # type: ignore[arg-type]
    await told(by, "Which area should its posts be about?")
    return room


async def tap(human: Human, *buttons: str) -> None:
    """Each leads to something else, which may have a button of the same name as the next."""
    for button in buttons:
        await told(human, button)
        before = await human.messages()
        await human.tap(button)
        await human.wait_until(before.__ne__)


async def test_F11_the_city_a_borough_a_precinct_or_a_site_by_buttons(
    house: House, telegram_server: TelegramServer, rosa: Human
) -> None:
    site = await house.site(75)
    room = await added(telegram_server, rosa)
    before = len(await rosa.messages())
    for buttons, kind, value in (
        (("The whole city",), ScopeKind.CITY, ""),
        (("Change the area", "Brooklyn", "All of Brooklyn"), ScopeKind.BOROUGH, "Brooklyn"),
        (("Change the area", "Bronx", "Back", "Brooklyn", "75 · East New York"), ScopeKind.PRECINCT, "75"),
        (("Change the area", "A school or center", site.name), ScopeKind.SITE, str(site.id)),
    ):
        await tap(rosa, *buttons)
        await told(rosa, "” is linked to ")
        found = await linked(house, room)
        assert found is not None
        assert found.scope == Scope(kind, value)
    assert len(await rosa.messages()) == before, "all of it happens in one message"
    assert [seen for seen in await room.messages() if seen.from_bot] == []


async def test_R1_only_areas_of_ones_own_are_offered(
    house: House, telegram_server: TelegramServer, parts: BotParts
) -> None:
    rosa = await team_member(house, telegram_server, Scope(ScopeKind.PRECINCT, "75"))
    await added(telegram_server, rosa)
    assert (await told(rosa, "Which area")).labels == ["75 · East New York", "Not now, leave the room"]


async def test_not_now_leaves_the_room_and_nothing_is_kept(
    house: House, telegram_server: TelegramServer, rosa: Human
) -> None:
    room = await added(telegram_server, rosa)
    await tap(rosa, "Not now, leave the room")
    await told(rosa, "I left “Block group”")
    assert telegram_server.world.chats[room.id].bot_status == "left"
    assert await house.rows(rooms) == []


@pytest.mark.parametrize(
    ("kind", "status", "rights", "missing", "fine"),
    [
        ("channel", "administrator", ("can_invite_users",), ["cannot post", "Post messages"], ["count reactions"]),
        ("channel", "administrator", ("can_post_messages",), ["Add subscribers"], ["cannot post", "count reactions"]),
        ("supergroup", "member", (), ["count reactions", "be an administrator"], ["cannot post"]),
        ("supergroup", "restricted", (), ["cannot post", "Permissions", "count reactions"], []),
        ("group", "administrator", ("can_pin_messages",), ["Add members"], ["cannot post", "count reactions"]),
        ("supergroup", "administrator", ADMIN_RIGHTS, [], ["cannot post", "count reactions", "invite links"]),
    ],
)
async def test_missing_rights_are_named_with_how_to_give_them(
    telegram_server: TelegramServer,
    rosa: Human,
    kind: str,
    status: str,
    rights: tuple[str, ...],
    missing: list[str],
    fine: list[str],
) -> None:
    await added(telegram_server, rosa, kind, status=status, rights=rights)
    await tap(rosa, "The whole city")
    said = (await told(rosa, "” is linked to ")).text
    assert [words for words in missing if words not in said] == []
    assert [words for words in fine if words in said] == []


async def test_unlinking_and_buttons_that_are_out_of_date(
    house: House, telegram_server: TelegramServer, rosa: Human
) -> None:
    room = await added(telegram_server, rosa)
    await tap(rosa, "The whole city", "Unlink")
    await told(rosa, "is not linked any more")
    assert await linked(house, room) is None
    await rosa.say("/link", room)
    await told(rosa, "Which area")
    await room.set_bot("kicked", rosa)
    await rosa.tap("The whole city")
    await told(rosa, "I am not in that room, or you are not")
    assert await linked(house, room) is None


async def test_a_stranger_cannot_use_a_button_of_the_team(
    house: House, telegram_server: TelegramServer, rosa: Human
) -> None:
    room = await added(telegram_server, rosa)
    luz = await telegram_server.telegram.person("Luz")
    await luz.join(room)
    await luz.start()
    await told(luz, "How old are you?")
    question = telegram_server.world.chats[luz.id].messages[(await luz.messages())[-1].message_id]
    for forged in (f"rm:{room.id}:city", f"rm:{room.id}:inv:room", f"rm:{room.id}:off", f"rm:{rosa.id}:city"):
        question["reply_markup"] = {"inline_keyboard": [[{"text": "forged", "callback_data": forged}]]}
        before = len(await luz.messages())
        await luz.tap("forged", message_id=question["message_id"])
        last = (await luz.wait_until(partial(changed, before)))[-1]
        assert "Only the team" in last.text or "I am not in that room" in last.text
        question = telegram_server.world.chats[luz.id].messages[last.message_id]
    assert await linked(house, room) is None


def changed(before: int, seen: list[Seen]) -> bool:
    return len(seen) > before or "How old" not in seen[-1].text


async def test_F11_joins_by_a_named_link_are_counted_and_nobody_is_kept(
    house: House, telegram_server: TelegramServer, rosa: Human
) -> None:
    await running_post(house)
    room = await added(telegram_server, rosa)
    await tap(rosa, "The whole city", "Invite link", "Winter pledge")
    shared = (await told(rosa, "Share this link")).text
    url = next(word for word in shared.split() if word.startswith("https://t.me/+"))
    (made,) = telegram_server.transcript.find(kind="request", path_or_event="createChatInviteLink")
    assert made.body["name"] == "campaign 1"
    people = (await house.counts())["contacts"]
    for name in ("Ana", "Ben", "Cy"):
        await (await telegram_server.telegram.person(name)).join(room, url)
    await (await telegram_server.telegram.person("Dee")).join(room)
    await counts_become(house, [("joins", "campaign 1", 3)])
    await tap(rosa, "Back")
    assert "people joined" not in (await told(rosa, "Each link is counted by itself")).text, "under five (K1)"
    for name in ("Eva", "Flo"):
        await (await telegram_server.telegram.person(name)).join(room, url)
    await counts_become(house, [("joins", "campaign 1", 5)])
    await tap(rosa, "For the room", "Back")
    await told(rosa, "5 people joined by our links so far")
    assert (await house.counts())["contacts"] == people == len(await house.rows(contacts))


async def test_without_the_right_an_invite_link_is_refused_kindly(telegram_server: TelegramServer, rosa: Human) -> None:
    await added(telegram_server, rosa, status="administrator", rights=("can_pin_messages",))
    await tap(rosa, "The whole city", "Invite link", "For the room")
    await told(rosa, "I may not make invite links there")


async def counts_become(house: House, wanted: list[tuple[str, str, int]]) -> None:
    async def there() -> bool:
        return sorted((row.figure, row.subject, row.count) for row in await house.rows(room_figures)) == wanted

    await eventually(there)


async def sent(house: House, server: TelegramServer, at: datetime) -> None:
    """The post leaves by the clock and the real lane."""
    house.clock.now = at
    await Posting(house.store, house.clock, 0).tick()
    async with open_bot(server.token, server.root) as bot:
        pace = LanePace(UNLIMITED, lambda: house.clock().timestamp(), house.clock.sleep)
        lane = Lane(
            LaneParts(house.store, TelegramChannel(bot), house.renderer, pace, house.clock, ShippedPlaces().name, PAGE)
        )
        assert await lane.take()
        await lane.drain()
        await lane.release()


@pytest.mark.parametrize("kind", ["supergroup", "channel"])
async def test_reactions_to_a_post_are_a_number_per_room_and_post(
    house: House, telegram_server: TelegramServer, rosa: Human, kind: str
) -> None:
    post = await running_post(house)
    room = await added(telegram_server, rosa, kind)
    await tap(rosa, "The whole city")
    await told(rosa, "” is linked to ")
    await sent(house, telegram_server, POSTED_AT)
    (row,) = [row for row in await house.rows(deliveries) if row.is_room]
    assert (row.status, row.lane) == ("sent", "telegram")
    ana, ben = [await telegram_server.telegram.person(name) for name in ("Ana", "Ben")]
    for person in (ana, ben):
        await person.join(room)
    arrived = int(row.platform_id)
    await ana.react(room, arrived, "👍", "🔥")
    await ben.react(room, arrived, "👍")
    await counts_become(house, [("reactions", f"post {post}/1", 3)])
    await ana.react(room, arrived)
    await counts_become(house, [("reactions", f"post {post}/1", 1)])
    updates = [
        entry.body for entry in telegram_server.transcript.find(kind="update") if "message_reaction" in str(entry.body)
    ]
    telegram_server.world.updates.pending[:] = updates
    other = await rosa.say("not ours", room)
    await ben.react(room, other, "👍")
    await rosa.say("/privacy")
    await told(rosa, "This is not a tip line")
    assert [(row.subject, row.count) for row in await house.rows(room_figures)] == [(f"post {post}/1", 1)]


async def test_an_upgraded_group_keeps_its_numbers(house: House, telegram_server: TelegramServer, rosa: Human) -> None:
    group = await added(telegram_server, rosa, "group")
    await tap(rosa, "The whole city", "Invite link", "For the room")
    url = next(word for word in (await told(rosa, "Share this")).text.split() if word.startswith("https://t.me/+"))
    await (await telegram_server.telegram.person("Ana")).join(group, url)
    await counts_become(house, [("joins", "room", 1)])
    upgraded = await group.upgrade()

    async def moved() -> bool:
        return await linked(house, upgraded) is not None

    await eventually(moved)
    await counts_become(house, [("joins", "room", 1)])


async def test_a_group_hears_one_neutral_line_an_hour_whatever_is_typed(
    telegram_server: TelegramServer, rosa: Human
) -> None:
    room = await added(telegram_server, rosa)
    await link(rosa, room, "The whole city")
    for typed in ("/help", "/start", "/menu@groundswell_local_bot", "/unknown", "/stop"):
        await rosa.say(typed, room)
    await rosa.say("/privacy")
    await told(rosa, "This is not a tip line")
    (said,) = [seen for seen in await room.messages() if seen.from_bot]
    assert said.text.startswith("I answer in private only.")
