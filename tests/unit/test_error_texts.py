"""Every refusal that a chat can give is said in the reader's language."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from campaign_engine.domain.campaign import Draft
from campaign_engine.domain.contact import LANGUAGES, Person, Role, RoleGrant
from campaign_engine.domain.errors import InvalidInput, NotAllowed
from campaign_engine.rendering import Renderer
from campaign_engine.services.campaign_cards import KNOWN_ERRORS, error_reply
from tests.support.talk import Talk

VALUES = {
    "fields": ("title", "goal"),
    "line": 3,
    "name": "Safe Horizon",
    "language": "es",
    "length": 700,
    "longest": 400,
    "unit": "characters",
    "finding": {"code": "name", "language": "en", "found": "Jamal Brown"},
    "most": 12,
    "offered": "web",
    "number": 74,
    "wall": datetime.fromisoformat("2026-12-01T22:00"),
    "first": time(15),
    "last": time(19, 30),
}
RENDERER = Renderer()


@pytest.mark.parametrize("code", sorted(KNOWN_ERRORS))
def test_a_known_error_is_said_in_both_languages(code: str) -> None:
    said = {
        one: RENDERER.reply(error_reply(NotAllowed("Unsaid.", "Unhinted.", code, VALUES)), one).text
        for one in LANGUAGES
    }
    assert len(set(said.values())) == len(LANGUAGES)
    assert all(text and "Unsaid" not in text and len(text) < 300 for text in said.values())


def test_an_error_that_no_template_knows_says_its_own_words() -> None:
    assert RENDERER.reply(error_reply(InvalidInput("What it is.", "What to do.", "new")), "es").text == (
        "What it is. What to do."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("title", "x" * 81, {"en": "too long", "es": "muy largo"}),
        ("goal", "many", {"en": "number of pledges", "es": "número de promesas"}),
        ("goal", "0", {"en": "number of pledges", "es": "número de promesas"}),
        ("targets", "73 and 74", {"en": "no precinct 74", "es": "ningún precinto 74"}),
        ("targets", "here", {"en": "no precinct number", "es": "ningún número de precinto"}),
        ("schedule", "December 1", {"en": "time of day", "es": "Falta la hora"}),
        ("schedule", "December 1 and 8 at 4 pm", {"en": "more than one day", "es": "varios días"}),
        ("schedule", "every other Tuesday at 4 pm", {"en": "at one time of day", "es": "a una sola hora"}),
        ("schedule", "4 pm", {"en": "a day too", "es": "Falta el día"}),
        ("schedule", "Mondays at 4 pm", {"en": "the last day", "es": "Falta el último día"}),
        ("schedule", "November 31 at 4 pm", {"en": "no such day", "es": "Ese día no existe"}),
        ("schedule", "December 1 at 25:00", {"en": "no such time", "es": "Esa hora no existe"}),
        ("schedule", "Mondays at 4 pm until November 25", {"en": "before the first", "es": "antes del primero"}),
    ],
)
def test_a_wrong_answer_is_explained_in_both_languages(
    language: str, field: str, typed: str, says: dict[str, str]
) -> None:
    talk = Talk()
    person = Person(contact_id=1, language=language, grants=(RoleGrant(Role.ORGANIZER),))
    talk.context = replace(talk.context, person=person, draft=Draft(1, "pledge", "Winter"))
    talk.tap(f"ed:{field}")
    talk.say(typed)
    (reply,) = talk.last.replies
    assert reply.template == "organize.wrong"
    assert says[language] in RENDERER.reply(reply, language).text
