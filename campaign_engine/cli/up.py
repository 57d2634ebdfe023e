"""`groundswell up`: pages, bots, the clock and the lanes in one process."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import typer

from campaign_engine.cli.opening import explained, settings_of
from campaign_engine.cli.terminal import command, say
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.ports.clock import SYSTEM_TIME, Time
from campaign_engine.settings import Settings

if TYPE_CHECKING:
    from bots.guard import HealthBoard
    from bots.parts import BotParts
    from bots.telegram_bot import TelegramBot
    from campaign_engine.bootstrap import Engine
    from campaign_engine.channels.telegram import TelegramChannel
    from campaign_engine.ports.channel import Channel
    from web.parts import Hook

Run = Callable[[asyncio.Event], Awaitable[None]]


@command
async def up(context: typer.Context) -> None:
    """Run pages, bots with tokens, the clock and the lanes until Ctrl-C."""
    settings = settings_of(context)
    with explained(settings):
        await serve(settings)


async def serve(settings: Settings, time: Time = SYSTEM_TIME) -> None:
    """Until SIGINT or SIGTERM; a part that fails is started again and stops nothing else."""
    from bots.guard import Health, HealthBoard, supervise
    from campaign_engine.bootstrap import Wiring, open_engine
    from campaign_engine.cli import logs

    logs.set_up(settings)
    stop, board = asyncio.Event(), HealthBoard()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    platforms = _platforms(settings)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_engine(settings, Wiring(time, platforms.channels)))
        bots = {name: make(engine, _bot_parts(engine, name, board)) for name, make in platforms.bots.items()}
        for bot in bots.values():
            stack.push_async_callback(bot.close)
        parts: dict[str, Run] = {"web": _pages(engine, board, _hooks(settings, bots)), **_worker(engine, board)}
        parts |= {name: bot.run for name, bot in bots.items()}
        async with asyncio.TaskGroup() as tasks:
            for name, run in parts.items():
                tasks.create_task(supervise(name, run, stop, board))
    if board.states["web"] is Health.MISCONFIGURED:
        raise ConfigurationError("The pages could not be opened, so nothing was started.", board.notes["web"])
    say("Stopped.")


@dataclass(slots=True)
class _Platforms:
    """Channels and bots of the platforms that have a token; a bot is made once the engine is there."""

    channels: "tuple[Channel, ...]" = ()
    bots: "dict[str, Callable[[Engine, BotParts], Any]]" = field(default_factory=dict)


def _platforms(settings: Settings) -> _Platforms:
    found = _Platforms()
    if telegram_token := settings.telegram_token.get_secret_value():
        from campaign_engine.channels.telegram import TelegramChannel, open_bot

        channel = TelegramChannel(open_bot(telegram_token, settings.telegram_api))
        found.channels += (channel,)
        found.bots["telegram"] = partial(_telegram_bot, channel)
    if discord_token := settings.discord_token.get_secret_value():
        from bots.discord_bot import DiscordBot, open_client, use_addresses
        from campaign_engine.channels.discord import DiscordChannel

        use_addresses(settings.discord_api, settings.discord_gateway)
        discord_client = open_client()
        found.channels += (DiscordChannel(discord_client),)
        found.bots["discord"] = lambda _engine, parts: DiscordBot(discord_client, discord_token, parts)
    return found


def _telegram_bot(channel: "TelegramChannel", engine: "Engine", parts: "BotParts") -> "TelegramBot":
    from bots.telegram_bot import TelegramBot
    from bots.telegram_intake import Ways
    from campaign_engine.store.uploads import SqlFileIds

    account = int(engine.settings.telegram_token.get_secret_value().partition(":")[0] or 0)
    channel.keep_file_ids(SqlFileIds(engine.database, account, engine.time.clock))
    return TelegramBot(channel.bot, channel, parts, Ways(webhook=engine.settings.telegram_hook))


def _hooks(settings: Settings, bots: Mapping[str, Any]) -> "Mapping[str, Hook]":
    """Only where the operator chose it: a door that nobody uses stays shut."""
    return {"telegram": bots["telegram"].receive} if settings.telegram_hook and "telegram" in bots else {}


def _bot_parts(engine: "Engine", name: str, board: "HealthBoard") -> "BotParts":
    from bots.parts import BotParts

    return BotParts(
        conversation=engine.conversation,
        rooms=engine.room_desk,
        pace=engine.paces[name],
        board=board,
        say=engine.renderer.reply,
        unreachable=engine.blocking.mark,
        accounts=engine.accounts,
        marks=engine.marks,
        threads=engine.threads,
        offers=engine.room_offers,
        figures=engine.room_figures,
        team=engine.team.on,
    )


def _pages(engine: "Engine", board: "HealthBoard", hooks: "Mapping[str, Hook]") -> Run:
    from bots.guard import Health
    from web.app import create_app
    from web.server import serve as serve_pages
    from web.wiring import web_parts

    async def health() -> Mapping[str, str]:
        return {name: str(state) for name, state in board.states.items()}

    app = create_app(replace(web_parts(engine, engine.reports, health), hooks=hooks))

    def ready(address: str) -> None:
        board.set("web", Health.RUNNING)
        say(f"Pages at {address} · Ctrl-C stops")

    async def run(stop: asyncio.Event) -> None:
        try:
            await serve_pages(app, engine.settings.web_host, engine.settings.web_port, stop, ready)
        except ConfigurationError:
            stop.set()  # bots without a page would leave students without help, report and way out
            raise

    return run


def _worker(engine: "Engine", board: "HealthBoard") -> Mapping[str, Run]:
    from bots.guard import Health
    from campaign_engine.worker import parts

    def watched(name: str, run: Run) -> Run:
        async def begin(stop: asyncio.Event) -> None:
            board.set(name, Health.RUNNING)
            await run(stop)

        return begin

    return {name: watched(name, run) for name, run in parts(engine).items()}
