"""Every text that we ship passes our own lint."""

import re
from pathlib import Path

import pytest

from campaign_engine.domain.campaign import STARTED_KINDS, CampaignKind
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.lint.check import Facts, Texts, findings
from campaign_engine.domain.lint.finding import Severity
from campaign_engine.domain.lint.reading import OLDEST, age
from campaign_engine.domain.lint.source import TAG
from campaign_engine.domain.lint.words import found_in
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.rendering import Renderer
from campaign_engine.wordlists import WordLists

MESSAGES = Path(__file__).parents[2] / "templates" / "messages"
FLOWS = sorted({path.stem for path in MESSAGES.rglob("*.j2") if not path.stem.startswith("post_")})
BLOCK = re.compile(r"{%-?\s*block (\w+)\s*-?%}(.*?){%-?\s*endblock", re.DOTALL)
QUOTED = re.compile(r"“[^”]*”")
WORDS = WordLists()
TEACHES = ("training", "findings")
"""They say which words to leave out, and why."""
FOR_ANALYSTS = ("measures",)
"""Definitions of what is counted, which the team reads."""


def blocks(language: str, flow: str) -> dict[str, str]:
    path = MESSAGES / language / f"{flow}.j2"
    return dict(BLOCK.findall(path.read_text(encoding="utf-8"))) if path.exists() else {}


def as_read(source: str) -> str:
    """Without tags; one that stands for a word in a sentence is read as a short one."""
    return re.sub(r"\s+\n", "\n", TAG.sub(lambda tag: "it" if tag[0].startswith("{{") else " ", source))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", STARTED_KINDS)
def test_F6_a_starter_has_nothing_to_change(kind: CampaignKind, language: str) -> None:
    texts = {one: Renderer().starter(kind, one) for one in LANGUAGES}
    places = frozenset(ShippedPlaces().name(number) for number in (73, 75, 44, 120))
    facts = Facts(
        kind=kind,
        promised=LANGUAGES,
        channels=("telegram", "discord", "web"),
        words={one: WORDS.entries(one) for one in LANGUAGES},
        places=places,
    )
    assert [one for one in findings(Texts("Winter", texts), facts) if one.language == language] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", [flow for flow in FLOWS if flow not in TEACHES])
def test_F6_shipped_texts_use_no_word_that_must_not_stand(flow: str, language: str) -> None:
    for name, source in blocks(language, flow).items():
        found = found_in(QUOTED.sub("", source), WORDS.entries(language), "awareness", lesson="B3")
        assert not found, (flow, name, found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", [flow for flow in FLOWS if flow not in FOR_ANALYSTS])
def test_P1_shipped_texts_are_read_at_eleven_or_twelve(flow: str, language: str) -> None:
    old = {
        name: years
        for name, source in blocks(language, flow).items()
        if (years := age(as_read(source), language)) is not None and years > OLDEST
    }
    assert not old, {name: (years, blocks(language, flow)[name]) for name, years in old.items()}


def test_the_lists_hold_both_severities_in_both_languages() -> None:
    for language in LANGUAGES:
        assert {entry.severity for entry in WORDS.entries(language)} == {Severity.MUST, Severity.BETTER}
