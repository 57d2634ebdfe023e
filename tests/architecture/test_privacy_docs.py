"""What the pages for parents and schools promise is what the program does."""

import re
from pathlib import Path

import pytest

from campaign_engine.dialogue import menu
from campaign_engine.dialogue.state import Context, State
from campaign_engine.domain.area import FEWEST
from campaign_engine.domain.contact import Person
from campaign_engine.domain.words import command_in, is_stop
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.store.tables import metadata
from tests.support.talk import NOW

DOCS = Path(__file__).parents[2] / "docs"
PRIVACY = (DOCS / "privacy.md").read_text(encoding="utf-8")
SCHOOLS = (DOCS / "for-schools.md").read_text(encoding="utf-8")
MESSAGES = Path(__file__).parents[2] / "templates" / "messages" / "en"
SAID_OF_COLUMNS = {
    "pseudonym": "a random number",
    "age_band": "your age group",
    "language": "your language",
    "precinct": "one area you picked",
    "precinct_declined": "rather not say",
    "site_id": "the school or center whose code you used",
    "generation": "how many steps your invite had",
    "paused_until": "the end of a break",
    "created_at": "the days you came",
    "last_seen_at": "were last here",
}
NOT_TOLD = {"id", "simulated"}
"""A number of the row, and a mark that only the demo's people have."""


def test_N2_the_page_for_parents_names_every_thing_that_is_kept_about_an_ally() -> None:
    columns = {column.name for column in metadata.tables["contacts"].columns}
    assert columns == SAID_OF_COLUMNS.keys() | NOT_TOLD
    kept = PRIVACY.partition("## What we keep")[2].partition("## What we never keep")[0]
    for said in SAID_OF_COLUMNS.values():
        assert said in kept, said


@pytest.mark.parametrize(
    "never",
    [
        *("name", "birthday", "address", "phone", "photo", "username", "where you are", "class", "contacts"),
        *("gangs", "weapons", "what you saw", "legally", "what you type"),
    ],
)
def test_N1_the_page_for_parents_names_what_is_never_kept(never: str) -> None:
    assert never in PRIVACY.partition("## What we never keep")[2].partition("##")[0]


def test_C8_the_commands_on_the_page_exist() -> None:
    commands = set(re.findall(r"`/(\w+)`", PRIVACY + SCHOOLS))
    assert commands == {"export", "delete", "stop", "start", "pause", "privacy", "language", "help"}
    context = Context(Person(contact_id=1), ShippedPlaces(), NOW)
    for name in commands - {"start"}:
        assert command_in(f"/{name}") == name or (name == "stop" and is_stop(f"/{name}"))
        assert menu.command(name, State(), context) is not None, name


@pytest.mark.parametrize("words", ["nobody watches", "12 or under", "COPPA", "24 hours", "at most twice a week", "988"])
def test_C2_C9_the_page_says_what_a_parent_must_know(words: str) -> None:
    assert words.lower() in PRIVACY.lower()


def test_the_short_version_in_the_chat_and_on_the_page_agrees_with_the_long_one() -> None:
    for flow in ("menu", "page"):
        block = re.search(
            r"{% block privacy_text %}(.*?){% endblock %}", (MESSAGES / f"{flow}.j2").read_text("utf-8"), re.DOTALL
        )
        assert block is not None
        for words in ("random number", "age group", "language", "tip line", "/export", "/delete"):
            assert words in block[1], (flow, words)
            assert words in PRIVACY, words


def test_what_is_not_removed_by_age_yet_is_said_openly() -> None:
    """When a job for it is built, page, data dictionary and this test change together."""
    unfinished = PRIVACY.partition("## Not done yet")[2]
    dictionary = (DOCS / "data-dictionary.md").read_text(encoding="utf-8").partition("\n## ")[0]
    if "does not yet" in dictionary:
        assert "does not enforce by itself yet" in " ".join(unfinished.split())


def test_T7_P3_a_school_sees_its_own_total_from_ten_up() -> None:
    assert f"from {FEWEST} up, in whole tens" in SCHOOLS
    columns = {column.name for table in metadata.sorted_tables for column in table.columns}
    assert not columns & {"student_id", "roster", "class", "osis", "grade", "teacher"}


@pytest.mark.parametrize(
    "law",
    ["FERPA", "2-d", "8 NYCRR Part 121", "COPPA", "Child Data Protection Act", "PPRA", "New York lawyer must sign"],
)
def test_P3_the_page_for_schools_answers_what_a_lawyer_asks(law: str) -> None:
    assert law in SCHOOLS


def test_P1_the_page_for_parents_is_written_for_a_twelve_year_old() -> None:
    text = re.sub(r"[|*`#>\[\]()]", " ", PRIVACY.replace("|---|", ""))
    sentences = [part for part in re.split(r"[.?!:]\s|\n\n|\n- |\n\d\. | \n", text) if part.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e")))) for word in words)
    grade = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    assert grade < 7, grade
