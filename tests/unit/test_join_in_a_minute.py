"""A join takes at most seven taps whichever way it begins, is read in a minute, and every answer can be changed."""

from dataclasses import replace

import pytest

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue.ally_intents import SetSite, ShowVerify
from campaign_engine.domain.action import IfThen, PledgeCode
from campaign_engine.domain.contact import AgeBand, CodeProblem, Limit, Source
from campaign_engine.domain.message import InboundKind
from campaign_engine.opendata.places import ShippedPlaces
from campaign_engine.rendering import Renderer
from tests.support.talk import Talk, inbound
from tests.unit.test_consent import ALLY
from tests.unit.test_dialogue_join import POST, SITE

MOST_TAPS = 7
MOST_SECONDS = 60
"""With every word of every button, those that nobody presses too."""
WORDS_A_MINUTE = 200
SECONDS_A_TAP = 2
INVITED = Source(site_id=4, generation=2, invite="f" * 64)
WAYS = {
    "link or QR of a site": (SITE, InboundKind.START, "s_ABCDEFGH", ("a:16-17", "pl:B", "if:video", "t:no")),
    "word code": (SITE, InboundKind.START, "s_", ("a:16-17", "pl:B", "if:video", "t:no")),
    "invite": (INVITED, InboundKind.START, "i_X", ("a:16-17", "b:2", "n:75", "pl:B", "if:video", "t:no")),
    "button under a post": (POST, InboundKind.CHOICE, "g:7", ("a:16-17", "pl:B", "if:video", "t:no")),
    "page or bot without a code": (None, InboundKind.START, "", ("a:16-17", "b:2", "n:75", "pl:B", "if:video", "t:no")),
}


def begun(way: str, thread: bool | None = None) -> tuple[Talk, tuple[str, ...]]:
    """`thread` is None where messages need no direct chat."""
    source, kind, said, taps = WAYS[way]
    talk = Talk()
    person = replace(talk.context.person, thread=thread)
    talk.context = replace(talk.context, person=person, source=source, source_pledge="B" if source is POST else None)
    talk._take(inbound(kind, said))
    talk.context = replace(talk.context, source=None)
    return talk, taps


@pytest.mark.parametrize("way", WAYS)
def test_F14_a_join_takes_at_most_seven_taps_and_each_is_on_the_screen(way: str) -> None:
    talk, taps = begun(way)
    for data in taps:
        assert data in talk.offered(), data
        talk.tap(data)
    assert talk.templates()[-1] == "join.done"
    assert 1 + len(taps) <= MOST_TAPS, "the first is Start, Begin or the button"


def test_F14_every_neighborhood_is_one_tap_from_its_borough_and_fits_a_menu_of_discord() -> None:
    places = ShippedPlaces()
    for index, borough in enumerate(places.boroughs()):
        talk, _ = begun("page or bot without a code")
        talk.tap("a:16-17")
        talk.tap(f"b:{index}")
        assert {f"n:{number}" for number, _ in places.precincts(borough)} <= set(talk.offered())
        assert len(talk.offered()) <= 25


