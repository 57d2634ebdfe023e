"""Servers: added, linked by whoever may, missing rights named, forgotten when the channel or the bot is gone."""

from collections.abc import Awaitable, Callable

import pytest

from bots.discord_invites import Invites
from bots.discord_reactions import Reactions
from bots.parts import BotParts
from campaign_engine.domain.audience import Room
from campaign_engine.store.tables import room_figures
from tests.platforms.discord_person import Outcome
from tests.platforms.discord_state import ORDINARY, Permission
from tests.support.bots import DiscordGuild, bot_parts, discord_bot_running, sent_on_discord
from tests.support.discord_steps import organizer, tap
from tests.support.engine import House
from tests.support.waiting import eventually


async def linked(house: House) -> dict[str, str]:
    async with house.store.read() as work:
        rooms: tuple[Room, ...] = await work.rooms.linked()
    return {room.title: str(room.scope) for room in rooms}


async def added(server: DiscordGuild, name: str = "Bronx Youth", bot: Permission = ORDINARY) -> tuple[str, str]:
    """A new server with its channel for messages of the system."""
    guild = await server.platform.driver.guild(name, bot=bot, system="general")
    return guild, str(server.platform.world.guilds[int(guild)].system_channel_id)


async def hello_in(server: DiscordGuild, channel: str) -> None:
    async def said() -> bool:
        return bool(await server.platform.driver.messages(channel))

    await eventually(said)


async def test_a_server_that_adds_the_bot_is_offered_to_link_a_channel(house: House, server: DiscordGuild) -> None:
    guild, general = await added(server)
    await hello_in(server, general)
    (hello,) = await server.platform.driver.messages(general)
    assert "I read nothing that people write" in hello.text
    news = await server.platform.driver.channel(guild, "news")
    rosa = await organizer(house, server, [guild])
    form = await rosa.press("Link a channel")
    assert form.modal is not None
    assert [one["component"]["type"] for one in form.modal["components"]] == [8, 3, 4]
    answer = await rosa.submit_modal({"channel": [news], "area": "precinct", "number": "75"}, at_least=1)
    assert "is linked to East New York" in answer.text
    assert all(seen.ephemeral for seen in answer.answers)
    assert await linked(house) == {"Bronx Youth #news": "precinct:75"}


async def test_the_form_takes_a_borough_or_the_city(house: House, server: DiscordGuild) -> None:
    guild, general = await added(server)
    await hello_in(server, general)
    rosa = await organizer(house, server, [guild])
    for area, scope in (("Bronx", "borough:Bronx"), ("The whole city", "city")):
        await rosa.press("Link a channel")
        await rosa.submit_modal({"channel": [general], "area": area}, at_least=1)
        assert await linked(house) == {"Bronx Youth #general": scope}
    await rosa.press("Link a channel")
    wrong = await rosa.submit_modal({"channel": [general], "area": "precinct", "number": "999"}, at_least=1)
    assert "I don't know that area" in wrong.text
    assert await linked(house) == {"Bronx Youth #general": "city"}


async def test_who_may_not_manage_channels_is_told_so(house: House, server: DiscordGuild) -> None:
    guild, general = await added(server)
    await hello_in(server, general)
    maya = await server.platform.driver.person("maya", guilds=[guild])
    assert "Only somebody who may manage channels" in (await maya.press("Link a channel", at_least=1)).text
    owner = await server.platform.driver.person("owner", guilds=[guild], may=Permission.MANAGE_CHANNELS)
    await owner.press("Link a channel")
    refused = await owner.submit_modal({"channel": [general], "area": "city"}, at_least=1)
    assert "Only the team can link" in refused.text
    assert await linked(house) == {}


async def test_a_server_without_a_place_for_it_gets_no_card_and_slash_link_works(
    house: House, server: DiscordGuild
) -> None:
    await added(server, bot=ORDINARY & ~Permission.ATTACH_FILES)
    quiet = await server.platform.driver.guild("Quiet")
    channel = await server.platform.driver.channel(quiet, "talk")
    rosa = await organizer(house, server, [quiet])
    await rosa.slash("link", {"area": "city"}, channel=channel)
    assert await linked(house) == {"Quiet #talk": "city"}
    assert await server.platform.driver.messages(channel) == []


async def test_missing_rights_are_named_as_discord_names_them(house: House, server: DiscordGuild) -> None:
    rosa = await organizer(house, server)
    await server.platform.driver.deny_bot(server.channel, Permission.SEND_MESSAGES | Permission.ATTACH_FILES)
    answer = await rosa.slash("link", {"area": "75"}, channel=server.channel, at_least=2)
    assert "give me: Send Messages, Attach Files" in answer.text
    await server.platform.driver.deny_bot(server.channel, Permission(0))
    assert "give me" not in (await rosa.slash("link", {"area": "75"}, channel=server.channel)).text


