"""Every route there is: headers, forms of other sites, and what a page always has."""

import re
from collections.abc import Mapping

import httpx
import pytest

from campaign_engine.store import tables
from tests.integration.test_web import Pages, pages
from tests.support.walk import FRAMED, NOT_PAGES, PAGES
from web.app import create_app
from web.security import HEADERS

__all__ = ["pages"]

FILLED = {"post_id": "1", "campaign_id": "1", "kind": "svg", "paper": "letter", "tongue": "en", "code": "NOSUCH22"}
ALWAYS = re.compile(
    r'<a class="help" href="/help">.*?</a>\s*<a class="leave" href="/leave" rel="noreferrer"', re.DOTALL
)
FOR_ALL = "/api/"
"""What any page may read has headers of its own, and no session."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The database makes no difference to headers."""
    return sqlite_url


def routes(pages: Pages) -> Mapping[str, set[str]]:
    return {path: set(methods) for path, methods in create_app(pages.parts).openapi()["paths"].items()}


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: FILLED.get(name[1], "x" * 22), path)


def test_P1_whoever_adds_a_page_says_how_it_is_looked_at(pages: Pages) -> None:
    asked = {path for path, methods in routes(pages).items() if "get" in methods}
    pages_and_files = {path for path in asked if not path.startswith(FOR_ALL)}
    assert pages_and_files - PAGES.keys() - NOT_PAGES.keys() == set(), "add it to tests/support/walk.py"
    assert PAGES.keys() - asked == set()


async def test_A4_every_answer_of_every_route_keeps_to_itself(pages: Pages) -> None:
    async with pages.browser() as browser:
        for path, methods in routes(pages).items():
            for method in methods:
                answer = await browser.request(method, filled(path))
                for name, value in HEADERS.items():
                    found = answer.headers[name]
                    if name != "Cache-Control" and not path.startswith(FOR_ALL) and path not in FRAMED:
                        assert found == value, (method, path, name)
                if path not in FRAMED and "text/html" in answer.headers.get("content-type", ""):
                    assert ALWAYS.search(answer.text), (method, path, "Get help and Leave come first, on every page")
                    assert not re.search(r"<script(?! src=\"/static/)|\son\w+=|javascript:|style=\"", answer.text), path
                assert len(answer.content) < 100_000


async def test_no_form_is_taken_from_another_site(pages: Pages) -> None:
    async with pages.browser(**{"sec-fetch-site": "cross-site"}) as browser:
        posted = [path for path, methods in routes(pages).items() if "post" in methods]
        assert len(posted) > 5
        for path in posted:
            answer = await browser.post(filled(path), data={"key": "k", "form_key": "k"})
            assert answer.status_code == 403, path
            assert "This form came from another site." in answer.text
            assert "set-cookie" not in answer.headers


async def test_no_cookie_that_somebody_planted_becomes_a_chat(pages: Pages) -> None:
    """Session fixation: the address of a chat follows from a word and a key that were made for it."""
    planted = {"groundswell_tab": "a.b.c.1", "groundswell_staff": "planted"}
    async with httpx.AsyncClient(base_url=pages.root, cookies=planted) as browser:
        began = await browser.post("/chat", data={"key": "a" * 22, "data": "a:13-15"})
        assert (await browser.get("/staff")).status_code == 401
    kept = str(began.headers.get_list("set-cookie"))
    assert "groundswell_tab=" in kept
    assert "a.b.c.1" not in kept


async def test_nobody_knows_where_a_form_led_that_another_browser_sent(pages: Pages) -> None:
    """Session fixation: an old browser says "null" of a form of any page, and its key is known to who made it."""
    form = {"key": "a" * 22, "data": "a:13-15"}
    async with pages.browser(origin="null") as theirs, pages.browser() as mine:
        began = await theirs.post("/chat", data=form)
        assert began.status_code == 200
        await mine.get("/chat")
        led = await mine.post("/chat", data=form)
        assert led.headers["location"] not in began.text
        again = await mine.post("/chat", data=form)
        assert again.headers["location"] == led.headers["location"], "one's own form, sent twice, leads to one place"
    assert len(await pages.house.rows(tables.contacts)) == 2