@pytest.mark.parametrize("thread", [None, False], ids=["telegram and page", "discord"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("way", ["link or QR of a site", "word code", "button under a post"])
def test_F14_a_join_that_brings_its_place_is_read_and_tapped_in_a_minute(
    way: str, language: str, thread: bool | None
) -> None:
    talk, taps = begun(way, thread)
    renderer, said = Renderer(), list(talk.last.replies)
    for data in taps:
        talk.tap(data)
        said += talk.last.replies
    messages = [renderer.reply(reply, language) for reply in said]
    labels = [choice.label for message in messages for row in message.choices for choice in row]
    texts = (*(message.text for message in messages), *labels)
    words = sum(any(sign.isalnum() for sign in word) for text in texts for word in text.split())
    seconds = words / WORDS_A_MINUTE * 60 + SECONDS_A_TAP * (1 + len(taps))
    assert seconds <= MOST_SECONDS, f"{words} words and {1 + len(taps)} taps take {seconds:.0f} s"


def test_the_first_card_has_one_small_button_for_the_language() -> None:
    talk, _ = begun("page or bot without a code")
    assert [option.data for row in talk.reply("join.welcome").options for option in row] == ["l"]


@pytest.mark.parametrize(
    ("taps", "back"),
    [
        (("a:16-17",), "jb:age"),
        (("a:16-17", "b:2"), "bb"),
        (("a:16-17", "n:75"), "jb:place"),
        (("a:16-17", "n:75", "pl:B"), "jb:pledge"),
        (("a:16-17", "n:75", "pl:B", "if:video"), "jb:plan"),
    ],
)
def test_each_card_of_a_join_leads_back_and_on_again(taps: tuple[str, ...], back: str) -> None:
    talk, _ = begun("page or bot without a code")
    for data in taps:
        talk.tap(data)
    here = talk.templates()[-1]
    talk.tap(back)
    assert talk.templates() != [here]
    talk.tap({"jb:age": "a:18-21", "bb": "b:2", "jb:place": "n:73", "jb:pledge": "pl:C", "jb:plan": "if:walk"}[back])
    assert talk.templates()[-1] == here


@pytest.mark.parametrize(
    ("opens", "answer", "intent"),
    [
        ("an:age", "a:18-21", wanted.SetAgeBand(AgeBand.FROM_18)),
        ("an:place", "n:73", wanted.SetPrecinct(73)),
        ("an:site", "ns", SetSite(None)),
        ("an:pledge", "pl:C", wanted.GivePledge(PledgeCode.ALLY)),
        ("an:plan", "if:walk", wanted.GivePledge(PledgeCode.LEARN, IfThen.WALK)),
    ],
)
def test_every_answer_is_changed_from_my_answers_which_then_shows_it(
    opens: str, answer: str, intent: wanted.Intent
) -> None:
    talk = Talk()
    talk.context = replace(talk.context, person=replace(ALLY, pledge=PledgeCode.LEARN, site_id=4, site_name="Maple"))
    talk.tap("an")
    assert opens in talk.offered()
    talk.tap(opens)
    assert "an" in talk.offered()
    talk.tap(answer)
    assert intent in talk.done
    assert talk.templates()[-1] == "answers.view"
    assert not talk.state.flow


def test_C2_an_accidental_tap_on_12_or_under_is_asked_about_once() -> None:
    talk = Talk()
    talk.context = replace(talk.context, person=ALLY)
    talk.tap("an:age")
    talk.tap("a:u13")
    assert talk.templates() == ["join.under_13_sure"]
    assert wanted.RefuseAge() not in talk.done
    talk.tap("a:u13:yes")
    assert talk.done[-1] == wanted.RefuseAge()


@pytest.mark.parametrize(
    ("problem", "said"), [(CodeProblem.UNKNOWN, "join.code_unknown"), (CodeProblem.ENDED, "invite.ended")]
)
def test_a_code_that_leads_nowhere_is_said_and_the_join_goes_on(problem: CodeProblem, said: str) -> None:
    talk = Talk()
    talk.context = replace(talk.context, code_problem=problem)
    talk.start("s_WRONG")
    assert talk.templates() == [said, "join.welcome", "join.age"]


def test_S5_less_often_is_two_taps_from_what_i_get() -> None:
    talk = Talk()
    talk.context = replace(talk.context, person=ALLY)
    talk.tap("cs")
    assert "fq" in talk.offered()
    talk.tap("fq")
    talk.tap("fq:1")
    assert wanted.AnswerTopic(Limit.ONCE_A_WEEK, True) in talk.done
    assert talk.reply("consent.view").values["most"] == 1


def test_T5_verify_answers_strangers_too() -> None:
    talk = Talk()
    assert talk.command("verify").intents == (ShowVerify(),)
