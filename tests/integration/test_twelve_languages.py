"""A person of each of twelve languages, over the real store, in the chat and on the pages."""

import html
import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from telegram import Bot, Update

from bots.views import Pressed, from_discord, from_telegram
from campaign_engine.domain.command_words import COMMAND_WORDS, STOP_WORDS
from campaign_engine.domain.languages import LANGUAGE_NAMES, SAFETY_LANGUAGES, direction
from campaign_engine.domain.message import Destination, Message
from campaign_engine.store import tables
from campaign_engine.texts.catalogue import shipped
from tests.support.engine import House
from tests.support.page import Page
from tests.support.site import Health, parts_of, served

FURTHER = [language for language in SAFETY_LANGUAGES if language not in ("en", "es")]
DOORS = ("/help", "/privacy", "/chat")
RUSSIAN_FOOTER = "Это на английском, потому что никто ещё не перевёл."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is said in a language depends on no database."""
    return sqlite_url


@pytest.fixture
async def root(house: House, tmp_path: Path) -> AsyncIterator[str]:
    async with served(parts_of(house, tmp_path, Health())) as root:
        yield root


def bare(text: str) -> str:
    """Without the signs that only turn directions."""
    return html.unescape(re.sub("[\u200f\u2066\u2068\u2069]", "", text))


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
async def test_P2_age_consent_stop_and_help_are_said_in_each_language(house: House, language: str) -> None:
    texts = shipped(language)
    phone = house.person("1", "telegram", language)
    assert texts["join.welcome"] in bare(await phone.start())
    assert texts["join.age"] in bare(phone.text)
    await phone.tap(texts["join.age_16"])
    await phone.press("n:75")
    await phone.press("p:A")
    await phone.press("if:none")
    await phone.press("m")
    assert texts["menu.title"] in bare(phone.text)
    assert texts["help.card"] in bare(await phone.tap(texts["menu.help"]))
    assert texts["menu.privacy_text"] in bare(await phone.command("privacy"))
    assert texts["menu.delete_sure"] in bare(await phone.command("delete"))
    assert bare(await phone.say("STOP")) == texts["menu.stopped"]
    assert texts["menu.welcome_back"] in bare(await phone.start())
    (row,) = await house.rows(tables.contacts)
    assert row.language == language


def telegram_update(number: int, text: str) -> Update:
    chat, sender = {"id": 7, "type": "private"}, {"id": 7, "is_bot": False, "first_name": "M"}
    message = {"message_id": number, "date": 0, "chat": chat, "from": sender, "text": text}
    return Update.de_json({"update_id": number, "message": message}, Bot("1:made-up"))


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
@pytest.mark.parametrize("channel", ["telegram", "discord"])
async def test_C8_typed_words_do_what_commands_do_in_both_bots(house: House, channel: str, language: str) -> None:
    numbers = itertools.count(1000)

    async def typed(text: str) -> str:
        number = next(numbers)
        wire = telegram_update(number, text) if channel == "telegram" else None
        said = from_telegram(wire) if wire is not None else from_discord(Pressed(7, number, "", ""), text=text)
        assert said is not None
        return "\n".join(message.text for message in await house.conversation.handle(said))

    phone = house.person("7", channel, language)
    await phone.start()
    await phone.tap(shipped(language)["join.age_16"])
    for name in COMMAND_WORDS.keys() - {"start"}:
        word = COMMAND_WORDS[name][language][0]
        shown = await phone.command(name)
        assert await typed(f"{word}!") == shown, name
    assert bare(await typed(STOP_WORDS[language][0].upper())) == shipped(language)["menu.stopped"]
    assert shipped(language)["menu.welcome_back"] in bare(await typed(COMMAND_WORDS["start"][language][0]))


@pytest.mark.parametrize("language", SAFETY_LANGUAGES)
async def test_C8_typed_words_do_what_they_say_on_the_page(root: str, language: str) -> None:
    texts = shipped(language)
    wanted = {"help": "help.card", "privacy": "menu.privacy_text", "delete": "menu.delete_sure"}
    async with Page(root) as page:
        await page.open(f"/chat?lang={language}")
        await page.press(texts["join.age_16"])
        for name, text in wanted.items():
            said = bare(await page.type(COMMAND_WORDS[name][language][0]))
            assert texts[text].split("\n")[0] in said
        assert texts["menu.stopped"] in bare(await page.type(STOP_WORDS[language][0]))


async def test_P2_what_nobody_has_translated_comes_in_english_with_one_line_that_says_so(house: House) -> None:
    phone = house.person("1", "telegram", "ru")
    await phone.start()
    assert RUSSIAN_FOOTER not in phone.text
    said = await phone.tap("16")
    assert "Type your ZIP code" in said
    assert said.count(RUSSIAN_FOOTER) == 1
    assert said.endswith(RUSSIAN_FOOTER)
    assert {(message.language, message.spoken) for message in phone.screen} == {("ru", "en")}


async def test_P2_the_first_message_leads_to_every_language_by_its_own_name(house: House) -> None:
    phone = house.person("1", "telegram", "de-AT")
    await phone.start()
    await phone.tap("🌐")
    assert set(LANGUAGE_NAMES.values()) <= set(phone.buttons)
    assert "Сколько тебе лет?" in await phone.tap("Русский")
    await phone.tap("16")
    await phone.command("language")
    assert set(LANGUAGE_NAMES.values()) <= set(phone.buttons)
    assert all(len(row) <= 3 for message in phone.screen for row in message.choices if row[0].data.startswith("l:"))
    await phone.tap("繁體中文")
    (row,) = await house.rows(tables.contacts)
    assert row.language == "zh-Hant"


@pytest.mark.parametrize(
    ("hint", "asked"), [("zh-TW", "你幾歲？"), ("zh-hans", "你多大了？"), ("pt-BR", "How old are you?")]
)
async def test_P2_the_language_of_the_platform_is_taken_as_a_hint(house: House, hint: str, asked: str) -> None:
    assert asked in await house.person("1", "discord", hint).start()


async def test_C8_export_names_any_language(house: House) -> None:
    phone = house.person("1", "telegram", "ur")
    await phone.start()
    await phone.tap(shipped("ur")["join.age_16"])
    assert "Language: اردو" in await phone.command("export")


@pytest.mark.parametrize("language", ["ar", "ur", "ru"])
async def test_P2_pages_are_marked_with_language_and_direction(root: str, language: str) -> None:
    async with httpx.AsyncClient(base_url=root, headers={"accept-language": f"{language};q=0.9, en"}) as browser:
        page = (await browser.get("/")).text
    marked = ' dir="rtl"' if direction(language) == "rtl" else ""
    assert f'<html lang="{language}"{marked}>' in page
    assert page.count(shipped(language)["contact.in_english"]) == 1
    assert '<h1><span lang="en" dir="ltr">Young people looking out for each other</span></h1>' in page
    for code in SAFETY_LANGUAGES:
        offered = f'href="?lang={code}" lang="{code}" dir="{direction(code)}"'
        assert (offered in page) is (code != language)


@pytest.mark.parametrize("language", FURTHER)
async def test_P2_help_privacy_and_a_posters_door_are_whole_in_each_language(
    root: str, house: House, language: str
) -> None:
    site, texts = await house.site(), shipped(language)
    async with httpx.AsyncClient(base_url=root) as browser:
        pages = {path: bare((await browser.get(f"{path}?lang={language}")).text) for path in DOORS}
        door = bare((await browser.get(f"/s/{site.code}")).text)
    assert texts["help.card"].split("\n")[0] in pages["/help"]
    assert texts["page.privacy_text"].split("\n")[-1] in pages["/privacy"]
    assert texts["page.signup_small"] in door
    assert not [page for page in (*pages.values(), door) if texts["contact.in_english"] in page]


async def test_P2_a_title_has_no_marks_and_a_whole_language_no_footer(root: str) -> None:
    async with httpx.AsyncClient(base_url=root) as browser:
        start = (await browser.get("/nowhere?lang=pl")).text
        pages = [(await browser.get(f"{path}?lang=pl")).text for path in ("/help", "/chat")]
    assert "<title>This page is not here. · Groundswell</title>" in start
    assert shipped("pl")["contact.in_english"] in start
    assert "<title>Znajdź pomoc · Groundswell</title>" in pages[0]
    assert shipped("pl")["help.card"].split("\n")[0] in pages[0]
    assert "Zadzwoń pod 911" in pages[0]
    assert not [page for page in pages if shipped("pl")["contact.in_english"] in page]


async def test_P2_the_page_chat_turns_with_its_language_and_marks_what_is_english(root: str) -> None:
    async with Page(root) as page, httpx.AsyncClient(base_url=root) as browser:
        await page.open("/chat?lang=en")
        assert shipped("ar")["join.age"] in bare(await page.press("العربية"))
        browser.cookies = page._client.cookies
        shown = (await browser.get("/chat")).text
        assert '<html lang="ar" dir="rtl">' in shown
        await page.press(shipped("ar")["join.age_16"])
        shown = (await browser.get(page.path)).text
    assert '<div lang="en" dir="ltr">Type your ZIP code' in shown
    assert f'<div lang="ar" dir="rtl" class="soft">{shipped("ar")["contact.in_english"]}</div>' in shown


async def test_P2_a_post_in_the_inbox_says_its_footer_in_the_readers_language(root: str, house: House) -> None:
    post = Message("News for you", "ru", spoken="en").explained(RUSSIAN_FOOTER)
    async with httpx.AsyncClient(base_url=root) as browser:
        await browser.get("/chat?lang=ru")
        browser.cookies.set("groundswell_chat", address := "own-phone", domain="127.0.0.1")
        async with house.store.write() as work:
            await work.inbox.put(Destination("web", address), "delivery-1", post, house.clock())
        shown = (await browser.get("/chat")).text
    assert '<div lang="en" dir="ltr">News for you</div>' in shown
    assert f'<div lang="ru" dir="ltr" class="soft">{RUSSIAN_FOOTER}</div>' in shown
