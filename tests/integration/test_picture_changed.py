"""An approver sees the picture that was approved and the one in its place, on Telegram, on Discord and at the page."""

import re
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.contact import Role
from tests.integration.test_drafting_chat import send_picture
from tests.integration.test_telegram_bot_staff import member as on_telegram
from tests.integration.test_telegram_bot_staff import say
from tests.platforms.telegram_server import TelegramServer
from tests.support import discord_steps
from tests.support.bots import bot_parts, discord_bot_running, discord_guild, telegram_bot_running, told
from tests.support.engine import House, Phone
from tests.support.pictures import photo, sent
from tests.support.players import AtThePage
from tests.support.site import Health, parts_of, served

TEXT = "We look out for each other in {{ area }}: {{ link }}"
OLD, NEW = photo(), photo(color="navy")
BEFORE = "The picture until now, of “Winter”: A candle"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: pictures are kept on both by other tests."""
    return sqlite_url


async def changed(house: House) -> Phone:
    """Approved with a picture by two people, then handed in with another one."""
    author, approver = await house.staff("river7", Role.ORGANIZER), await house.staff("oak3", Role.APPROVER)
    await author.press("k:awareness")
    for said in ("Winter", "73, 75", "250", TEXT, TEXT):
        await author.say(said)
    await send_picture(author, sent(OLD))
    for said in ("A candle", "Una vela", "December 1 at 4 pm"):
        await author.say(said)
    await author.tap("Everywhere", "No pledge button")
    await author.press("su:1")
    await approver.press("o:waiting")
    assert "until now" not in approver.text
    await approver.tap("Approve")
    await author.press("mv:1:edit")
    await author.tap("Edit it", "Change the picture")
    await send_picture(author, sent(NEW))
    for said in ("Two hands", "Dos manos"):
        await author.say(said)
    await author.press("su:1")
    return author


async def test_S1_both_pictures_stand_before_an_approver_and_then_none_is_left(house: House) -> None:
    author = await changed(house)
    approver = await house.staff("elm4", Role.APPROVER)
    await approver.press("o:waiting")
    before, card = approver.screen
    assert before.text == BEFORE
    assert before.picture is not None
    assert card.picture is not None
    assert (before.picture.alt, card.picture.alt) == ("A candle", "Two hands")
    assert before.picture.key != card.picture.key
    assert "Picture: another one. The one before stands above" in card.text
    assert "Picture in words (Spanish): [removed: Una vela] [added: Dos manos]" in card.text
    await author.press("tb:1")
    await author.press("o:new")
    await author.tap("Change the picture", "Take the picture out")
    await author.press("su:1")
    await approver.press("o:waiting")
    assert "It goes out without a picture now." in approver.screen[0].text
    assert "Picture: taken out" in approver.screen[1].text
    assert approver.screen[1].picture is None


async def test_S1_both_pictures_on_telegram(house: House, telegram_server: TelegramServer) -> None:
    async with telegram_bot_running(telegram_server, bot_parts(house)):
        await changed(house)
        approver = await on_telegram(house, telegram_server, Role.APPROVER, "elm4")
        await say(approver, "/menu", "What would you like to do?")
        await approver.tap("Waiting for you (1)")
        await told(approver, "Since it was last approved")
        shown = [seen.text for seen in await approver.messages() if seen.photo]
        assert shown[0] == BEFORE
        assert len(shown) == 2


async def test_S1_both_pictures_on_discord(house: House) -> None:
    async with discord_guild() as server, discord_bot_running(server.platform, bot_parts(house)):
        await changed(house)
        approver = await discord_steps.member(house, server, Role.APPROVER, "elm4")
        await approver.slash("menu", channel=server.channel)
        cards = await approver.press("Waiting for you (1)", at_least=2)
        assert BEFORE in cards.text
        kept = [one for message in server.platform.world.messages.values() for one in message.attachments]
        assert len({one.content for one in kept}) == 2


async def test_S1_both_pictures_and_marked_words_at_the_page(house: House, tmp_path: Path) -> None:
    async with served(parts_of(house, tmp_path, Health())) as root:
        await changed(house)
        async with httpx.AsyncClient(base_url=root, follow_redirects=True) as browser:
            page = await AtThePage(browser).open()
            phone = Phone(house, "web", page.address)
            await phone.start(f"r_{await house.invite(Role.APPROVER)}")
            await phone.say("elm4")
            await page.act("command", "menu", 1)
            answers: list[str] = []

            async def keep(answer: httpx.Response) -> None:
                answers.append((await answer.aread()).decode())

            browser.event_hooks["response"].append(keep)
            await page.act("tap", "Waiting for you", 2)
            assert BEFORE in page.shown.said[0][0]
            assert len(set(re.findall(r'<img class="picture" src="(data:[^"]+)"', answers[-1]))) == 2
            assert "[removed: <del>Una vela</del>] [added: <ins>Dos manos</ins>]" in answers[-1]
