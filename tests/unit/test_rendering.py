"""Words: blocks of two languages, and posts that can neither run nor lead astray."""

from datetime import date, datetime

import pytest

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.message import Option, Reply
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import Schedule
from campaign_engine.rendering import POST_VALUES, Renderer

LINK = "https://groundswell.example/p/7"
VALUES = {
    "area": "Brownsville",
    "borough": "Brooklyn",
    "precinct": 73,
    "campaign": "Up",
    "link": LINK,
    "bot": "b",
    "when": "Monday",
}


def _content(text: str, **more: str) -> PostContent:
    schedule = Schedule(datetime(2026, 12, 1, 16))  # noqa: DTZ001 - schedules are wall-clock times
    return PostContent(texts={"en": text, **more}, schedule=schedule, channels=("web",), targets=TargetRule())


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


def test_a_reply_is_its_block_with_options_in_the_language(renderer: Renderer) -> None:
    option = Option(label="page.leave", data="x:1")
    message = renderer.reply(Reply("page.skip", options=((option, Option(literal="Brownsville", data="n:73")),)), "es")
    assert message.text == "Ir al contenido"
    assert [[choice.label for choice in row] for row in message.choices] == [["Salir", "Brownsville"]]
    assert message.choices[0][0].data == "x:1"


def test_a_language_without_the_block_falls_back_to_english(renderer: Renderer) -> None:
    assert renderer.reply(Reply("page.skip"), "xx").text == "Skip to the page"


def test_P2_a_language_without_the_text_is_told_why_it_is_in_english(renderer: Renderer) -> None:
    said = renderer.answers((Reply("join.place"), Reply("join.age"), Reply("join.zip_suggests")), "ru")
    footer = "Это на английском, потому что никто ещё не перевёл."
    assert [footer in message.text for message in said] == [False, False, True]
    assert [message.spoken for message in said] == ["en", "", "en"]
    assert [message.language for message in said] == ["ru", "ru", "ru"]
    assert said[2].passages == (("Which is closest to you?", "en"), (footer, "ru"))
    assert said[1].passages == (("Сколько тебе лет?", "ru"),)


def test_P2_a_button_that_is_in_english_counts_and_a_whole_language_is_told_nothing(renderer: Renderer) -> None:
    reply = Reply("menu.title", options=((Option(label="join.more", data="x"), Option(literal="Bronx", data="y")),))
    (said,) = renderer.answers((reply,), "pl")
    assert said.text == "Co chcesz zrobić?\n\nTo jest po angielsku, bo nikt tego jeszcze nie przetłumaczył."
    assert said.spoken == ""
    assert renderer.answers((reply,), "es")[0].footer == ""
    assert renderer.answers((reply,), "en")[0].footer == ""
    assert renderer.answers((reply,), "xx")[0].text == "What would you like to do?"


def test_H4_the_card_needs_nothing_but_a_language(renderer: Renderer) -> None:
    card = renderer.reply(Reply("help.card"), "ru")
    assert card.text.startswith("Я автоматическая программа.")
    assert (card.spoken, card.footer) == ("", "")


def test_P2_arabic_and_urdu_keep_their_direction_in_a_plain_chat(renderer: Renderer) -> None:
    for language in ("ar", "ur"):
        said = renderer.reply(Reply("join.updates", {"area": "Brownsville"}), language).text
        assert "\u2068Brownsville\u2069" in said
        assert "\u2066/export\u2069" in renderer.reply(Reply("menu.privacy_text"), language).text
    assert "\u2068" not in renderer.reply(Reply("join.updates", {"area": "Brownsville"}), "ru").text


def test_P2_imported_texts_stand_before_those_that_ship() -> None:
    own = Renderer({"ru": {"join.updates": "Новости: {{ area }}, 2?", "join.place": "Какой район твой?"}})
    assert own.reply(Reply("join.updates", {"area": "X {{ 1 }}"}), "ru").text == "Новости: X {{ 1 }}, 2?"
    assert own.answers((Reply("join.place"),), "ru")[0].text == "Какой район твой?"
    assert own.reply(Reply("join.age"), "ru").text == "Сколько тебе лет?"


def test_a_value_that_looks_like_a_template_stays_text(renderer: Renderer) -> None:
    text = renderer.post(_content("For {{ campaign }}"), "en", {**VALUES, "campaign": "{{ area }} <b>"})
    assert text == "For {{ area }} <b>"


def test_a_post_is_written_in_the_language_asked_for_and_else_in_english(renderer: Renderer) -> None:
    content = _content("Hi {{ area }}", es="Hola {{ area }}")
    assert renderer.post(content, "es", VALUES) == "Hola Brownsville"
    assert renderer.post(content, "fr", VALUES) == "Hi Brownsville"


def test_a_missing_value_names_its_line(renderer: Renderer) -> None:
    with pytest.raises(InvalidInput, match="Line 2 "):
        renderer.post(_content("One\n{{ area }}"), "en", {})


