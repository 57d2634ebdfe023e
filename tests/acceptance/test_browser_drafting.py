"""An organizer of 19 drafts on a phone's browser, with a picture, without JavaScript."""

from pathlib import Path

from campaign_engine.domain.contact import Role
from campaign_engine.domain.picture import MOST_BYTES
from campaign_engine.store import tables
from tests.acceptance.stand import Stand
from tests.support.browser import Visit, in_chromium, visit
from tests.support.pictures import photo

pytestmark = in_chromium
TEXT = "We look out for each other in {{ area }}: {{ link }} To talk to someone, any hour: call or text 988."


async def send(seen: Visit, file: Path) -> str:
    await seen.page.set_input_files("#picture", file)
    await seen.press("Send the picture")
    return await seen.text()


async def test_F5_a_whole_draft_with_map_and_picture_on_a_phone(stand: Stand, tmp_path: Path) -> None:
    good, bad, large = (tmp_path / name for name in ("good.jpg", "bad.jpg", "large.jpg"))
    good.write_bytes(photo((1200, 900)))
    bad.write_bytes(b"not a picture")
    large.write_bytes(bytes(MOST_BYTES + 100_000))
    code = await stand.house.invite(Role.ORGANIZER)
    async with visit(stand.browser, stand.root) as seen:
        await seen.open(f"/join/r_{code}")
        async with seen.page.expect_navigation():
            await seen.page.locator("main button").first.click()
        await seen.type("river7")
        await seen.type("/menu")
        await seen.press("New campaign")
        await seen.press("Pledge drive")
        await seen.type("Winter pledge")
        await seen.press("Map")
        assert "each precinct is a square" in (await seen.page.locator("img.picture").get_attribute("alt") or "")
        await seen.type("73, 75")
        await seen.press("300")
        await seen.type(TEXT)
        await seen.press("Use the starter text")
        await seen.press("No picture")
        await seen.type("tomorrow 4pm")
        await seen.press("Everywhere")
        await seen.press("No pledge button")
        await seen.press("Add a picture")
        assert await seen.sideways() <= 0
        assert await seen.small_targets() == []
        assert "no picture that I can read" in await send(seen, bad)
        await seen.press("Add a picture")
        assert "at most 5 MB" in await send(seen, large)
        await seen.press("Add a picture")
        assert "What does the picture show?" in await send(seen, good)
        await seen.type("A candle")
        await seen.type("Una vela")
        assert await seen.page.locator("img.picture").get_attribute("alt") == "A candle"
        assert "Send for approval" in await seen.text()
        assert not seen.complaints
    (kept,) = await stand.house.rows(tables.pictures)
    assert b"Maple" not in kept.content
