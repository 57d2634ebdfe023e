"""What an approver is shown of a new version, and how each channel marks it."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from campaign_engine.channels.discord_view import written
from campaign_engine.channels.split import split
from campaign_engine.channels.telegram import entities
from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.message import Message, Reply, Revision
from campaign_engine.domain.picture import PostPicture
from campaign_engine.domain.post_changes import Part, post_changes, word_changes
from campaign_engine.domain.precinct import TargetKind, TargetRule
from campaign_engine.domain.schedule import Schedule
from campaign_engine.rendering import Renderer
from web.pages import revised

BEFORE = PostContent(
    {"en": "We look out for each other in {{ area }}: {{ link }}", "es": "Nos cuidamos: {{ link }}"},
    Schedule(datetime.fromisoformat("2026-12-03T16:00")),
    ("telegram", "web"),
    TargetRule(TargetKind.PRECINCTS, precincts=(73, 75)),
)
AFTER = PostContent(
    {"en": "We all look out for each other here: {{ link }}", "es": "Nos cuidamos: {{ link }}"},
    Schedule(datetime.fromisoformat("2026-12-03T16:00"), (3,), date(2026, 12, 18)),
    ("discord", "web"),
    TargetRule(TargetKind.PRECINCTS, precincts=(75, 79)),
    pledge=PledgeCode("A"),
)


def reached(rule: TargetRule) -> tuple[int, ...]:
    return rule.precincts


def said(language: str = "en") -> Message:
    values = {
        "adult": True,
        "leaving": None,
        "rooms_named": (),
        "changes": (post_changes(BEFORE, AFTER, reached).as_values(),),
    }
    return Renderer().reply(Reply("campaign.review", values), language)


def test_S1_a_diff_names_each_changed_word_and_field_in_plain_text() -> None:
    text = said().text
    assert "English: We [added: all] look out for each other [removed: in {{ area }}:] [added: here:]" in text
    assert "Spanish" not in text
    assert "When: [removed: Thursday, December 3, 4:00 PM] [added: Thursday, December 3, 4:00 PM;" in text
    assert "Where: [added: 79] [removed: 73]" in text
    assert "Posted on: [added: Discord] [removed: Telegram]" in text
    assert "Pledge button: [added: A]" in text


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_reader_sees_the_signs_of_a_revision_and_each_covers_its_words(language: str) -> None:
    message = said(language)
    assert not any("\ue000" <= sign <= "\uf8ff" for sign in message.text)
    marked = {(message.text[one.start : one.end], one.added) for one in message.revisions}
    assert {("all", True), ("79", True), ("73", False), ("Discord", True)} <= marked


def test_an_unchanged_version_says_so() -> None:
    assert not post_changes(BEFORE, BEFORE, reached)
    values = {
        "adult": False,
        "leaving": None,
        "rooms_named": (),
        "changes": (post_changes(BEFORE, BEFORE, reached).as_values(),),
    }
    assert "• nothing" in Renderer().reply(Reply("campaign.review", values), "en").text


def test_a_field_that_only_another_part_knows_is_named() -> None:
    later = PostContent(BEFORE.texts, BEFORE.schedule, BEFORE.channels, BEFORE.targets, stale_minutes=60)
    assert post_changes(BEFORE, later, reached).others == ("stale_minutes",)


def test_words_around_a_change_stay_and_the_rest_is_a_gap() -> None:
    before = "one two three four five six seven eight nine ten eleven twelve"
    assert word_changes(before, before.replace("one", "ONE")) == (
        (Part.REMOVED, "one"), (Part.ADDED, "ONE"), (Part.SAME, "two three four five"), (Part.GAP, ""),
    )  # fmt: skip
    assert word_changes("", "all new") == ((Part.ADDED, "all new"),)
    assert word_changes("line\nbreak", "line break") == ((Part.GAP, ""),)


def test_telegram_marks_by_position_in_its_own_units() -> None:
    message = Message("🌱 new, old", revisions=(Revision(2, 5, added=True), Revision(7, 10, added=False)))
    assert [(one.type, one.offset, one.length) for one in entities(message) or ()] == [
        ("underline", 3, 3), ("strikethrough", 8, 3),
    ]  # fmt: skip
    assert entities(Message("plain")) is None


def test_discord_marks_words_and_still_escapes_what_they_hold() -> None:
    message = Message("a *new* old_one b", revisions=(Revision(2, 7, added=True), Revision(8, 15, added=False)))
    assert written(message) == "a __\\*new\\*__ ~~old\\_one~~ b"


def test_a_revision_survives_a_split_in_both_parts() -> None:
    text = "word " * 30
    message = Message(text.strip(), revisions=(Revision(40, 100, added=True),))
    parts = split(message, 70)
    assert len(parts) > 1
    covered = "".join(part.text[one.start : one.end] for part in parts for one in part.revisions)
    assert covered.replace(" ", "") == message.text[40:100].replace(" ", "")


def pictured(key: str, **alt: str) -> PostContent:
    return replace(BEFORE, picture=PostPicture(key, alt))


def test_S1_another_picture_and_other_words_for_it_are_told_apart() -> None:
    candle = pictured("a", en="A candle", es="Una vela")
    new, gone, other = (
        post_changes(before, after, reached)
        for before, after in (
            (BEFORE, candle),
            (candle, BEFORE),
            (candle, pictured("b", en="Two candles", es="Una vela")),
        )
    )
    assert [one.as_values()["picture"] for one in (new, gone, other)] == [(False, True), (True, False), (True, True)]
    assert [language for language, _ in other.alts] == ["en"]
    assert other.others == ()
    words = post_changes(candle, pictured("a", en="A lit candle", es="Una vela"), reached)
    assert words.picture is None
    shown = Renderer().reply(
        Reply("campaign.review", {"adult": 0, "leaving": 0, "rooms_named": (), "changes": (words.as_values(),)}), "en"
    )
    assert "Picture in words (English): A [added: lit] candle" in shown.text
    assert "nothing" not in shown.text


def test_S1_the_page_marks_words_that_came_and_went_and_lets_no_markup_through() -> None:
    text = "We all <b> look https://groundswell.example out"
    marked = revised(text, (Revision(3, 6, added=True), Revision(7, 45, added=False), Revision(5, 9, added=True)))
    link = '<a href="https://groundswell.example" rel="noreferrer">https://groundswell.example</a>'
    assert marked == f"We <ins>all</ins> <del>&lt;b&gt; look {link} o</del>ut"
