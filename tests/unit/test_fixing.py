"""What an approver may fix, and how it is shown to the author (safety S1)."""

import pytest

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.fixing import MOST_EDITS, changed_words, check_fix, differences, edits, most_edits

TEXT = "We look out for eachother in {{ area }}. Come to {{ link }} or call 988. You are nto alone with this."


@pytest.mark.parametrize(
    "fixed",
    [
        TEXT.replace("eachother", "each other"),
        TEXT.replace("nto", "not"),
        TEXT.replace("eachother", "each other").replace("nto", "not"),
        TEXT.replace(". You", ".\n\nYou"),
    ],
)
def test_S1_a_typo_can_be_fixed(fixed: str) -> None:
    check_fix(TEXT, fixed, "en")


@pytest.mark.parametrize(
    ("fixed", "code"),
    [
        (TEXT, "same_text"),
        ("Something else altogether, in {{ area }}, with {{ link }}.", "fix_too_large"),
        (TEXT + " And bring ten friends, because it matters.", "fix_too_large"),
        (TEXT.replace("{{ link }}", "https://nyc.gov"), "fix_touches_links"),
        (TEXT.replace("{{ area }}", "{{ borough }}"), "fix_touches_links"),
        (TEXT.replace("988", "nyc.gov"), "fix_touches_links"),
        (TEXT.replace("988", "http://x.example/y"), "fix_touches_links"),
        ("", "fix_touches_links"),
    ],
)
def test_S1_more_than_a_typo_is_its_authors_to_write(fixed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_fix(TEXT, fixed, "en")
    assert caught.value.code == code


def test_S1_a_fix_is_bounded_by_share_and_by_number() -> None:
    assert most_edits("x" * 10) == 3
    assert most_edits("x" * 100) == 20
    assert most_edits("x" * 500) == MOST_EDITS == 40
    assert edits("abcdef", "abXdef") == 1
    assert edits("teh", "the") <= 2
    assert edits("abc", "abc") == 0


def test_changes_are_shown_by_whole_words() -> None:
    assert changed_words("Call teh line now", "Call the line now") == (("teh", "the"),)
    assert changed_words("Call the line", "Call the line now") == (("", "now"),)
    assert changed_words("Call the the line", "Call the line") == (("the", ""),)
    before, after = {"en": "teh", "es": "la"}, {"en": "the", "es": "la"}
    assert differences(before, after) == (("en", (("teh", "the"),)),)
