"""An approver of 20 decides on a phone's browser, without JavaScript; the organizer takes a share kit home."""

import os
from pathlib import Path

from campaign_engine.domain.contact import Role
from tests.acceptance.stand import Stand
from tests.integration.test_conversation_staff import TEXT, running
from tests.support.browser import Visit, in_chromium, visit

pytestmark = in_chromium
PICTURES = os.environ.get("KEEP_PICTURES", "")


async def enter(stand: Stand, seen: Visit, role: Role, handle: str) -> None:
    await seen.open(f"/join/r_{await stand.house.invite(role)}")
    async with seen.page.expect_navigation():
        await seen.page.locator("main button").first.click()
    await seen.type(handle)


async def kept(seen: Visit, name: str) -> None:
    if PICTURES:
        await seen.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


async def test_S1_an_approver_reads_what_changed_and_sends_it_back_on_a_phone(stand: Stand) -> None:
    organizer, _ = await running(stand.house)
    await organizer.press("st:1")
    await organizer.tap("Edit the post")
    await organizer.press("ed:text_en")
    await organizer.say(TEXT.replace("We look", "We all look"))
    await organizer.press("su:1")
    async with visit(stand.browser, stand.root) as seen:
        await enter(stand, seen, Role.APPROVER, "oak3")
        await seen.type("/menu")
        await seen.press("Waiting for you")
        text = await seen.text()
        assert "[added: all]" in text
        assert "Risk: usual. An approver decides." in text
        assert await seen.sideways() <= 0
        assert await seen.small_targets() == []
        await kept(seen, "waiting")
        await seen.press("Send back")
        await kept(seen, "why")
        await seen.press("A fact needs a source")
        assert "went back to its author" in await seen.text()
        assert not seen.complaints


async def test_a_share_kit_is_saved_from_the_page(stand: Stand) -> None:
    await running(stand.house)
    async with visit(stand.browser, stand.root) as seen:
        await enter(stand, seen, Role.APPROVER, "oak3")
        await seen.type("/menu")
        await seen.press("Campaigns")
        await kept(seen, "board")
        await seen.press("Winter pledge")
        await kept(seen, "status")
        await seen.press("Share kit")
        saved = seen.page.locator("a[download]")
        assert await saved.count() == 4
        async with seen.page.expect_download() as download:
            await saved.first.click()
        path = await (await download.value).path()
        assert path.read_bytes().startswith(b"\x89PNG")
        assert await seen.sideways() <= 0
        assert await seen.small_targets() == []
        await kept(seen, "kit")
        assert not seen.complaints
