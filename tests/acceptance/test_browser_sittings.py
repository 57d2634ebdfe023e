"""One browser, two pupils, one after another; and the chat with scripts, in a real Chromium."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import ClientSession, DummyCookieJar, web
from playwright.async_api import BrowserContext, Page

from campaign_engine.domain.message import Choice, Destination, Message
from tests.acceptance.stand import Stand
from tests.platforms.loopback import on_loopback
from tests.support.browser import DESKTOP, PHONE, in_chromium, visit
from web import networks

pytestmark = in_chromium

KEPT = ("content-type", "set-cookie", "location", "cache-control")
FIRST, OPEN = "How old are you?", "Type your ZIP code"


async def press(page: Page, words: str) -> None:
    await page.locator("button", has_text=words).first.click()


async def begun(page: Page, root: str) -> str:
    """A chat with its first answer given; its address."""
    await page.goto(root + "/chat")
    await press(page, "13 to 15")
    await page.get_by_text(OPEN).wait_for()
    return page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_the_next_pupil_at_the_same_browser_sees_nothing_of_the_one_before(stand: Stand, scripts: bool) -> None:
    async with visit(stand.browser, stand.root, DESKTOP, scripts=scripts) as seen:
        context = seen.page.context
        first = await context.new_page()
        at = await begun(first, stand.root)
        await first.reload()
        assert OPEN in await first.inner_text("body"), "loading again is not leaving"
        if scripts:
            await first.close(run_before_unload=True)
            await asyncio.wait_for(_gone(context), 10)
        else:
            async with first.expect_navigation():
                await press(first, "I’m done")
            await first.go_back()
            assert OPEN not in await first.inner_text("body")
            await first.close()
        second = await context.new_page()
        await second.goto(at)
        assert "This chat is over." in await second.inner_text("body"), "as a closed tab that is opened again"
        await second.goto(stand.root + "/chat")
        assert FIRST in await second.inner_text("body")
        await press(second, "16 or 17")
        await second.get_by_text(OPEN).wait_for()
        await second.goto(at)
        assert "This chat is over." in await second.inner_text("body")


async def _gone(context: BrowserContext) -> None:
    while any(cookie["name"] == "groundswell_tab" for cookie in await context.cookies()):
        pass  # each look is a round trip to the browser


async def test_a_new_chat_ends_the_one_before_and_so_does_silence(stand: Stand) -> None:
    async with visit(stand.browser, stand.root) as seen:
        at = await begun(seen.page, stand.root)
        stand.house.clock.advance(timedelta(minutes=29))
        await seen.page.reload()
        assert OPEN in await seen.text()
        other = await seen.page.context.new_page()
        await begun(other, stand.root)
        await seen.page.reload()
        assert "This chat is over." in await seen.text()
        await seen.page.goto(at)
        assert "This chat is over." in await seen.text(), "as from the browser's history"
        stand.house.clock.advance(timedelta(minutes=32))
        await other.reload()
        assert "This chat is over." in await other.inner_text("body")


async def test_help_and_back_is_the_same_chat_and_ones_own_device_keeps_it(stand: Stand) -> None:
    async with visit(stand.browser, stand.root, scripts=True) as seen:
        at = await begun(seen.page, stand.root)
        await seen.press("Get help")
        await seen.page.go_back()
        await seen.page.get_by_text(OPEN).wait_for()
        await seen.press("Get help")
        await seen.page.click(".brand")
        await seen.page.locator("a.button", has_text="Start").click()
        await seen.page.get_by_text(OPEN).wait_for()
        assert seen.page.url == at, "in the same tab the chat goes on"
        await seen.press("This is my own device")
        assert seen.page.url == stand.root + "/chat"
        [cookie] = [one for one in await seen.page.context.cookies() if one["name"] == "groundswell_chat"]
        assert cookie["httpOnly"]
        other = await seen.page.context.new_page()
        await seen.page.close(run_before_unload=True)
        await other.goto(stand.root + "/chat")
        assert OPEN in await other.inner_text("body")
        await press(other, "Forget this device")
        await other.wait_for_url(stand.root + "/")
        await other.goto(stand.root + "/chat")
        assert FIRST in await other.inner_text("body")
        seen.assert_quiet()


async def test_answers_and_posts_are_added_without_leaving_the_page(stand: Stand) -> None:
    async with visit(stand.browser, stand.root, PHONE, scripts=True) as seen:
        await stand.house.site()
        await seen.page.context.add_cookies([{"name": "groundswell_chat", "value": "ana", "url": stand.root}])
        await seen.open("/chat")
        loads: list[str] = []
        seen.page.on("framenavigated", lambda frame: loads.append(frame.url))
        await press(seen.page, "13 to 15")
        await seen.page.get_by_text(OPEN).wait_for()
        assert await seen.page.locator("#log .mine").all_inner_texts() == ["13 to 15"]
        await seen.page.fill("#text", "someone has a gun")
        await seen.page.press("#text", "Enter")
        await seen.page.get_by_text("Get somewhere safer").wait_for()
        assert await seen.page.evaluate("document.activeElement.id") == "text", "whoever types goes on typing"
        await seen.page.wait_for_selector("#chat[data-live=on]")
        await put(stand, "ana", "Your block needs you")
        await seen.page.get_by_text("Your block needs you").wait_for()
        assert loads == []
        await seen.page.context.set_offline(True)
        await seen.page.fill("#text", "menu")
        await seen.page.press("#text", "Enter")
        await seen.page.get_by_role("alert").wait_for()
        assert await seen.page.input_value("#text") == "menu", "nothing typed is lost"
        await seen.page.context.set_offline(False)
        await seen.page.press("#text", "Enter")
        await seen.page.locator("#log .mine", has_text="menu").wait_for()
        await seen.page.context.close()


async def test_a_page_that_says_why_not_is_shown_by_the_script_too(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "MOST_AT_ONCE", 0)
    async with visit(stand.browser, stand.root, PHONE, scripts=True) as seen:
        await seen.open("/chat")
        await press(seen.page, "13 to 15")
        await seen.page.get_by_text("Many people are signing up").wait_for()
        await seen.page.context.close()


async def put(stand: Stand, address: str, text: str) -> None:
    post = Message(text, choices=((Choice("I pledge", "m"),),))
    async with stand.house.store.write() as work:
        await work.inbox.put(Destination("web", address), text, post, stand.house.clock())


async def test_a_proxy_that_keeps_streams_back_breaks_nothing(stand: Stand) -> None:
    async with buffering(stand.root) as proxied, visit(stand.browser, proxied, PHONE, scripts=True) as seen:
        await seen.page.clock.install()
        await seen.page.context.add_cookies([{"name": "groundswell_chat", "value": "ana", "url": proxied}])
        await seen.open("/chat")
        await press(seen.page, "13 to 15")
        await seen.page.get_by_text(OPEN).wait_for()
        assert await seen.page.locator("#log .mine").count() == 1, "sent without leaving the page"
        assert await seen.page.locator("#chat[data-live=on]").count() == 0
        await put(stand, "ana", "Your block needs you")
        await seen.page.clock.run_for(11_000)
        await seen.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await seen.page.get_by_text("Your block needs you").wait_for()


@asynccontextmanager
async def buffering(root: str) -> AsyncIterator[str]:
    """A proxy that hands on whole answers only, so never one that does not end."""

    async def passed(request: web.Request) -> web.Response:
        headers = {name: request.headers[name] for name in ("Cookie", "Content-Type") if name in request.headers}
        asked = client.request(
            request.method,
            root + str(request.rel_url),
            data=await request.read(),
            headers=headers,
            allow_redirects=False,
        )
        async with asked as answer:
            body = await answer.read()
            whole = web.Response(status=answer.status, body=body)
            for name, value in answer.headers.items():
                if name.lower() in KEPT:
                    whole.headers.add(name, value)
            return whole

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", passed)
    async with ClientSession(cookie_jar=DummyCookieJar()) as client, on_loopback(app) as proxied:
        yield proxied


async def test_P4_a_push_shows_the_same_neutral_words_whatever_it_brings(stand: Stand) -> None:
    async with visit(stand.browser, stand.root, scripts=True) as seen:
        context = seen.page.context
        await context.grant_permissions(["notifications"], origin=stand.root)
        await seen.open("/help")
        line = await context.new_cdp_session(seen.page)
        found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def updated(event: dict[str, list[dict[str, str]]]) -> None:
            if event["registrations"] and not found.done():
                found.set_result(event["registrations"][0]["registrationId"])

        line.on("ServiceWorker.workerRegistrationUpdated", updated)
        await line.send("ServiceWorker.enable")
        await seen.page.evaluate(
            """navigator.serviceWorker.register("/static/push_worker.js?said=Something%20new%20for%20you").then(
            (one) => new Promise((done) => { const at = one.installing || one.active;
            const look = () => at.state === "activated" && done(); at.onstatechange = look; look(); }))"""
        )
        told = {"origin": stand.root, "registrationId": await found, "data": "A shooting near you, says the police"}
        await line.send("ServiceWorker.deliverPushMessage", told)
        shown: list[str] = []
        while not shown:
            shown = await seen.page.evaluate(
                """navigator.serviceWorker.getRegistration("/static/").then((one) => one.getNotifications()).then(
                (all) => all.map((each) => `${each.title}: ${each.body}`))"""
            )
    assert shown == ["Groundswell: Something new for you"]
