"""The pages in a real Chromium, without JavaScript, on a phone and on a desk."""

import itertools

import pytest

from campaign_engine.domain.languages import SAFETY_LANGUAGES, direction
from tests.acceptance.stand import Stand
from tests.support.browser import DESKTOP, NARROW, PHONE, in_chromium, visit
from web.embed import HEIGHT

pytestmark = in_chromium


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_a_student_joins_without_javascript(stand: Stand, size: tuple[int, int]) -> None:
    site = await stand.house.site(75, "Maple High")
    async with visit(stand.browser, stand.root, size) as seen:
        await seen.open(f"/s/{site.code}")
        assert "Maple High" in await seen.text()
        for label in ("13 to 15", "Look out", "I feel unsafe", "Yes"):
            await seen.press(label)
        assert "You're in" in await seen.text()
        cookies = await seen.page.context.cookies()
        seen.assert_quiet()
    assert len(cookies) == 3
    assert all(cookie["expires"] == -1 and cookie["httpOnly"] for cookie in cookies)


async def test_going_back_and_reloading_are_safe(stand: Stand) -> None:
    site = await stand.house.site()
    async with visit(stand.browser, stand.root) as seen:
        await seen.open(f"/s/{site.code}")
        await seen.press("13 to 15")
        await seen.press("Look out")
        await seen.page.reload()
        assert "Now one plan" in await seen.text()
        await seen.press("Get help")
        await seen.page.go_back()
        assert "Now one plan" in await seen.text()
        await seen.press("I feel unsafe")
        assert "at most 2 a week" in await seen.text()
        await seen.page.go_back()
        assert "at most 2 a week" in await seen.text(), "an old page shows the open question"
        await seen.press("No thanks")
        assert "You're in" in await seen.text()
        seen.assert_quiet()


async def test_P1_pages_fit_and_can_be_touched(stand: Stand) -> None:
    site = await stand.house.site(75, "Simulated community center of the long name, East New York")
    paths = ("/", f"/s/{site.code}", "/chat", "/help", "/privacy", "/reports", "/nowhere")
    async with visit(stand.browser, stand.root) as seen:
        for path, language in itertools.product(paths, ("en", "es", "ar")):
            await seen.open(f"{path}?lang={language}")
            assert await seen.page.locator("html").get_attribute("lang") == language
            assert await seen.page.evaluate("getComputedStyle(document.body).direction") == direction(language)
            for width, height in (NARROW, PHONE, DESKTOP):
                await seen.page.set_viewport_size({"width": width, "height": height})
                here = (path, language, width)
                assert await seen.sideways() <= 0, here
                assert await seen.small_targets() == [], here
                assert await seen.page.locator("a.help").is_visible(), here
        seen.complaints = [one for one in seen.complaints if "404" not in one]
        seen.assert_quiet()


async def test_keyboard_alone_is_enough(stand: Stand) -> None:
    site = await stand.house.site()
    async with visit(stand.browser, stand.root) as seen:
        await seen.open(f"/s/{site.code}")
        await seen.page.keyboard.press("Tab")
        assert await seen.page.locator("a.skip:focus").count() == 1
        await seen.page.locator("main button[name=data]").nth(1).focus()
        async with seen.page.expect_navigation():
            await seen.page.keyboard.press("Enter")
        assert "Pick one pledge" in await seen.text()
        await seen.open("/chat")
        await seen.page.locator("#text").focus()
        await seen.page.keyboard.type("help")
        async with seen.page.expect_navigation():
            await seen.page.keyboard.press("Enter")
        assert "call or text 988" in await seen.text()


async def test_F19_nothing_of_a_frame_is_cut_off(stand: Stand) -> None:
    name = "Simulated community center of the long name, East New York"
    site, bare = await stand.house.site(75, name), await stand.house.site(73, name)
    for number in range(23):
        ally = stand.house.person(f"ally{number}", "telegram")
        await ally.start(f"s_{site.code}")
        await ally.tap("16 or 17")
    await stand.house.editions.tick()
    async with visit(stand.browser, stand.root) as seen:
        for width, language in itertools.product((300, 344, 700), SAFETY_LANGUAGES):
            await seen.page.set_viewport_size({"width": width, "height": HEIGHT})
            await seen.open(f"/embed/{bare.code}?lang={language}")
            assert await seen.page.evaluate("document.documentElement.scrollHeight") <= HEIGHT, (width, language)
            await seen.open(f"/embed/{site.code}?lang={language}")
            assert await seen.page.locator("progress").count() == 1
            assert await seen.page.evaluate("document.documentElement.scrollHeight") <= HEIGHT, (width, language)