async def test_a_server_that_removes_the_bot_is_unlinked(house: House, server: DiscordGuild) -> None:
    rosa = await organizer(house, server)
    other = await server.platform.driver.channel(server.guild, "more")
    for channel in (server.channel, other):
        await rosa.slash("link", {"area": "75"}, channel=channel)
    assert len(await linked(house)) == 2
    await server.platform.driver.remove_bot(server.guild)

    async def forgotten() -> bool:
        return await linked(house) == {}

    await eventually(forgotten)


async def test_link_without_an_area_offers_areas_and_a_tap_links(house: House, server: DiscordGuild) -> None:
    site = await house.site(47)
    rosa = await organizer(house, server)
    offer = await rosa.slash("link", channel=server.channel, at_least=1)
    assert {"The whole city", "Brooklyn", "A school or center"} <= offered(offer)
    assert "leave the room" not in str(offer.answers[-1].payload)
    shown = await tap(rosa, "A school or center")
    assert "Maple High" in offered(shown), shown.text
    assert "is linked to Maple High" in (await tap(rosa, "Maple High")).text
    assert await linked(house) == {"Harlem #news": f"site:{site.id}"}


def offered(outcome: Outcome) -> set[str]:
    return {*outcome.answers[-1].buttons, *outcome.answers[-1].options}


async def test_reactions_to_our_posts_are_counted_by_room_and_post_and_never_by_person(
    house: House, quiet: DiscordGuild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reactions.__init__, "__defaults__", (0.0,))
    async with discord_bot_running(quiet.platform, bot_parts(house)):
        rosa = await organizer(house, quiet)
        await rosa.slash("link", {"area": "75"}, channel=quiet.channel, at_least=1)
        await sent_on_discord(house, quiet)
        (post,) = await quiet.platform.driver.messages(quiet.channel)
        ana, ben = await quiet.person("ana"), await quiet.person("ben")
        await rosa.say("Nice", channel=quiet.channel)
        other = (await quiet.platform.driver.messages(quiet.channel))[-1]
        await ana.react(post.id)
        await ben.react(post.id, "❤")
        await ana.react(other.id)

        def counted(number: int) -> Callable[[], Awaitable[bool]]:
            async def so_many() -> bool:
                return [row.count for row in await house.rows(room_figures)] == [number]

            return so_many

        await eventually(counted(2))
        await ben.react(post.id, "❤", remove=True)
        await eventually(counted(1))
        (row,) = await house.rows(room_figures)
        assert (row.figure, row.subject) == ("reactions", "post 1/1")


async def test_an_invite_for_a_room_is_counted_by_its_uses(house: House, quiet: DiscordGuild, parts: BotParts) -> None:
    may = ORDINARY | Permission.MANAGE_CHANNELS
    guild = await quiet.platform.driver.guild("Queens", bot=may)
    channel = await quiet.platform.driver.channel(guild, "talk")
    async with discord_bot_running(quiet.platform, parts) as client:
        rosa = await organizer(house, quiet, [guild])
        await rosa.slash("link", {"area": "75"}, channel=channel, at_least=1)
        await tap(rosa, "Invite link")
        ready = await tap(rosa, "For the room")
        assert "https://discord.gg/" in ready.text
        ((code, _),) = (await quiet.platform.driver.status())["invites"].items()
        for name in ("ana", "ben"):
            await (await quiet.platform.driver.person(name)).change(invite=code)
        for _ in range(2):
            await Invites(client, parts).count()
    assert [(row.figure, row.subject, row.count) for row in await house.rows(room_figures)] == [("joins", "room", 2)]


async def test_a_server_that_allows_no_invites_is_told_what_is_missing(house: House, server: DiscordGuild) -> None:
    rosa = await organizer(house, server)
    await server.platform.driver.deny_bot(server.channel, Permission.CREATE_INSTANT_INVITE)
    await rosa.slash("link", {"area": "75"}, channel=server.channel, at_least=1)
    await tap(rosa, "Invite link")
    assert 'give me "Create Invite"' in (await tap(rosa, "For the room")).text


async def test_a_linked_channel_is_unlinked_by_a_button(house: House, server: DiscordGuild) -> None:
    rosa = await organizer(house, server)
    await rosa.slash("link", {"area": "75"}, channel=server.channel, at_least=1)
    assert "is not linked any more" in (await tap(rosa, "Unlink")).text
    assert await linked(house) == {}
