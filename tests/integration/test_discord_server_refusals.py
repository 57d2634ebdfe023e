"""Every refusal of the local Discord makes the real discord.py raise its own exception."""

import asyncio
import io
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.platforms.discord_client import Bot, pointed_at, running
from tests.platforms.discord_errors import Code
from tests.platforms.discord_place import Place, place
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_state import ALL, ChannelKind, Limits, Permission


def _is(error: discord.HTTPException, code: Code) -> bool:
    number, status, _ = code.value
    return (error.code, error.status) == (number, status)


def _button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **changes}


def _row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def _select(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "pick", "options": [{"label": "One", "value": "1"}], **changes}


async def test_a_wrong_token_cannot_log_in() -> None:
    async with DiscordServer() as server:
        with pytest.raises(discord.LoginFailure):
            async with running(Bot(server), "another-token"):
                pytest.fail("logged in")
        assert (await server.driver.status())["invalid_requests"] == 1


async def test_a_token_that_fails_at_the_gateway_closes_with_4004() -> None:
    async with DiscordServer() as server:
        bot = Bot(server)
        with pointed_at(server):
            await bot.login(server.token)
            bot.http.token = "another-token"
            with pytest.raises(discord.ConnectionClosed) as closed:
                await bot.connect()
            await bot.close()
        assert closed.value.code == 4004


async def test_privileged_intents_need_approval() -> None:
    wanted = discord.Intents(guilds=True, message_content=True)
    async with DiscordServer() as server:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with running(Bot(server, wanted), server.token):
                pytest.fail("connected")
        server.gateway.approved_intents |= wanted.value
        async with running(Bot(server, wanted), server.token) as bot:
            assert bot.user is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"content": "x", "nonce": "n" * 26}, "nonce"),
        ({"embeds": [{"title": "t" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"description": "d" * 4000}, {"description": "d" * 2001}]}, "embeds"),
        ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "embeds.0.fields"),
        ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
        ({"content": "x", "components": [_row(_button())] * 6}, "components"),
        (
            {"content": "x", "components": [_row(*[_button(custom_id=str(n)) for n in range(6)])]},
            "components.0.components",
        ),
        ({"content": "x", "components": [_row(_button(custom_id="c" * 101))]}, "components.0.components.0.custom_id"),
        ({"content": "x", "components": [_row(_button(label="l" * 81))]}, "components.0.components.0.label"),
        ({"content": "x", "components": [_row(_button(), _button())]}, "components.0.components.1.custom_id"),
        ({"content": "x", "components": [_row(_button(style=5))]}, "components.0.components.0"),
        ({"content": "x", "components": [_row(_button(label=""))]}, "components.0.components.0"),
        ({"content": "x", "components": [_row(_select(), _button())]}, "components.0.components"),
        ({"content": "x", "components": [_row(_select(max_values=26))]}, "components.0.components.0.max_values"),
        (
            {
                "content": "x",
                "components": [_row(_select(options=[{"label": "a", "value": str(n)} for n in range(26)]))],
            },
            "components.0.components.0.options",
        ),
        (
            {"content": "x", "components": [_row(_select(options=[{"label": "a", "value": "1"}] * 2))]},
            "components.0.components.0.options.1.value",
        ),
        ({"content": "x", "components": [_button()]}, "components.0.type"),
        ({"components": [{"type": 10, "content": "text"}]}, "components.0.type"),
        ({"flags": 32768, "content": "x", "components": [{"type": 10, "content": "text"}]}, "content"),
        ({"flags": 32768, "embeds": [{"title": "t"}], "components": [{"type": 10, "content": "text"}]}, "embeds"),
        ({"flags": 32768, "components": [{"type": 10, "content": "text"}] * 41}, "components"),
        ({"flags": 32768, "components": [{"type": 10, "content": "t" * 2001}] * 2}, "components"),
        (
            {"flags": 32768, "components": [{"type": 9, "components": [{"type": 10, "content": "t"}]}]},
            "components.0.accessory",
        ),
        ({"content": "x", "attachments": [{"id": "3", "filename": "a.png"}]}, "attachments.0"),
    ],
)
async def test_a_message_beyond_the_limits_is_refused_at_its_field(body: dict[str, Any], field: str) -> None:
    async with place() as here:
        with pytest.raises(discord.HTTPException) as refused:
            await here.post(f"/channels/{here.channel_id}/messages", **body)
        assert _is(refused.value, Code.INVALID_FORM)
        assert f"In {field}: " in refused.value.text
        assert await here.server.driver.messages(here.channel_id) == []


