"""A real discord.py client for the tests of the local Discord: commands, a lasting button, a select, a form."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.platforms.discord_server import DiscordServer


@contextmanager
def pointed_at(server: DiscordServer) -> Iterator[None]:
    """discord.py's two addresses lead to the local server; the real ones are put back afterwards."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = server.api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(server.gateway_address)
    try:
        yield
    finally:
        Route.BASE = base
        DiscordWebSocket.DEFAULT_GATEWAY = gateway


class PledgeButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"pledge:(?P<post>\d+)"):
    """Carries its post in the custom_id, so that it outlives the process."""

    def __init__(self, post: int) -> None:
        super().__init__(discord.ui.Button(label="I pledge", custom_id=f"pledge:{post}"))
        self.post = post

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction, _item: discord.ui.Item[Any], match: re.Match[str], /) -> Self:
        return cls(int(match["post"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content=f"Counted for post {self.post}.")
        await interaction.followup.send("Thank you.", ephemeral=True)


class Form(discord.ui.Modal, title="About you"):
    """A form with one text and one select."""

    name: discord.ui.TextInput[Any] = discord.ui.TextInput(label="First name", max_length=20)
    borough: discord.ui.Label[Any] = discord.ui.Label(
        text="Borough",
        component=discord.ui.Select(
            options=[discord.SelectOption(label="Bronx"), discord.SelectOption(label="Queens")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        chosen = self.borough.component
        assert isinstance(chosen, discord.ui.Select)
        await interaction.response.send_message(f"{self.name.value} of {chosen.values[0]}", ephemeral=True)


class Choices(discord.ui.View):
    """A select, a button that edits its message and one that opens a form."""

    @discord.ui.select(
        placeholder="Language",
        options=[discord.SelectOption(label="Español", value="es"), discord.SelectOption(label="en")],
    )
    async def language(self, interaction: discord.Interaction, select: discord.ui.Select[Any]) -> None:
        await interaction.response.edit_message(content=f"Language {select.values[0]}")

    @discord.ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="Until later.", view=None)

    @discord.ui.button(label="Form", custom_id="form")
    async def form(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Form())


class Bot(discord.Client):
    """`seen` lists the events by name; /late moves the clock of `server` before it answers."""

    def __init__(
        self, server: DiscordServer | None = None, intents: discord.Intents | None = None, **options: Any
    ) -> None:
        super().__init__(intents=intents or discord.Intents(guilds=True), guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.server = server
        self.seen: list[str] = []
        self.interactions: list[discord.Interaction] = []
        self._more = asyncio.Event()
        self.failures: asyncio.Queue[discord.HTTPException] = asyncio.Queue()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(PledgeButton)
        self.tree.add_command(app_commands.Command(name="join", description="Join in", callback=_join))
        self.tree.add_command(app_commands.Command(name="form", description="A form", callback=_form))
        self.tree.add_command(app_commands.Command(name="late", description="Answers too late", callback=_late))
        self.tree.add_command(app_commands.Command(name="silent", description="Never answers", callback=_silent))
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No five seconds of waiting before a second IDENTIFY."""

    async def on_socket_event_type(self, event: str) -> None:
        self.seen.append(event)
        self._more.set()

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        self.interactions.append(interaction)

    async def until(self, event: str, times: int = 1) -> None:
        """Wait until an event has come so often."""
        async with asyncio.timeout(60):
            while self.seen.count(event) < times:
                self._more.clear()
                await self._more.wait()


async def _join(interaction: discord.Interaction, first_name: str, age: app_commands.Range[int, 13, 24] = 15) -> None:
    await interaction.response.defer(ephemeral=True)
    view = Choices(timeout=None)
    await interaction.edit_original_response(content=f"{first_name} {age} {interaction.locale}", view=view)


async def _form(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Form())


async def _late(interaction: discord.Interaction) -> None:
    bot = interaction.client
    assert isinstance(bot, Bot)
    assert bot.server is not None
    bot.server.world.advance(3.5)
    try:
        await interaction.response.defer(ephemeral=True)
    except discord.HTTPException as error:
        bot.failures.put_nowait(error)


async def _silent(_: discord.Interaction) -> None:
    """Leaves the person waiting."""


@asynccontextmanager
async def running(bot: Bot, token: str) -> AsyncIterator[Bot]:
    """Log in, connect, wait for READY; log out at the end."""
    assert bot.server is not None
    with pointed_at(bot.server):
        task = asyncio.create_task(bot.start(token))
        ready = asyncio.create_task(bot.until("READY"))
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            await (task if task.done() else ready)
            yield bot
        finally:
            ready.cancel()
            await bot.close()
            await asyncio.gather(task, ready, return_exceptions=True)
