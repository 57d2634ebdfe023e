"""The Discord bot over gateway and REST: commands, private answers, menus, typed answers, restarts."""

import asyncio
from pathlib import Path

import aiohttp
import discord
import pytest

from bots.discord_bot import DiscordBot, open_client
from bots.guard import Health, supervise
from bots.parts import BotParts
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.domain.audience import RoomKind
from campaign_engine.domain.contact import AddressStatus, Role, Scope, ScopeKind, Topic
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Destination, Message
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import addresses, pledges
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.discord_client import pointed_at
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.discord_person import Person
from tests.platforms.discord_state import ChannelKind
from tests.support import FakeClock
from tests.support.bots import (
    DiscordGuild,
    bot_parts,
    discord_bot_running,
    pledge_post,
    running_post,
)
from tests.support.discord_steps import begin, member
from tests.support.engine import House
from tests.support.waiting import eventually

EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"


async def test_C9_a_whole_join_in_private_answers(house: House, server: DiscordGuild, maya: Person) -> None:
    welcome = await begin(maya, server.channel)
    assert "an automated program, not a person. Nobody watches this chat" in welcome.text
    assert all(seen.ephemeral for seen in welcome.answers)
    place = await maya.press("16 or 17", at_least=1)
    assert "Brooklyn" in place.answers[-1].buttons
    assert "Type an answer" in place.answers[-1].buttons
    names = await maya.press("Brooklyn", at_least=1)
    assert "Brooklyn: which neighborhood?" in names.text
    precinct = next(label for label in names.answers[-1].options if "(75)" in label)
    assert "Pick one pledge" in (await maya.choose([precinct], at_least=1)).text
    assert "Now one plan" in (await maya.press("Look out: slow it down, get backup", at_least=2)).text
    assert "Direct messages about East New York" in (await maya.press("Too much: text 988", at_least=2)).text
    assert "You're in" in (await maya.press("Yes", at_least=1)).text
    person = await house.person(maya.id, "discord").known()
    assert (person.precinct, person.topics, person.pledged) == (75, {Topic.AREA_UPDATES: True}, True)