@pytest.mark.parametrize("body", [{}, {"content": "  "}, {"components": [_row(_button())]}, {"flags": 32768}])
async def test_a_message_with_nothing_to_show_is_refused(body: dict[str, Any]) -> None:
    async with place() as here:
        with pytest.raises(discord.HTTPException) as refused:
            await here.post(f"/channels/{here.channel_id}/messages", **body)
        assert _is(refused.value, Code.EMPTY_MESSAGE)


async def test_an_edit_cannot_leave_an_empty_message_nor_mix_text_with_layout() -> None:
    async with place() as here:
        message = await here.channel.send("Words")
        with pytest.raises(discord.HTTPException) as empty:
            await message.edit(content=None)
        assert _is(empty.value, Code.EMPTY_MESSAGE)
        layout = discord.ui.LayoutView()
        layout.add_item(discord.ui.TextDisplay("Layout"))
        with pytest.raises(discord.HTTPException, match="In content: ") as mixed:
            await message.edit(view=layout)
        assert _is(mixed.value, Code.INVALID_FORM)
        assert (await message.edit(content=None, view=layout)).flags.components_v2


async def test_a_channel_out_of_sight_and_one_without_permission() -> None:
    async with place(bot_may=Permission(0)) as here:
        driver = here.server.driver
        await driver.deny_bot(here.channel_id, Permission.SEND_MESSAGES)
        with pytest.raises(discord.Forbidden) as silent:
            await here.channel.send("Words")
        assert _is(silent.value, Code.MISSING_PERMISSIONS)
        with pytest.raises(discord.Forbidden) as webhook:
            await here.channel.create_webhook(name="Groundswell")
        assert _is(webhook.value, Code.MISSING_PERMISSIONS)
        await driver.deny_bot(here.channel_id, Permission.VIEW_CHANNEL)
        with pytest.raises(discord.Forbidden) as hidden:
            await here.channel.send("Words")
        assert _is(hidden.value, Code.MISSING_ACCESS)


async def test_unknown_things_are_not_found() -> None:
    async with place() as here:
        partial = here.channel.get_partial_message(1)
        with pytest.raises(discord.NotFound) as message:
            await partial.edit(content="Words")
        assert _is(message.value, Code.UNKNOWN_MESSAGE)
        with pytest.raises(discord.NotFound) as guild:
            await here.bot.fetch_guild(1)
        assert _is(guild.value, Code.UNKNOWN_GUILD)
        with pytest.raises(discord.NotFound) as person:
            await here.bot.fetch_user(1)
        assert _is(person.value, Code.UNKNOWN_USER)
        with pytest.raises(discord.NotFound) as invite:
            await here.bot.fetch_invite("nothing")
        assert _is(invite.value, Code.UNKNOWN_INVITE)
        with pytest.raises(discord.NotFound) as route:
            await here.post("/nowhere")
        assert _is(route.value, Code.NOT_FOUND)
        with pytest.raises(discord.NotFound) as member:
            await here.channel.guild.fetch_member(1)
        assert _is(member.value, Code.UNKNOWN_MEMBER)
        channel = here.channel
        await here.server.driver.remove_channel(here.channel_id)
        with pytest.raises(discord.NotFound) as gone:
            await channel.send("Words")
        assert _is(gone.value, Code.UNKNOWN_CHANNEL)


async def test_the_message_of_another_cannot_be_edited_and_a_large_file_not_be_sent() -> None:
    async with place(limits=Limits(upload_bytes=10)) as here:
        webhook = await here.channel.create_webhook(name="Other")
        message = await webhook.send("Words", wait=True)
        with pytest.raises(discord.Forbidden) as foreign:
            await here.channel.get_partial_message(message.id).edit(content="Mine")
        assert _is(foreign.value, Code.FOREIGN_MESSAGE)
        with pytest.raises(discord.HTTPException) as large:
            await here.channel.send(file=discord.File(io.BytesIO(b"12345678901"), "a.bin"))
        assert _is(large.value, Code.ENTITY_TOO_LARGE)


