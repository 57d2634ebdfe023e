"""Anything can be sent over a socket at any time: it is answered, no pledge is lost, and nothing typed is kept."""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from campaign_engine.store.tables import pledges
from tests.integration.test_bot_logs import everything, heard
from tests.platforms.discord_person import Person as DiscordPerson
from tests.platforms.telegram_driver import Person as TelegramPerson
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.transcript import Entry
from tests.support.bots import bot_parts, discord_bot_running, discord_guild, telegram_bot_running, told
from tests.support.engine import House
from tests.support.page import Page
from tests.support.pictures import photo
from tests.support.players import FIELD_BUTTONS
from tests.support.site import Health, parts_of, served

__all__ = ["heard"]

ACTS = max(40, int(os.environ.get("SOAK_INPUTS", "0")) // 20)
MARK = "Zq7Marker"
TYPED = (
    MARK,
    f"{MARK} 75",
    f"/{MARK}",
    f"*{MARK}* <b>_`",
    f"{MARK} " * 100,
    "\u202e" + MARK,
    "😀",
    "11207",
    "75",
    "hold 75",
)
OTHERS = ("sticker", "voice", "photo", "document", "location", "forwarded")
"""What else is sent on Telegram, each with words under it; those of a forwarded message are its text."""

EMPTY = ""
"""The text of a sticker, a voice note, a photo and a forwarded message on Discord."""

NEVER = ("Yes, delete it", "12 or under", "Stop messages")
"""Buttons that end it all on purpose; what they do is another test."""

Act = Callable[[random.Random], Awaitable[object]]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """A file can be searched; the house takes anything on both databases."""
    return sqlite_url


async def live(acts: tuple[Act, ...], seed: int, times: int = ACTS) -> None:
    dice = random.Random(seed)
    for _ in range(times):
        await dice.choice(acts)(dice)


def files_of(url: str) -> bytes:
    path = Path(url.removeprefix("sqlite:///"))
    kept = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    assert b"telegram" in kept or b"discord" in kept or b"web" in kept
    return kept


async def nothing_kept(house: House, url: str, heard: pytest.LogCaptureFixture, sent: list[Entry]) -> None:
    """In the database's files, in the log, and in what went back to the platform; the pledge is there."""
    assert len(await house.rows(pledges)) == 1
    assert MARK.encode() not in files_of(url)
    assert MARK not in everything(heard)
    assert not [one for one in sent if MARK in str(one.body)]


async def test_N1_on_telegram(
    house: House, sqlite_url: str, telegram_server: TelegramServer, heard: pytest.LogCaptureFixture
) -> None:
    async with telegram_bot_running(telegram_server, bot_parts(house)):
        maya = await telegram_server.telegram.person("Maya", started=True)
        await house.person(str(maya.id), "telegram").join()
        await maya.say("/menu")
        await told(maya, "What would you like to do?")

        async def tap(dice: random.Random, times: int = 1) -> None:
            await tapped(maya, dice, times)

        async def edit(dice: random.Random) -> None:
            await maya.edit(await maya.say("menu"), dice.choice(TYPED))

        await live(
            (
                lambda dice: maya.say(dice.choice(TYPED)),
                lambda dice: maya.send(dice.choice(OTHERS), caption=MARK),
                lambda dice: maya.start(dice.choice(("", "s_X", "p_9", "i_X", "r_X"))),
                lambda dice: tap(dice, 2),
                edit,
                tap,
                tap,
            ),
            seed=7,
        )
        await maya.say("/help")
        await told(maya, "741741")
        await maya.say("STOP")
        await told(maya, "/start")
        entries = await telegram_server.telegram.transcript()
        await nothing_kept(house, sqlite_url, heard, [one for one in entries if one.kind == "request"])


async def tapped(person: TelegramPerson, dice: random.Random, times: int) -> None:
    """Any button that is still in sight, on whichever card; twice at once from two devices."""
    cards = [seen for seen in await person.messages() if seen.data]
    card = dice.choice(cards)
    labels = [
        row["text"] for rows in card.buttons for row in rows if "callback_data" in row and row["text"] not in NEVER
    ]
    if labels:
        label = dice.choice(labels)
        await asyncio.gather(*(person.tap(label, message_id=card.message_id) for _ in range(times)))


async def test_N1_on_discord(house: House, sqlite_url: str, heard: pytest.LogCaptureFixture) -> None:
    async with discord_guild() as place, discord_bot_running(place.platform, bot_parts(house)):
        place.platform.desk.settle = 0.02
        maya = await place.person()
        await house.person(maya.id, "discord").join()
        await maya.slash("menu")

        async def press(dice: random.Random) -> None:
            await pressed(maya, dice)

        async def type_it(dice: random.Random) -> None:
            await maya.say(dice.choice((*TYPED, EMPTY)))

        async def both(dice: random.Random) -> None:
            await asyncio.gather(maya.slash("menu"), maya.say(dice.choice(TYPED)), pressed(maya, dice))

        async def start(dice: random.Random) -> None:
            await maya.slash("start", {"code": dice.choice(TYPED)[:40]})

        await live((press, press, type_it, both, start), 7, ACTS // 3)
        assert "741741" in (await maya.slash("help", at_least=1)).text
        assert "/start" in (await maya.slash("stop", at_least=1)).text
        sent = [one for one in place.platform.transcript if one.kind == "request"]
        await nothing_kept(house, sqlite_url, heard, sent)


async def pressed(person: DiscordPerson, dice: random.Random) -> None:
    """Any button or choice in sight, old ones too."""
    cards = [seen for seen in await person.sees() if seen.buttons or seen.options]
    card = dice.choice(cards)
    if card.options and (labels := [label for label in card.options if label not in NEVER]):
        await person.choose([dice.choice(labels)], message=card.id)
    elif labels := [label for label, data in card.buttons.items() if label not in NEVER and data not in FIELD_BUTTONS]:
        await person.press(dice.choice(labels), message=card.id)


async def test_N1_at_the_page(house: House, sqlite_url: str, tmp_path: Path, heard: pytest.LogCaptureFixture) -> None:
    async with served(parts_of(house, tmp_path, Health())) as root, Page(root) as page:
        await page.open("/chat")
        for label in ("13 to 15", "Brooklyn", "East New York", "Look out", "I feel unsafe", "Yes"):
            await page.press(label)
        shown = [page.text]

        async def press(dice: random.Random) -> None:
            labels = [label for label in page.labels if label not in NEVER]
            shown.append(await page.press(dice.choice(labels)))

        async def type_it(dice: random.Random) -> None:
            shown.append(await page.type(dice.choice(TYPED)))

        async def bend(dice: random.Random) -> None:
            cookies = page._client.cookies
            async with httpx.AsyncClient(base_url=root, cookies=cookies, follow_redirects=True) as other:
                data = {"key": "old", "data": dice.choice(("m", "pl:Z", "::", "g:1", "x" * 64)), "text": MARK}
                answers = await asyncio.gather(*(other.post(page.path, data=data) for _ in range(2)))
                shown.extend(answer.raise_for_status().text for answer in answers)

        async def photograph(_: random.Random) -> None:
            cookies = page._client.cookies
            async with httpx.AsyncClient(base_url=root, cookies=cookies, follow_redirects=True) as other:
                sent = await other.post(f"{page.path}/picture?key=old", files={"picture": (f"{MARK}.jpg", photo())})
                shown.append(sent.raise_for_status().text)

        await live((press, press, type_it, bend, photograph), 7)
        assert "741741" in await page.type("/help")
        assert "/start" in await page.type("STOP")
        await nothing_kept(house, sqlite_url, heard, [])
        assert not [text for text in shown if MARK in text]
