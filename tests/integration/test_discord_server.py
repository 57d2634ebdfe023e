"""The real discord.py against the local Discord: login, gateway, interactions, messages, and the server's process."""

import asyncio
import io
import signal
import sys
from pathlib import Path

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.platforms.discord_client import Bot, Choices, PledgeButton, running
from tests.platforms.discord_person import Discord, Seen
from tests.platforms.discord_place import place
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_state import ORDINARY, ChannelKind
from tests.platforms.transcript import Entry, read_transcript

PROJECT = Path(__file__).parents[2]


def _events(server: DiscordServer, name: str) -> list[Entry]:
    return server.transcript.find(kind="gateway", path_or_event=name)


async def test_a_client_logs_in_registers_its_commands_and_knows_its_guild() -> None:
    async with place() as here:
        status = await here.server.driver.status()
        assert status["commands"] == ["join", "form", "late", "silent"]
        assert status["connected"] is True
        assert [one.name for one in here.bot.guilds] == ["Harlem"]
        assert here.channel.permissions_for(here.channel.guild.me).send_messages
        assert _events(here.server, "IDENTIFY")[0].body["d"]["intents"] == discord.Intents(guilds=True).value
    assert not (await here.server.driver.status())["connected"]


async def test_a_command_is_deferred_edited_and_seen_by_its_person_alone() -> None:
    async with place() as here:
        other = await here.server.driver.person(guilds=[here.guild_id])
        outcome = await here.person.slash("join", {"first_name": "Ana"}, channel=here.channel_id)
        assert outcome.failed is None
        assert outcome.text == "Ana 15 es-ES"
        assert [one.ephemeral for one in outcome.answers] == [True]
        assert [one.text for one in await here.person.sees(here.channel_id)] == ["Ana 15 es-ES"]
        assert await other.sees(here.channel_id) == []
        first = here.server.transcript.find(kind="first_answer", id=outcome.interaction_id)
        assert first[0].body == {"id": outcome.interaction_id, "type": 5, "ms": round(outcome.first_answer_ms or 0, 1)}


async def test_a_direct_message_with_the_bot_takes_commands_too() -> None:
    async with place() as here:
        outcome = await here.person.slash("join", {"first_name": "Bo", "age": 16}, locale="en-US")
        assert outcome.text == "Bo 16 en-US"
        assert [one.text for one in await here.person.sees()] == ["Bo 16 en-US"]


async def test_choices_edits_and_forms_come_back_to_the_person() -> None:
    async with place() as here:
        await here.person.slash("join", {"first_name": "Ana"}, channel=here.channel_id)
        chosen = await here.person.choose(["Español"], "Language")
        assert chosen.text == "Language es"
        form = await here.person.press("Form")
        assert form.modal is not None
        assert form.modal["title"] == "About you"
        sent = await here.person.submit_modal({"First name": "Ana", "Borough": ["Bronx"]})
        assert sent.text == "Ana of Bronx"
        later = await here.person.press("Later", at_least=1)
        assert later.text == "Until later."
        assert later.answers[0].buttons == {}


async def test_a_form_with_a_missing_answer_is_not_sent() -> None:
    async with place() as here:
        await here.person.slash("form", channel=here.channel_id)
        with pytest.raises(LookupError, match="First name"):
            await here.person.submit_modal({"Borough": ["Bronx"]})
        assert (await here.person.submit_modal({"First name": "Li", "Borough": "Queens"})).text == "Li of Queens"


async def test_a_person_cannot_do_what_is_not_in_sight() -> None:
    async with place() as here:
        stranger = await here.server.driver.person()
        await here.person.slash("join", {"first_name": "Ana"}, channel=here.channel_id)
        with pytest.raises(LookupError, match="there is no /nothing"):
            await here.person.slash("nothing", channel=here.channel_id)
        with pytest.raises(LookupError, match="missing"):
            await here.person.slash("join", channel=here.channel_id)
        with pytest.raises(LookupError, match="would not let"):
            await here.person.slash("join", {"first_name": "Ana", "age": 12}, channel=here.channel_id)
        with pytest.raises(LookupError, match="cannot use commands"):
            await stranger.slash("join", {"first_name": "Zed"}, channel=here.channel_id)
        neighbour = await here.server.driver.person(guilds=[here.guild_id])
        for other in (stranger, neighbour):
            with pytest.raises(LookupError, match="no button"):
                await other.press("Later")


async def test_a_first_follow_up_takes_the_place_of_the_deferred_answer() -> None:
    async with place() as here:
        asked = asyncio.create_task(here.person.slash("silent", channel=here.channel_id, at_least=2))
        await here.bot.until("INTERACTION_CREATE")
        interaction = here.bot.interactions[0]
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("One")
        await interaction.followup.send("Two", ephemeral=False)
        assert [(one.text, one.ephemeral) for one in (await asked).answers] == [("One", True), ("Two", False)]


