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
from tests.support import reading
from tests.support.talk import Talk, inbound
from tests.unit.test_consent import ALLY
from tests.unit.test_dialogue_join import POST, SITE

MOST_TAPS = 7
MOST_SECONDS = 60
REST = ("pl:B", "if:video", "t:no")
PLACES, RENDERER = ShippedPlaces(), Renderer()
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
    for index, borough in enumerate(PLACES.boroughs()):
        talk, _ = begun("page or bot without a code")
        talk.tap("a:16-17")
        talk.tap(f"b:{index}")
        assert {f"n:{number}" for number, _ in PLACES.precincts(borough)} <= set(talk.offered())
        assert len(talk.offered()) <= 25


def duration(way: str, taps: tuple[str, ...], thread: bool | None) -> dict[str, float]:
    """Seconds by language of a join that ends with these answers; digits are typed (tests.support.reading)."""
    talk, _ = begun(way, thread)
    spent = {"en": 0.0, "es": 0.0}
    for data in taps:
        replies, typed = talk.last.replies, data.isdigit()
        for language in spent:
            shown = [RENDERER.reply(reply, language) for reply in replies]
            spent[language] += sum(reading.seconds(message, data, menus=thread is not None) for message in shown)
            spent[language] += reading.typing(data) if typed else reading.SECONDS_A_TAP
        talk.say(data) if typed else talk.tap(data)
    assert talk.templates()[-1] == "join.done"
    return spent


@pytest.mark.parametrize("thread", [None, False], ids=["telegram and page", "discord"])
def test_F14_a_join_is_read_and_tapped_in_a_minute_whichever_way_it_begins(thread: bool | None) -> None:
    for way, (_, _, _, taps) in WAYS.items():
        assert max(duration(way, taps, thread).values()) <= MOST_SECONDS, way


@pytest.mark.parametrize("thread", [None, False], ids=["telegram and page", "discord"])
def test_F14_the_way_by_borough_takes_a_minute_from_each_neighborhood(thread: bool | None) -> None:
    spent = {}
    for index, borough in enumerate(PLACES.boroughs()):
        for number, name in PLACES.precincts(borough):
            taps = ("a:18-21", f"b:{index}", f"n:{number}", *REST)
            spent[name] = max(duration("page or bot without a code", taps, thread).values())
    slowest = max(spent, key=lambda name: spent[name])
    assert spent[slowest] <= MOST_SECONDS, f"{slowest}: {spent[slowest]:.1f} s"


@pytest.mark.parametrize("thread", [None, False], ids=["telegram and page", "discord"])
def test_F14_the_way_by_zip_code_takes_a_minute_and_seven_taps(thread: bool | None) -> None:
    """Send is a tap; 10012 lies in more precincts than are suggested."""
    for zip_code in ("11207", "10001", "10012"):
        for number in PLACES.by_zip(zip_code)[:3]:
            taps = ("a:18-21", zip_code, f"n:{number}", *REST)
            assert 1 + len(taps) <= MOST_TAPS
            spent = duration("page or bot without a code", taps, thread)
            assert max(spent.values()) <= MOST_SECONDS, (zip_code, spent)


def test_F14_neighborhoods_stand_in_the_order_of_the_alphabet_and_are_found_by_name() -> None:
    for borough in PLACES.boroughs():
        names = [name.partition(",")[0] for _, name in PLACES.precincts(borough)]
        assert names == sorted(names)
    talk, _ = begun("page or bot without a code")
    talk.tap("a:16-17")
    for typed, found in (
        ("bushwick", ["n:83", "n:90"]),
        ("Bronx River", ["n:43"]),
        ("in Crown Heights, Brooklyn", ["n:71", "n:77", "n:81", "n:79"]),
        ("Co-op city!", ["n:45", "n:47"]),
        ("harlem", ["n:23", "n:25", "n:28", "n:32"]),
    ):
        talk.say(typed)
        assert [data for data in talk.offered() if data != "n:0" and data != "bb"] == found
        assert typed not in str((dict(talk.state.data), talk.done))
    for vague in ("on", "east", "my block"):
        talk.say(vague)
        assert talk.templates() == ["join.place_unclear", "join.place"], vague


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