async def test_a_person_who_closed_direct_messages_cannot_be_written_to() -> None:
    async with place() as here:
        account = await here.bot.fetch_user(int(here.person.id))
        await account.send("Hello")
        assert [one.text for one in await here.person.sees()] == ["Hello"]
        for closed in ({"dms_open": False}, {"dms_open": True, "blocks_bot": True}, {"leave": here.guild_id}):
            await here.person.change(**closed)
            with pytest.raises(discord.Forbidden) as refused:
                await account.send("Hello again")
            assert _is(refused.value, Code.CANNOT_DM)


async def test_direct_messages_cannot_be_opened_too_fast() -> None:
    async with place(limits=Limits(dm_opens=(2, 600.0))) as here:
        people = [await here.server.driver.person(guilds=[here.guild_id]) for _ in range(3)]
        accounts = [await here.bot.fetch_user(int(one.id)) for one in people]
        await accounts[0].create_dm()
        await accounts[1].create_dm()
        with pytest.raises(discord.Forbidden) as refused:
            await accounts[2].create_dm()
        assert _is(refused.value, Code.OPENING_DMS_TOO_FAST)
        await here.server.driver.advance(601)
        await accounts[2].create_dm()
        assert len((await here.server.driver.status())["open_dms"]) == 3


async def test_only_announcements_are_published_and_only_once() -> None:
    async with place() as here:
        message = await here.channel.send("Words")
        with pytest.raises(discord.HTTPException) as wrong:
            await message.publish()
        assert _is(wrong.value, Code.WRONG_CHANNEL_TYPE)
        channel = await _announcements(here)
        message = await channel.send("Words")
        await message.publish()
        with pytest.raises(discord.HTTPException) as twice:
            await message.publish()
        assert _is(twice.value, Code.ALREADY_CROSSPOSTED)


async def _announcements(here: Place) -> discord.TextChannel:
    channel_id = await here.server.driver.channel(here.guild_id, "announcements", ChannelKind.ANNOUNCEMENT)
    await here.bot.until("CHANNEL_CREATE")
    channel = here.bot.get_channel(int(channel_id))
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_publishing_too_often_must_wait_for_the_hour() -> None:
    limits = Limits(crossposts=(1, 3600.0))
    async with place(limits=limits, max_ratelimit_timeout=30) as here:
        channel = await _announcements(here)
        first, second = await channel.send("One"), await channel.send("Two")
        await first.publish()
        with pytest.raises(discord.RateLimited) as limited:
            await second.publish()
        assert 3500 < limited.value.retry_after <= 3600


async def test_a_channel_has_at_most_fifteen_webhooks_none_named_after_discord() -> None:
    async with place() as here:
        with pytest.raises(discord.HTTPException, match="In name: ") as named:
            await here.channel.create_webhook(name="Discord news")
        assert _is(named.value, Code.INVALID_FORM)
        for number in range(15):
            await here.channel.create_webhook(name=f"Hook {number}")
        with pytest.raises(discord.HTTPException) as full:
            await here.channel.create_webhook(name="One more")
        assert _is(full.value, Code.TOO_MANY_WEBHOOKS)


async def test_the_first_answer_must_come_within_three_seconds() -> None:
    async with place() as here:
        outcome = await here.person.slash("late", channel=here.channel_id)
        assert outcome.failed == "The application did not respond"
        error = await here.bot.failures.get()
        assert isinstance(error, discord.NotFound)
        assert _is(error, Code.UNKNOWN_INTERACTION)


async def test_an_interaction_never_answered_fails_and_takes_no_follow_up() -> None:
    async with place(limits=Limits(answer_within=0.2)) as here:
        outcome = await here.person.slash("silent", channel=here.channel_id)
        assert outcome.failed == "The application did not respond"
        interaction = here.bot.interactions[0]
        with pytest.raises(discord.NotFound) as unanswered:
            await interaction.followup.send("Words")
        assert _is(unanswered.value, Code.UNKNOWN_WEBHOOK)
        with pytest.raises(discord.NotFound) as late:
            await interaction.response.defer()
        assert _is(late.value, Code.UNKNOWN_INTERACTION)


async def test_an_interaction_is_answered_once() -> None:
    async with place() as here:
        await here.person.slash("join", {"first_name": "Ana"}, channel=here.channel_id)
        interaction = here.bot.interactions[0]
        interaction.response._response_type = None
        with pytest.raises(discord.HTTPException) as twice:
            await interaction.response.send_message("Again")
        assert _is(twice.value, Code.ALREADY_ACKNOWLEDGED)