@pytest.mark.parametrize(
    "source",
    [
        "Meet {{ area }} in {{ borough }}, precinct {{ precinct }}. {{ campaign }}: {{ link }}",
        "{% if area %}Hi {{ area }}{% else %}Hi{% endif %}\n{{ link }}.",
        "Read https://www.nyc.gov/health, or (https://988lifeline.org).",
        "Call or text 988. It's free, 24/7. Be there at 4 p.m.",
        "{# a note #}Hi {{ bot }}",
    ],
)
def test_S8_a_plain_post_is_accepted_and_renders(renderer: Renderer, source: str) -> None:
    renderer.check(source)
    assert renderer.post(_content(source), "en", VALUES)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Hi\n{{ area", 2),
        ("Hi\nthere\n{{ nope }}", 3),
        ("Hi\n{% if area %}\nthere", 2),
        ("Hi\n{{ 1 / 0 }}", 2),
        ("{{ area() }}", 1),
        ("{{ area.__class__ }}", 1),
        ("{{ area < 5 }}", 1),
        ("{% if area < 5 %}x{% endif %}", 1),
        ("x\n{% for i in range(99999) %}{% endfor %}", 2),
        ("{% include 'en/page.j2' %}", 1),
        ("{% set x = 1 %}", 1),
        ("{{ 'a' * 99999999 }}", 1),
        ("{{ area | upper }}", 1),
    ],
)
def test_S8_what_could_run_or_fail_is_refused_with_its_line(renderer: Renderer, source: str, line: int) -> None:
    with pytest.raises(InvalidInput, match=f"Line {line} "):
        renderer.check(source)
    with pytest.raises(InvalidInput, match=f"Line {line} "):
        renderer.post(_content(source), "en", VALUES)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Hi\nhttp://nyc.gov", 2),
        ("https://evil.example/x", 1),
        ("https://nyc.gov.evil.example", 1),
        ("https://nyc.gov@evil.example", 1),
        ("https://notnyc.gov", 1),
        ("Win at bit.ly/abc", 1),
        ("join t.me/x", 1),
        ("see evil.com", 1),
        ("a\nb\nwww.evil.org", 3),
        ("https://[", 1),
        ("javascript://nyc.gov", 1),
        ("htt{% if area %}ps{% endif %}://evil.example", 1),
        ("evil{% if area %}.com{% endif %}", 1),
        ("https://{{ area }}.evil.example", 1),
        ("{{ link }}.evil.example", 1),
        ("{{ link }}@evil.example", 1),
        ("a\nhttps://nyc.gov{{ link }}", 2),
    ],
)
def test_S8_links_lead_only_to_listed_places(renderer: Renderer, source: str, line: int) -> None:
    with pytest.raises(InvalidInput, match=f"Line {line} "):
        renderer.check(source)


def test_S8_a_link_that_comes_in_by_a_value_is_refused(renderer: Renderer) -> None:
    with pytest.raises(InvalidInput) as refused:
        renderer.post(_content("For {{ campaign }}"), "en", {**VALUES, "campaign": "evil.com"})
    assert refused.value.code == "link_not_allowed"


def test_an_empty_text_is_refused(renderer: Renderer) -> None:
    with pytest.raises(InvalidInput):
        renderer.check(" \n ")


def test_the_listed_variables_are_the_ones_that_posts_get() -> None:
    assert set(VALUES) == set(POST_VALUES)


def test_a_series_is_said_with_its_last_day(renderer: Renderer) -> None:
    days = Schedule(datetime(2026, 11, 26, 16), (1, 3), date(2027, 1, 28))  # noqa: DTZ001 - wall-clock times
    walls = tuple(days.walls())
    echo = {"walls": walls, "skips": (), "closed": (), "event": None}
    card = {"adult": False, "rooms_named": (), "changes": (), "leaving": {"first": walls[0], "last": walls[0]}}
    said = {
        language: [
            *(
                renderer.reply(Reply("organize.schedule_echo", {**echo, "walls": walls[:many]}), language).text
                for many in (4, 5)
            ),
            renderer.reply(Reply("organize.schedule_echo", echo), language).text,
            *(
                renderer.reply(Reply("campaign.review", {**card, "walls": walls[:many]}), language).text
                for many in (1, 5)
            ),
        ]
        for language in ("en", "es")
    }
    four, five, all_, one_post, first_post = said["en"]
    assert "more" not in four
    assert "Tuesday, December 8, 4:00 PM; and 1 more, the last on Thursday, December 10, 4:00 PM (New York" in five
    assert "; and 15 more, the last on Thursday, January 28, 4:00 PM (New York time)." in all_
    assert "the last one by about 4:00 PM" in one_post
    assert "the last one of that first post by about 4:00 PM" in first_post
    assert "; y 15 más, hasta el jueves 28 de enero, 4:00 p. m. (hora de Nueva York)." in said["es"][2]
    assert "el último de ese primer envío, hacia 4:00 p. m." in said["es"][4]


def test_a_spanish_sentence_never_begins_with_a_small_letter_for_its_day(renderer: Renderer) -> None:
    wall = datetime(2026, 12, 6, 16)  # noqa: DTZ001 - wall-clock time
    late = Reply("campaign.error_past_schedule", {"wall": wall})
    assert renderer.reply(late, "es").text.startswith("El domingo 6 de diciembre, 4:00 p. m. ya pasó.")
    assert renderer.reply(Reply("page.posted", {"wall": wall}), "es").text == "Domingo 6 de diciembre, 4:00 p. m."
