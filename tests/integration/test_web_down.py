"""What the pages still do while the database is away, and what waits between a form and its page."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from campaign_engine.domain.message import Message
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.support import FakeClock
from tests.support.engine import House
from tests.support.site import Health, parts_of, served
from web.between import KEEP_SECONDS, MOST, Between


@pytest.fixture
async def browser(cipher: AddressCipher, clock: FakeClock, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    database = Database(f"sqlite:///{tmp_path / 'no such folder' / 'groundswell.db'}", cipher)
    house = House(SqlStore(database), clock)
    async with (
        served(parts_of(house, tmp_path, Health())) as root,
        httpx.AsyncClient(base_url=root, follow_redirects=True) as browser,
    ):
        yield browser
    await database.close()


@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/chat"])
async def test_H4_pages_that_help_need_no_database(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert "988" in answer.text or path in ("/", "/privacy")


@pytest.mark.parametrize("text", ["I want to die", "hello"])
async def test_H4_whatever_is_typed_gets_the_help_card(browser: httpx.AsyncClient, text: str) -> None:
    """In the language that is read, and in the one that was written where it shows need."""
    answer = await browser.post("/chat", data={"key": "k", "text": text})
    assert answer.status_code == 200
    assert "call or text 988" in answer.text
    assert "llama o escribe al 988" in answer.text, "nobody knows which language is read"
    spanish = await browser.post("/chat", data={"key": "k", "text": text}, headers={"accept-language": "es"})
    assert "llama o escribe al 988" in spanish.text
    assert ("call or text 988" in spanish.text) == (text == "I want to die")


async def test_a_page_that_needs_it_says_so_with_the_help_line(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/s/ABCDEFGH", headers={"accept-language": "es"})
    assert answer.status_code == 503
    assert "Algo está fallando de nuestro lado." in answer.text
    assert "988" in answer.text


def test_answers_wait_once_and_not_for_long() -> None:
    now = 0.0
    between = Between(lambda: now)
    first, second = (Message("first"),), (Message("second"),)
    between.put("a", first)
    between.put("a", second)
    assert between.take("a") == second
    assert between.take("a") == ()
    between.put("a", first)
    now = KEEP_SECONDS + 1
    assert between.take("a") == ()


def test_forgotten_answers_do_not_pile_up() -> None:
    now = 0.0
    between = Between(lambda: now)
    for number in range(MOST + 5):
        between.put(str(number), (Message("x"),))
    assert between.take("4") == ()
    assert between.take("5") != ()
    now = KEEP_SECONDS + 1
    between.put("new", (Message("x"),))
    assert len(between._waiting) == 1