async def test_an_interaction_token_lives_fifteen_minutes() -> None:
    async with place() as here:
        await here.person.slash("join", {"first_name": "Ana"}, channel=here.channel_id)
        interaction = here.bot.interactions[0]
        await here.server.driver.advance(890)
        await interaction.edit_original_response(content="In time")
        await here.server.driver.advance(20)
        with pytest.raises(discord.HTTPException) as old:
            await interaction.edit_original_response(content="Too late")
        assert _is(old.value, Code.INVALID_WEBHOOK_TOKEN)
        assert [one.text for one in await here.person.sees(here.channel_id)] == ["In time"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"type": 6}, "type"),
        ({"type": 4, "data": {"content": "x" * 2001}}, "data.content"),
        (
            {"type": 9, "data": {"title": "t" * 46, "custom_id": "f", "components": [{"type": 10, "content": "x"}]}},
            "data.title",
        ),
        ({"type": 9, "data": {"title": "t", "custom_id": "f", "components": []}}, "data.components"),
    ],
)
async def test_an_answer_beyond_the_limits_is_refused_and_another_may_follow(data: dict[str, Any], field: str) -> None:
    async with place(limits=Limits(answer_within=1.0)) as here:
        asked = asyncio.create_task(here.person.slash("silent", channel=here.channel_id))
        await here.bot.until("INTERACTION_CREATE")
        interaction = here.bot.interactions[0]
        with pytest.raises(discord.HTTPException, match=f"In {field}: ") as refused:
            await here.post(f"/interactions/{interaction.id}/{interaction.token}/callback", **data)
        assert _is(refused.value, Code.INVALID_FORM)
        await interaction.response.send_message("Words")
        assert (await asked).text == "Words"


async def test_commands_beyond_the_limits_are_refused() -> None:
    async with place() as here:
        command: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="fine", description="Fine", callback=_nothing
        )
        command.description = "d" * 101
        here.bot.tree.add_command(command)
        with pytest.raises(app_commands.CommandSyncFailure):
            await here.bot.tree.sync()
        command.description = "Fine"
        one: Any = command.to_dict(here.bot.tree)
        application = here.server.world.application_id
        with pytest.raises(discord.HTTPException) as many:
            await here.bot.http.bulk_upsert_global_commands(application, [one | {"name": f"c{n}"} for n in range(101)])
        assert _is(many.value, Code.TOO_MANY_COMMANDS)
        with pytest.raises(discord.Forbidden) as foreign:
            await here.bot.http.bulk_upsert_global_commands(1, [])
        assert _is(foreign.value, Code.NOT_YOUR_APPLICATION)
        with pytest.raises(discord.Forbidden) as elsewhere:
            await here.bot.tree.sync(guild=discord.Object(1))
        assert _is(elsewhere.value, Code.MISSING_ACCESS)


@pytest.mark.parametrize(
    ("where", "locale", "words"),
    [
        ("name_localizations", "fr", "Vie privée"),
        ("name_localizations", "fr", "vie privée"),
        ("name_localizations", "ru", "Помощь"),
        ("name_localizations", "ko", "도움!"),
        ("name_localizations", "zh-CN", "帮" * 33),
        ("name_localizations", "zh-Hans", "帮助"),
        ("description_localizations", "pl", ""),
        ("description_localizations", "pl", "p" * 101),
    ],
)
async def test_a_translation_that_is_no_name_or_too_long_is_refused(where: str, locale: str, words: str) -> None:
    async with place() as here:
        command = {"name": "help", "description": "Get help now", where: {locale: words}}
        with pytest.raises(discord.HTTPException) as refused:
            await here.bot.http.bulk_upsert_global_commands(here.server.world.application_id, [command])
        assert _is(refused.value, Code.INVALID_FORM)
        taken = command | {where: {"ko": "도움"}}
        assert await here.bot.http.bulk_upsert_global_commands(here.server.world.application_id, [taken])


async def _nothing(_: discord.Interaction) -> None:
    """A command without effect."""


async def test_the_bot_without_permission_to_ping_everyone_pings_nobody() -> None:
    async with place(bot_may=ALL & ~Permission.MENTION_EVERYONE & ~Permission.ADMINISTRATOR) as here:
        await here.channel.send("@everyone")
        assert (await here.server.driver.status())["pings"] == []