async def test_C4_what_i_get_is_changed_in_place_by_one_choice(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    await house.person(maya.id, "discord").join()
    menu = await maya.slash("menu", channel=server.channel)
    assert "What would you like to do?" in menu.text
    opened = await maya.press("What I get, and why", at_least=1)
    assert "Area updates: on. You said yes on" in opened.text
    changed = await maya.choose(["Turn off area updates"], at_least=1)
    assert "Area updates: off since" in changed.text
    assert [seen.id for seen in changed.answers] == [opened.answers[-1].id]
    assert not (await house.person(maya.id, "discord").known()).topics[Topic.AREA_UPDATES]


async def test_every_interaction_is_acknowledged_within_three_seconds_while_the_database_waits(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    async with house.store.write():
        pressing = asyncio.create_task(begin(maya, server.channel))
        first = await server.platform.transcript.wait_for(lambda entry: entry.kind == "first_answer")
    assert first.body["ms"] < 3000
    assert (await pressing).failed is None


async def test_our_private_message_is_edited_in_place(server: DiscordGuild, maya: Person) -> None:
    await begin(maya, server.channel)
    place = await maya.press("13 to 15", at_least=1)
    names = await maya.press("Queens", at_least=1)
    assert [seen.id for seen in names.answers] == [place.answers[-1].id]


async def test_a_zip_code_is_typed_into_a_form(house: House, server: DiscordGuild, maya: Person) -> None:
    await begin(maya, server.channel)
    await maya.press("13 to 15", at_least=1)
    form = await maya.press("Type an answer")
    assert form.modal is not None
    suggestion = await maya.submit_modal({"text": "11212"}, at_least=1)
    assert "closest to you" in suggestion.text
    await maya.press(next(iter(suggestion.answers[-1].buttons)), at_least=1)
    assert (await house.person(maya.id, "discord").known()).precinct == 73


async def test_H1_something_unknown_that_was_typed_gets_help_and_the_question_again(
    server: DiscordGuild, maya: Person
) -> None:
    await begin(maya, server.channel)
    await maya.press("13 to 15", at_least=1)
    await maya.press("Type an answer")
    lost = await maya.submit_modal({"text": "qwertz"}, at_least=2)
    assert "Type your ZIP code" in lost.answers[-1].text
    assert "Brooklyn" in lost.answers[-1].buttons


async def test_H1_a_cry_for_help_in_a_direct_message_gets_the_card(server: DiscordGuild, maya: Person) -> None:
    await maya.slash("start", at_least=2)
    await maya.say("they are going to shoot me")
    await eventually(lambda: last_holds(maya, "call or text 988"))


async def last_holds(person: Person, words: str) -> bool:
    seen = await person.sees()
    return bool(seen) and words in seen[-1].text


async def test_a_site_code_brings_its_precinct(house: House, server: DiscordGuild, maya: Person) -> None:
    site = await house.site(47)
    await begin(maya, server.channel, site.word_code)
    assert "Pick one pledge" in (await maya.press("18 to 21", at_least=1)).text
    assert (await house.person(maya.id, "discord").known()).site_id == site.id


async def test_C7_stop_works_in_the_middle(house: House, server: DiscordGuild, maya: Person) -> None:
    await begin(maya, server.channel)
    await maya.press("13 to 15", at_least=1)
    stopped = await maya.slash("stop", channel=server.channel)
    assert stopped.text.count("no more messages") == 1
    assert len(stopped.answers) == 1
    assert (await house.person(maya.id, "discord").known()).opted_out


async def test_C8_export_and_delete(house: House, server: DiscordGuild, maya: Person) -> None:
    await begin(maya, server.channel)
    await maya.press("13 to 15", at_least=1)
    assert "This is all we hold about you" in (await maya.slash("export", channel=server.channel)).text
    assert "can't be undone" in (await maya.slash("delete", channel=server.channel)).text
    assert "It is deleted" in (await maya.press("Yes, delete it", at_least=1)).text
    assert await house.rows(addresses) == []


async def test_spanish_clients_are_offered_spanish_commands_and_answered_in_spanish(server: DiscordGuild) -> None:
    luz = await server.person("luz", "es-ES")
    assert "¿Cuántos años tienes?" in (await luz.slash("empezar", channel=server.channel, at_least=2)).text
    assert "988" in (await luz.slash("ayuda", channel=server.channel)).text
    (listed,) = server.platform.world.commands.values()
    start = next(one for one in listed if one["name"] == "start")
    assert start["description"] == "Begin, or use a code"
    for locale in ("es-ES", "es-419"):
        assert start["description_localizations"][locale] == "Empezar, o usar un código"
    (code,) = start["options"]
    assert code["name_localizations"]["es-419"] == "código"


async def test_a_pledge_under_a_post_opens_a_private_conversation_and_is_counted(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    rosa = await member(house, server, Role.ORGANIZER, "rosa")
    await rosa.slash("link", {"area": "75"}, channel=server.channel)
    post = await running_post(house)
    await posted(server, pledge_post(house, post, ""))
    welcome = await maya.press("I pledge", at_least=2)
    assert all(seen.ephemeral for seen in welcome.answers)
    asked = await maya.press("13 to 15", at_least=1)
    assert "Pick one pledge" in asked.text
    assert "Now one plan" in (await maya.press("Look out: slow it down, get backup", at_least=2)).text
    (pledge,) = await house.rows(pledges)
    assert (pledge.campaign_id, pledge.room_id, pledge.precinct, pledge.channel) == (1, 1, 75, "discord")
    rows = {row.address_hash: row.status for row in await house.rows(addresses)}
    assert rows[house.store.database.cipher.lookup("discord", maya.id)] == AddressStatus.UNSTARTED


async def posted(server: DiscordGuild, message: Message) -> None:
    """By a client of its own, as the sender does it."""
    async with open_client() as client:
        await client.login(server.platform.token)
        await DiscordChannel(client).send(message, Destination("discord", server.channel, is_room=True), "delivery-1")


async def test_an_organizer_links_a_channel_and_others_do_not(house: House, server: DiscordGuild, maya: Person) -> None:
    with pytest.raises(LookupError, match="not offered to this person"):
        await maya.slash("link", channel=server.channel)
    assert "Only the team" in (await (await server.moderator("owner")).slash("link", channel=server.channel)).text
    rosa = await member(house, server, Role.ORGANIZER, "rosa", Scope(ScopeKind.BOROUGH, "Brooklyn"))
    answer = await rosa.slash("link", {"area": "Brooklyn"}, channel=server.channel)
    assert "is linked to Brooklyn" in answer.text
    assert all(seen.ephemeral for seen in answer.answers)
    assert "does not reach" in (await rosa.slash("link", {"area": "Queens"}, channel=server.channel)).text
    news = await server.platform.driver.channel(server.guild, "alerts", ChannelKind.ANNOUNCEMENT)
    await rosa.slash("link", {"area": "73rd"}, channel=news)
    async with house.store.read() as work:
        rooms = {room.title: (room.kind, str(room.scope)) for room in await work.rooms.linked()}
    assert rooms == {
        "Harlem #news": (RoomKind.GROUP, "borough:Brooklyn"),
        "Harlem #alerts": (RoomKind.CHANNEL, "precinct:73"),
    }
    with pytest.raises(LookupError, match="not offered in a direct message"):
        await rosa.slash("link")


async def test_a_deleted_channel_is_forgotten(house: House, server: DiscordGuild) -> None:
    rosa = await member(house, server, Role.ORGANIZER, "rosa")
    await rosa.slash("link", {"area": "city"}, channel=server.channel)
    await server.platform.driver.remove_channel(server.channel)

    async def forgotten() -> bool:
        async with house.store.read() as work:
            return await work.rooms.linked() == ()

    await eventually(forgotten)


async def test_buttons_menus_and_forms_survive_a_restart(house: House, quiet: DiscordGuild) -> None:
    maya = await quiet.person()
    async with discord_bot_running(quiet.platform, bot_parts(house)):
        await begin(maya, quiet.channel)
        place = await maya.press("13 to 15", at_least=1)
    assert (await maya.press("Bronx")).failed == "The application did not respond"
    async with discord_bot_running(quiet.platform, bot_parts(house)):
        names = await maya.press("Bronx", at_least=1)
        assert "Bronx: which neighborhood?" in names.text
        await maya.press("Type an answer")
        assert "closest to you" in (await maya.submit_modal({"text": "11212"}, at_least=1)).text
        assert [seen.id for seen in names.answers] == [place.answers[-1].id]
    identified = quiet.platform.transcript.find(path_or_event="IDENTIFY")[-1]
    edits = quiet.platform.transcript.find(kind="request", path_or_event=EDIT)
    assert sum(entry.at > identified.at for entry in edits) == 2


async def test_H4_everything_is_answered_while_the_database_is_broken(
    quiet: DiscordGuild, sqlite_url: str, cipher: AddressCipher, clock: FakeClock
) -> None:
    database = Database(sqlite_url, cipher)
    house = House(SqlStore(database), clock)
    await house.furnish()
    luz = await quiet.person("luz", "es-ES")
    try:
        async with discord_bot_running(quiet.platform, bot_parts(house)):
            path = Path(sqlite_url.removeprefix("sqlite:///"))
            for file in path.parent.glob(f"{path.name}*"):
                file.write_bytes(b"\xff" * max(file.stat().st_size, 4096))
            answer = await luz.slash("start", channel=quiet.channel, at_least=2)
            assert "Nadie vigila este chat" in answer.text
            assert "988" in answer.text
            owner = await quiet.moderator("owner")
            assert "Something is broken" in (await owner.slash("link", channel=quiet.channel)).text
    finally:
        await database.close()


async def test_a_wrong_token_switches_this_bot_off(house: House, quiet: DiscordGuild, parts: BotParts) -> None:
    with pointed_at(quiet.platform):
        running = DiscordBot(open_client(), "wrong", parts)
        with pytest.raises(ConfigurationError, match="Discord does not know this token"):
            await running.run(asyncio.Event())
        await supervise("discord", running.run, asyncio.Event(), parts.board)
        assert parts.board.states == {"discord": Health.MISCONFIGURED}
        assert "GROUNDSWELL_DISCORD_TOKEN" in parts.board.notes["discord"]


async def test_a_platform_that_is_away_at_the_start_is_tried_again(quiet: DiscordGuild, parts: BotParts) -> None:
    client, stop = open_client(), asyncio.Event()
    with pointed_at(quiet.platform):
        running = DiscordBot(client, quiet.platform.token, parts)
        base, discord.http.Route.BASE = discord.http.Route.BASE, "http://127.0.0.1:9"
        with pytest.raises(aiohttp.ClientConnectorError):
            await running.run(stop)
        with pytest.raises(SendError, match="not_connected"):
            await DiscordChannel(client).send(Message("Hi"), Destination("discord", quiet.channel))
        discord.http.Route.BASE = base
        again = asyncio.create_task(running.run(stop))
        maya = await quiet.person()
        await quiet.platform.driver.wait_for(lambda entry: entry.path_or_event.endswith("/commands"))
        assert "automated program" in (await begin(maya, quiet.channel)).text
        assert "Type your ZIP code" in (await maya.press("13 to 15", at_least=1)).text
        stop.set()
        await again
        await running.close()


async def test_an_answer_that_discord_refuses_is_given_up_and_the_next_one_comes(
    server: DiscordGuild, maya: Person
) -> None:
    await server.platform.driver.fault(Fault(EDIT, FaultKind.REFUSED, status=400, code=50035, message="Invalid"))
    await maya.slash("start", channel=server.channel, at_least=1)
    assert "This is not a tip line" in (await maya.slash("privacy", channel=server.channel)).text