async def test_a_button_outlives_the_process_that_sent_it() -> None:
    async with place() as here:
        view = discord.ui.View(timeout=None)
        view.add_item(PledgeButton(7))
        message = await here.channel.send("Will you?", view=view)
        await here.bot.close()
        failed = await here.person.press("I pledge")
        assert failed.failed == "The application did not respond"
        async with running(Bot(here.server), here.server.token):
            outcome = await here.person.press("pledge:7", message=str(message.id))
            assert [(one.text, one.ephemeral) for one in outcome.answers] == [
                ("Counted for post 7.", True),
                ("Thank you.", True),
            ]


async def test_a_message_can_be_edited_after_a_restart() -> None:
    async with place() as here:
        message = await here.channel.send("First words")
        await here.bot.close()
        async with running(Bot(here.server), here.server.token) as again:
            channel = await again.fetch_channel(int(here.channel_id))
            assert isinstance(channel, discord.TextChannel)
            await channel.get_partial_message(message.id).edit(content="Second words", view=Choices())
        seen = await here.server.driver.messages(here.channel_id)
        assert [one.text for one in seen] == ["Second words"]
        assert set(seen[0].buttons) == {"Later", "Form"}
        assert seen[0].options == {"Español": "es", "en": "en"}


async def test_a_dropped_socket_is_resumed_and_what_was_missed_comes() -> None:
    async with place() as here:
        await here.server.driver.gateway("drop")
        assert not here.server.gateway.connected
        outcome = await here.person.slash("join", {"first_name": "Ana"}, channel=here.channel_id)
        assert outcome.text == "Ana 15 es-ES"
        assert len(_events(here.server, "RESUMED")) == 1
        assert len(_events(here.server, "READY")) == 1


async def test_reconnect_on_demand_resumes_and_an_invalid_session_identifies_anew() -> None:
    async with place() as here:
        await here.server.driver.gateway("reconnect")
        await here.bot.until("RESUMED")
        await here.server.driver.gateway("invalidate", resumable=True)
        await here.bot.until("RESUMED", 2)
        await here.server.driver.gateway("invalidate")
        await here.bot.until("READY", 2)
        await here.server.driver.wait_connected(sessions=2)
        assert (await here.person.slash("join", {"first_name": "Ana"})).failed is None


async def test_heartbeats_are_answered_and_a_silent_line_is_closed() -> None:
    async with place() as here:
        here.server.gateway.heartbeat_interval = 0.05
        await here.server.driver.gateway("reconnect")
        await here.bot.until("RESUMED")
        before = len(_events(here.server, "HEARTBEAT"))
        address = yarl.URL(here.server.gateway_address).with_query(v="10", encoding="json")
        async with aiohttp.ClientSession() as session, session.ws_connect(address) as silent:
            hello = await silent.receive_json()
            assert hello == {"op": 10, "d": {"heartbeat_interval": 50}, "s": None}
            closed = await silent.receive(timeout=5)
            assert closed.type is aiohttp.WSMsgType.CLOSE
            assert silent.close_code == 4009
        assert len(_events(here.server, "HEARTBEAT")) > before
        assert here.server.gateway.connected


async def test_the_same_nonce_gives_the_first_message_for_some_minutes() -> None:
    async with place() as here:
        first = await here.channel.send("Once", nonce="delivery-1")
        again = await here.channel.send("Once", nonce="delivery-1")
        assert again.id == first.id
        assert len(await here.server.driver.messages(here.channel_id)) == 1
        await here.server.driver.advance(600)
        assert (await here.channel.send("Once", nonce="delivery-1")).id != first.id


async def test_a_file_arrives_and_can_be_fetched() -> None:
    async with place() as here:
        picture = discord.File(io.BytesIO(b"\x89PNG bytes"), "poster.png", description="A poster")
        message = await here.channel.send("Look", file=picture)
        assert message.attachments[0].description == "A poster"
        assert await message.attachments[0].read() == b"\x89PNG bytes"
        request = here.server.transcript.find(kind="request", path_or_event="POST /channels/{channel_id}/messages")
        assert request[-1].body["files"] == [{"filename": "poster.png", "size": 10}]
        edited = await message.edit(content="Read", attachments=[])
        assert edited.attachments == []


async def test_pings_go_out_only_as_allowed_mentions_say() -> None:
    async with place() as here:
        text = f"@everyone <@{here.person.id}>"
        await here.channel.send(text, allowed_mentions=discord.AllowedMentions.none())
        assert (await here.server.driver.status())["pings"] == []
        sent = await here.channel.send(text)
        only = await here.channel.send(text, allowed_mentions=discord.AllowedMentions(everyone=False, roles=False))
        assert (await here.server.driver.status())["pings"] == [
            {"message": str(sent.id), "everyone": True, "people": [here.person.id], "roles": []},
            {"message": str(only.id), "everyone": False, "people": [here.person.id], "roles": []},
        ]


