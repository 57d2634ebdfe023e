"""What a process has of Telegram and Discord: their channels, and with the role `bots` their bots."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from campaign_engine.settings import Settings

if TYPE_CHECKING:
    from bots.guard import HealthBoard
    from bots.parts import BotParts
    from bots.telegram_bot import TelegramBot
    from campaign_engine.bootstrap import Engine
    from campaign_engine.channels.telegram import TelegramChannel
    from campaign_engine.ports.channel import Channel
    from web.parts import Hook


@dataclass(slots=True)
class Platforms:
    """Those with a token. A bot is made once the engine is there; a writer only keeps its account ready to write."""

    channels: "tuple[Channel, ...]" = ()
    bots: "dict[str, Callable[[Engine, BotParts], Any]]" = field(default_factory=dict)
    writers: "dict[str, Callable[[HealthBoard], Any]]" = field(default_factory=dict)

    def accounts(self, engine: "Engine", board: "HealthBoard", *, heard: bool) -> dict[str, Any]:
        """By name, each with `run` and `close`; `heard` where this process takes what people say to them."""
        if not heard:
            return {name: make(board) for name, make in self.writers.items()}
        return {name: make(engine, _bot_parts(engine, name, board)) for name, make in self.bots.items()}


def open_platforms(settings: Settings) -> Platforms:
    """Nothing is connected yet."""
    found = Platforms()
    if telegram_token := settings.telegram_token.get_secret_value():
        from bots.writers import TelegramWriter
        from campaign_engine.channels.telegram import TelegramChannel, open_bot

        channel = TelegramChannel(open_bot(telegram_token, settings.telegram_api))
        found.channels += (channel,)
        found.bots["telegram"] = partial(_telegram_bot, channel)
        found.writers["telegram"] = partial(TelegramWriter, channel.bot)
    if discord_token := settings.discord_token.get_secret_value():
        from bots.discord_bot import DiscordBot, open_client, use_addresses
        from bots.writers import DiscordWriter
        from campaign_engine.channels.discord import DiscordChannel

        use_addresses(settings.discord_api, settings.discord_gateway)
        discord_client = open_client()
        found.channels += (DiscordChannel(discord_client),)
        found.bots["discord"] = lambda _engine, parts: DiscordBot(discord_client, discord_token, parts)
        found.writers["discord"] = partial(DiscordWriter, discord_client, discord_token)
    return found


def keep_file_ids(engine: "Engine", channels: "tuple[Channel, ...]") -> None:
    """So that a picture is uploaded to Telegram once, not once by each process."""
    token = engine.settings.telegram_token.get_secret_value()
    if not token:
        return
    from campaign_engine.channels.telegram import TelegramChannel
    from campaign_engine.store.uploads import SqlFileIds

    ids = SqlFileIds(engine.database, int(token.partition(":")[0] or 0), engine.time.clock)
    for channel in channels:
        if isinstance(channel, TelegramChannel):
            channel.keep_file_ids(ids)


def _telegram_bot(channel: "TelegramChannel", engine: "Engine", parts: "BotParts") -> "TelegramBot":
    from bots.telegram_bot import TelegramBot
    from bots.telegram_intake import Ways

    return TelegramBot(channel.bot, channel, parts, Ways(webhook=engine.settings.telegram_hook))


def hooks(settings: Settings, bots: Mapping[str, Any]) -> "Mapping[str, Hook]":
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
