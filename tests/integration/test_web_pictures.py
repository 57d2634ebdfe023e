"""Pictures on the page's socket: what is shown, and what is sent by whoever has no draft."""

from dataclasses import replace

import pytest

from campaign_engine.domain.message import Destination, Message
from campaign_engine.domain.picture import MOST_BYTES
from campaign_engine.store import tables
from tests.integration.test_web import Pages, pages
from tests.support.pictures import photo
from tests.unit.test_pictures import MAKER
from web.cookies import CHAT

__all__ = ["pages"]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough here: pictures are kept on both by other tests."""
    return sqlite_url


@pytest.mark.parametrize("size", [2_000, MOST_BYTES + 1_000_000], ids=["small", "large"])
async def test_N1_a_picture_of_somebody_without_a_draft_is_passed_over(pages: Pages, size: int) -> None:
    async with pages.browser() as browser:
        browser.cookies.set(CHAT, "ana-s-own-phone", domain="127.0.0.1")
        sent = await browser.post("/chat/picture?key=k", files={"picture": ("me.jpg", photo() + bytes(size))})
        assert sent.status_code == 303
        assert "How old" in (await browser.get("/chat")).text or "age" in (await browser.get("/chat")).text
    assert await pages.house.rows(tables.pictures) == []


async def test_a_picture_needs_a_chat_and_comes_from_our_own_page(pages: Pages) -> None:
    async with pages.browser() as browser:
        assert (await browser.post("/chat/picture", files={"picture": ("a.jpg", photo())})).status_code == 400
        browser.cookies.set(CHAT, "ana-s-own-phone", domain="127.0.0.1")
        abroad = {"Origin": "https://other.example"}
        refused = await browser.post("/chat/picture", files={"picture": ("a.jpg", photo())}, headers=abroad)
        assert refused.status_code == 403


async def test_F9_a_waiting_post_shows_its_picture_with_words(pages: Pages) -> None:
    picture = replace(MAKER.clean(photo()), alt="A <candle>")
    async with pages.browser() as browser:
        browser.cookies.set(CHAT, address := "ana-s-own-phone", domain="127.0.0.1")
        async with pages.house.store.write() as work:
            await work.pictures.keep(picture, pages.house.clock())
            to = Destination("web", address)
            await work.inbox.put(to, "1", Message("News", picture=picture), pages.house.clock())
        shown = (await browser.get("/chat")).text
        assert f'src="/picture/{picture.key}" alt="A &lt;candle&gt;"' in shown
        answer = await browser.get(f"/picture/{picture.key}")
        assert (answer.content, answer.headers["content-type"]) == (picture.content, "image/jpeg")
        assert answer.headers["x-content-type-options"] == "nosniff"
        for unknown in ("0" * 64, "..%2f..%2fkey", "x"):
            assert (await browser.get(f"/picture/{unknown}")).status_code == 404