async def test_a_role_is_pinged_only_when_it_is_mentionable_or_the_bot_may_ping_everyone() -> None:
    async with place(bot_may=ORDINARY) as here:
        quiet = await here.server.driver.role(here.guild_id, "organizers")
        loud = await here.server.driver.role(here.guild_id, "helpers", mentionable=True)
        await here.channel.send(f"<@&{quiet}> <@&{loud}>")
        assert [one["roles"] for one in (await here.server.driver.status())["pings"]] == [[loud]]


async def test_an_announcement_is_published() -> None:
    async with place() as here:
        news = await here.server.driver.channel(here.guild_id, "announcements", ChannelKind.ANNOUNCEMENT)
        await here.bot.until("CHANNEL_CREATE")
        channel = here.bot.get_channel(int(news))
        assert isinstance(channel, discord.TextChannel)
        message = await channel.send("Saturday")
        await message.publish()
        assert (await channel.fetch_message(message.id)).flags.crossposted


async def test_invites_count_who_joined_by_them() -> None:
    async with place() as here:
        invite = await here.channel.create_invite(max_age=0, unique=True)
        newcomer = await here.server.driver.person("lu")
        await newcomer.change(invite=invite.code)
        assert [(one.code, one.uses) for one in await here.channel.invites()] == [(invite.code, 1)]
        assert (await newcomer.slash("join", {"first_name": "Lu"}, channel=here.channel_id)).failed is None
        await invite.delete()
        assert await here.channel.guild.invites() == []


async def test_a_webhook_posts_under_its_own_name() -> None:
    async with place() as here:
        webhook = await here.channel.create_webhook(name="Groundswell")
        message = await webhook.send("By webhook", wait=True)
        await message.edit(content="By the webhook")
        seen = await here.server.driver.messages(here.channel_id)
        assert [(one.text, one.payload["author"]["username"]) for one in seen] == [("By the webhook", "Groundswell")]
        await webhook.delete(prefer_auth=True)
        assert await here.channel.webhooks() == []


async def test_layout_components_are_shown_as_text() -> None:
    async with place() as here:
        view = discord.ui.LayoutView()
        box: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(discord.ui.TextDisplay("Be kind."))
        view.add_item(box)
        message = await here.channel.send(view=view)
        assert message.flags.components_v2
        assert [one.text for one in await here.server.driver.messages(here.channel_id)] == ["Be kind."]


async def test_the_bot_hears_of_its_own_messages_by_the_intents_it_asked_for() -> None:
    async with place(intents=discord.Intents(guilds=True, guild_messages=True)) as here:
        message = await here.channel.send("One")
        await here.bot.until("MESSAGE_CREATE")
        await message.delete()
        await here.bot.until("MESSAGE_DELETE")
        assert await here.server.driver.messages(here.channel_id) == []
    async with place() as deaf:
        await deaf.channel.send("One")
        assert _events(deaf.server, "MESSAGE_CREATE") == []


async def test_as_a_process_it_outlives_the_bot_and_writes_everything_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "transcript.jsonl"
    command = [sys.executable, "-m", "tests.platforms.discord_server", "--token", "T", "--transcript", str(file)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=PROJECT)
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        monkeypatch.setattr(Route, "BASE", f"http://127.0.0.1:{port}/api/v10")
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(f"ws://127.0.0.1:{port}/gateway"))
        driver = Discord.at(port)
        guild = await driver.guild("Mott Haven")
        channel = await driver.channel(guild, "general")
        person = await driver.person("ana", guilds=[guild])
        for times in (1, 2):
            await _one_life(driver, person.id, channel, times)
        assert [one.text for one in await person.sees(channel)] == ["Ana 15 en-US", "Ana 15 en-US"]
        with pytest.raises(LookupError, match="no button"):
            await person.press("Nothing like that")
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    kinds = [entry.path_or_event for entry in read_transcript(file) if entry.kind == "gateway"]
    assert (kinds.count("IDENTIFY"), kinds.count("INTERACTION_CREATE")) == (2, 2)


async def _one_life(driver: Discord, person_id: str, channel: str, times: int) -> None:
    """A client's process, as far as the server can tell: identify, one answer, gone."""
    bot = Bot()
    task = asyncio.create_task(bot.start("T"))
    await driver.wait_connected(sessions=times)
    order = {"person": person_id, "name": "join", "options": {"first_name": "Ana"}, "channel": channel}
    outcome = await driver.order("slash", order)
    assert [Seen(one).text for one in outcome["answers"]] == ["Ana 15 en-US"]
    await bot.close()
    await task
