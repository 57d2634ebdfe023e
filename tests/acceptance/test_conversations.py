"""Golden conversations: the same words and choices in the house, on Telegram, on Discord and at the page.

`make conversations` writes the files anew, so that a diff shows what changed in words; nothing else does.
"""

import difflib
import os
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.acceptance.scenes import HAPPENINGS, Scene, evened, too_dear
from tests.platforms.discord_state import Permission
from tests.platforms.telegram_driver import Room
from tests.platforms.telegram_server import TelegramServer
from tests.support import posted
from tests.support.bots import bot_parts, discord_bot_running, discord_guild, telegram_bot_running
from tests.support.engine import House
from tests.support.players import AtHome, AtThePage, Ear, OnDiscord, OnTelegram, Player
from tests.support.site import Health, parts_of, served
from tests.support.transcripts import Conversation, files, parse, written

FOLDER = Path(__file__).parent / "conversations"
FILES = [pytest.param(file, id=file.stem) for file in files(FOLDER)]


def on(platform: str) -> list[object]:
    """Files that can be held there."""
    held = {file: told(file).platforms or (platform,) for file in files(FOLDER)}
    return [pytest.param(file, id=file.stem) for file, platforms in held.items() if platform in platforms]


HELD_AT_HOME = [
    pytest.param(file, id=file.stem) for file in files(FOLDER) if not parse(file.read_text(encoding="utf-8")).in_rooms
]

QUIET = 0.02
"""Seconds in which nothing more must come on Discord; what comes later is found with the next step."""

LOCALES = {"en": "en-US", "es": "es-ES"}


async def play(conversation: Conversation, scene: Scene) -> Conversation:
    """As it was held."""
    for given in conversation.given:
        await HAPPENINGS[given](scene)
    turns = []
    for turn in conversation.turns:
        if not turn.verb:
            await HAPPENINGS[turn.words](scene)
            turns.append(turn)
            continue
        player = await scene.player(turn.who)
        said = await player.act(turn.verb, scene.filled(turn.words), len(turn.said))
        turns.append(replace(turn, said=tuple(map(scene.hidden, said))))
    return replace(conversation, turns=tuple(turns))


def lines(conversation: Conversation, channel: str) -> list[str]:
    """What every turn comes to, whatever messages it came in: the words, then the choices in their order."""
    found = []
    for turn in conversation.turns:
        said = [evened(one, channel) for one in turn.said]
        found += [f"> {turn.verb}: {turn.words}", *"\n\n".join(one.text for one in said if one.text).splitlines()]
        found += [f"[{label}]" for one in said for label in one.labels]
    return found


def put(file: Path, held: str) -> None:
    file.write_text(held, encoding="utf-8")


def told(file: Path) -> Conversation:
    return parse(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_a_file_reads_as_it_would_be_written(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == written(told(file))


@pytest.mark.parametrize("file", HELD_AT_HOME)
async def test_a_conversation_is_held_as_it_is_written(house: House, file: Path) -> None:
    """Every step costs at most three statements but those that scenes.OPERATIONS names (ADR 12)."""
    costs: list[tuple[str, int]] = []

    script = told(file)
    channel = next(iter(script.platforms), "telegram")

    async def new(name: str, language: str) -> Player:
        return AtHome(house.person(f"address of {name or 'somebody'}", channel, language), costs, channel)

    scene = Scene(house, new, script.language, lambda: posted.at_home(house, channel))
    held = written(await play(script, scene))
    if os.environ.get("WRITE_CONVERSATIONS"):
        put(file, held)
        return
    assert held == written(script)
    assert not too_dear(costs)


class TestOnPlatforms:
    """One database is enough here: the house holds the same conversations over both."""

    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url

    @pytest.mark.parametrize("file", on("telegram"))
    async def test_on_telegram(self, house: House, telegram_server: TelegramServer, file: Path) -> None:
        ear, script, rooms = Ear(house), told(file), list[Room]()
        parts = replace(bot_parts(house), conversation=ear)

        async def new(name: str, language: str) -> Player:
            human = await telegram_server.telegram.person(name or "Maya", language, started=True)
            return OnTelegram(human, ear, rooms)

        async def post() -> None:
            rooms.append(await posted.on_telegram(house, telegram_server, script.language))

        async with telegram_bot_running(telegram_server, parts):
            await same(file, "telegram", Scene(house, new, script.language, post))

    @pytest.mark.parametrize("file", on("discord"))
    async def test_on_discord(self, house: House, file: Path) -> None:
        ear, script, rooms = Ear(house), told(file), list[str]()
        parts = replace(bot_parts(house), conversation=ear)
        may = Permission.MANAGE_CHANNELS if script.in_rooms else None
        async with discord_guild() as place, discord_bot_running(place.platform, parts):
            place.platform.desk.settle = QUIET
            where = place.channel if script.in_rooms else None

            async def new(name: str, language: str) -> Player:
                person = await place.person(name or "maya", LOCALES.get(language, "en-US"), may)
                return OnDiscord(person, ear, rooms, where=where)

            async def post() -> None:
                rooms.append(await posted.on_discord(house, place, script.language))

            await same(file, "discord", Scene(house, new, script.language, post))

    @pytest.mark.parametrize("file", on("web"))
    async def test_at_the_page(self, house: House, tmp_path: Path, file: Path) -> None:
        async with AsyncExitStack() as open_ones:
            root = await open_ones.enter_async_context(served(parts_of(house, tmp_path, Health())))

            async def new(_: str, language: str) -> Player:
                browser = httpx.AsyncClient(base_url=root, follow_redirects=True, headers={"accept-language": language})
                return await AtThePage(await open_ones.enter_async_context(browser)).open()

            await same(file, "web", Scene(house, new, told(file).language))


async def same(file: Path, channel: str, scene: Scene) -> None:
    """A file that is for one platform alone is written in its words."""
    script = told(file)
    held = await play(script, scene)
    if script.in_rooms and os.environ.get("WRITE_CONVERSATIONS"):
        put(file, written(held))
        return
    mine = channel if script.platforms else ""
    difference = difflib.unified_diff(lines(script, mine), lines(held, channel), "written", channel, lineterm="", n=1)
    assert not (found := "\n".join(difference)), found
