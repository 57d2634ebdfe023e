"""A join on each platform as its person does it: how many taps it takes, and that it begins alike everywhere."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.message import Option, Reply
from campaign_engine.rendering import Renderer
from tests.platforms.telegram_server import TelegramServer
from tests.support import posted
from tests.support.bots import bot_parts, discord_bot_running, discord_guild, running_post, telegram_bot_running
from tests.support.engine import House
from tests.support.players import AtThePage, Ear, OnDiscord, OnTelegram, Player
from tests.support.site import Health, parts_of, served
from tests.support.transcripts import Said

MOST_TAPS = 7
AGE, PLACE = ("tap", "16 or 17", 1), ("tap", "East New York, Cypress Hills, Starrett City (75)", 1)
PLEDGE = (("tap", "Learn twelve skills, use them", 2), ("tap", "Too much: text 988", 2), ("tap", "Yes", 1))
WAYS = {
    "no code": (("start", "", 2), AGE, ("tap", "Brooklyn", 1), PLACE, *PLEDGE),
    "ZIP code": (("start", "", 2), AGE, ("say", "11207", 1), PLACE, *PLEDGE),
    "site": (("start", "s_{site}", 2), AGE, *PLEDGE),
    "word code": (("start", "", 2), AGE, ("say", "{word}", 1), *PLEDGE),
    "invite": (("start", "i_{invite}", 2), AGE, ("tap", "Brooklyn", 1), PLACE, *PLEDGE),
}
"""What is done, with how many messages it is answered in the house."""

PLAN, YES = ("tap", "Too much: text 988", 2), ("tap", "Yes", 1)
BUTTON_UNDER_A_POST = {
    # A Telegram group can ask nothing in private: age and pledge are one tap there, and the chat is opened after it.
    "telegram": (("press", "16 or 17", 1), ("start", "", 2), ("tap", "Brooklyn", 1), PLACE, PLAN, YES),
    "discord": (("press", "I pledge", 2), AGE, ("tap", "Look out: slow it down, get backup", 2), PLAN, YES),
    # The page has no rooms: the post's own page has the button.
    "web": (("start", "p_1", 2), AGE, ("tap", "Brooklyn", 1), PLACE, ("tap", "Look out", 2), PLAN, YES),
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Platforms differ in nothing that a database knows of."""
    return sqlite_url


@pytest.fixture
def post_in_a_room() -> None:
    """Asks `maya` for one, and for the campaign that it is of."""


@pytest.fixture(params=["telegram", "discord", "web"])
async def maya(
    request: pytest.FixtureRequest, house: House, telegram_server: TelegramServer, tmp_path: Path
) -> AsyncIterator[Player]:
    ear = Ear(house)
    parts = replace(bot_parts(house), conversation=ear)
    post = "post_in_a_room" in request.fixturenames
    async with AsyncExitStack() as run:
        if post:
            await running_post(house)
        if request.param == "telegram":
            await run.enter_async_context(telegram_bot_running(telegram_server, parts))
            rooms = [await posted.on_telegram(house, telegram_server)] if post else []
            yield OnTelegram(await telegram_server.telegram.person("Maya", "en", started=True), ear, rooms)
        elif request.param == "discord":
            place = await run.enter_async_context(discord_guild())
            await run.enter_async_context(discord_bot_running(place.platform, parts))
            channels = [await posted.on_discord(house, place)] if post else []
            yield OnDiscord(await place.person("maya", "en-US"), ear, channels)
        else:
            root = await run.enter_async_context(served(parts_of(house, tmp_path, Health())))
            browser = httpx.AsyncClient(base_url=root, follow_redirects=True, headers={"accept-language": "en"})
            yield await AtThePage(await run.enter_async_context(browser)).open()


async def codes(house: House) -> dict[str, str]:
    site = await house.site(75)
    ally = await house.person("ally", "telegram").join()
    await ally.press("iv:1")
    invite = ally.screen[0].text.split("/i/")[-1].split()[0]
    return {"site": site.code, "word": site.word_code, "invite": invite}


@pytest.mark.parametrize("way", WAYS)
async def test_F14_a_join_takes_at_most_seven_taps_on_each_platform(house: House, maya: Player, way: str) -> None:
    known = await codes(house)
    said: tuple[Said, ...] = ()
    for verb, words, expected in WAYS[way]:
        said = await maya.act(verb, words.format(**known), expected)
    assert any("You're in." in one.text for one in said)
    assert len(WAYS[way]) <= MOST_TAPS


@pytest.mark.usefixtures("post_in_a_room")
async def test_F14_a_join_by_the_button_under_a_post_takes_at_most_seven_taps_on_each_platform(maya: Player) -> None:
    way = BUTTON_UNDER_A_POST[maya.channel]
    said: tuple[Said, ...] = ()
    for verb, words, expected in way:
        said = await maya.act(verb, words, expected)
    assert any("You're in." in one.text for one in said)
    assert len(way) <= MOST_TAPS


IN_A_SERVER = {
    "no code": WAYS["no code"],
    "ZIP code": (("start", "11207", 2), AGE, PLACE, *PLEDGE),
}


@pytest.mark.parametrize("way", IN_A_SERVER)
async def test_F14_a_join_inside_a_discord_server_takes_seven_taps_and_asks_nobody_to_type(
    house: House, way: str
) -> None:
    ear = Ear(house)
    async with (
        discord_guild() as place,
        discord_bot_running(place.platform, replace(bot_parts(house), conversation=ear)),
    ):
        maya = OnDiscord(await place.person("maya", "en-US"), ear, where=place.channel)
        before = len(await maya.person.sees(place.channel))
        for verb, words, expected in IN_A_SERVER[way]:
            said = await maya.act(verb, words, expected + (words == "Yes"))
        assert any("You're in." in one.text for one in said)
        assert len(IN_A_SERVER[way]) <= MOST_TAPS
        assert all(seen.ephemeral for seen in (await maya.person.sees(place.channel))[before:])


async def test_F14_the_first_cards_are_alike_on_each_platform(maya: Player) -> None:
    said = await maya.act("start", "", 2)
    renderer = Renderer()
    labels = [label for one in said for label in one.labels]
    texts = "\n\n".join(one.text for one in said)
    assert texts == "\n\n".join(renderer.reply(Reply(name), "en").text for name in ("join.welcome", "join.age"))
    names = ("join.change_language", *(f"join.age_{band}" for band in ("u13", "13", "16", "18", "22")))
    wanted = Reply("join.age", options=tuple((Option(label=name, data="x"),) for name in names))
    assert labels == [choice.label for row in renderer.reply(wanted, "en").choices for choice in row]
