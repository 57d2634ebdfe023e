"""Every text exists in every language, with the same variables."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from campaign_engine.domain.campaign import STARTED_KINDS, CampaignKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.rendering import Renderer

ROOT = Path(__file__).parents[2]
MESSAGES = ROOT / "templates" / "messages"
FLOWS = sorted(path.stem for path in (MESSAGES / "en").glob("*.j2") if not path.stem.startswith("post_"))
CODE = [
    path for room in ("campaign_engine", "bots", "web", "analytics") for path in sorted((ROOT / room).rglob("*.py"))
] + sorted((ROOT / "web" / "pages").glob("*.html"))
NAME = re.compile(rf"""["']((?:{"|".join(FLOWS)})\.[A-Za-z_0-9]+)["']""")
BLOCK = re.compile(r"{%-?\s*block (\w+)\s*-?%}(.*?){%-?\s*endblock", re.DOTALL)
TELEGRAM_NORM = 400
HELP_CARD = 600
ALERT = 200


def blocks(language: str, flow: str) -> dict[str, str]:
    return dict(BLOCK.findall((MESSAGES / language / f"{flow}.j2").read_text(encoding="utf-8")))


def variables(source: str) -> set[str]:
    return meta.find_undeclared_variables(Environment(autoescape=True).parse(source))


def test_every_text_that_code_names_exists() -> None:
    known = {f"{flow}.{block}" for flow in FLOWS for block in blocks("en", flow)}
    named = {name for path in CODE for name in NAME.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 50
    assert (
        not {
            name
            for name in named
            if not name.endswith((".py", ".html", ".j2", ".db", ".csv", ".json", ".pdf", ".css", ".typ"))
        }
        - known
    )


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_languages_say_the_same(language: str, flow: str) -> None:
    english, other = blocks("en", flow), blocks(language, flow)
    assert set(english) == set(other)
    assert {name: variables(text) for name, text in english.items()} == {
        name: variables(text) for name, text in other.items()
    }


def test_the_city_and_a_hold_have_one_word_each_in_spanish() -> None:
    """A borough is a condado, as the City says; what is called "retener" in the menu is nowhere something else."""
    other = re.compile(r"distrito|vecindario|zona en pausa|(?:está|pone|zona) en espera", re.IGNORECASE)
    files = [*(MESSAGES / "es").rglob("*.j2"), *(ROOT / "templates" / "lessons").glob("*.toml")]
    assert not [(file.name, found[0]) for file in files for found in other.finditer(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", STARTED_KINDS)
def test_starter_posts_pass_their_own_lint_and_fit_a_phone(language: str, kind: CampaignKind) -> None:
    source = (MESSAGES / language / f"post_{kind}.j2").read_text(encoding="utf-8")
    Renderer().check(source)
    assert len(source) <= TELEGRAM_NORM
    assert "988" in source


@pytest.mark.parametrize("language", LANGUAGES)
def test_H2_the_help_card_is_short_and_says_what_it_must(language: str) -> None:
    card = blocks(language, "help")["card"]
    assert len(card) <= HELP_CARD
    assert all(word in card for word in ("911", "988", "741741", "MENU"))
    assert "confidential" not in card.lower()
    assert "confidencial" not in card.lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pop_ups_fit_telegram(language: str) -> None:
    shown = [blocks(language, "help")["under_13_alert"], blocks(language, "pledge")["room_thanks"]]
    assert all(len(text) <= ALERT for text in shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_C9_the_first_message_says_that_nobody_watches(language: str) -> None:
    first = blocks(language, "join")["welcome"]
    said = {"en": ("automated program, not a person", "Nobody watches"), "es": ("programa automático", "Nadie vigila")}
    assert all(words in first for words in said[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_P4_the_first_line_is_neutral_on_a_lock_screen(language: str) -> None:
    line = blocks(language, "join")["welcome"].splitlines()[0].lower()
    assert not re.search(r"violen|gun|police|polic|shoot|tirote|arma|crime", line)
