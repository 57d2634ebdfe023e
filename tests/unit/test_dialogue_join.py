"""Joining, pledging and leaving, as pure steps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue.help_finding import help_languages
from campaign_engine.domain.action import IfThen, PledgeCode
from campaign_engine.domain.contact import AgeBand, Source, Topic
from campaign_engine.domain.message import CHOICE_DATA_BYTES, InboundKind
from campaign_engine.domain.words import is_stop
from tests.support.talk import NOW, Talk, inbound

SITE = Source(site_id=4, site_name="School", precinct=75)
POST = Source(campaign_id=9, room_id=2, precinct=73)


def joined(talk: Talk | None = None) -> Talk:
    talk = talk or Talk()
    talk.start()
    for data in ("a:16-17", "b:2", "n:75", "pl:B", "if:video", "t:no"):
        talk.tap(data)
    return talk


def test_C1_first_question_is_a_neutral_age_band() -> None:
    talk = Talk()
    talk.start()
    assert talk.templates() == ["join.welcome", "join.age"]
    rows = talk.reply("join.age").options
    assert [row[0].data for row in rows] == ["a:u13", "a:13-15", "a:16-17", "a:18-21", "a:22+"]
    assert not talk.done


def test_a_whole_join_takes_at_most_seven_taps_and_asks_each_thing_once() -> None:
    talk = joined()
    assert talk.templates() == ["join.done"]
    kinds = [type(intent).__name__ for intent in talk.done if not isinstance(intent, wanted.RecordAction)]
    assert kinds == ["CreateContact", "SetPrecinct", "GivePledge", "GivePledge", "AnswerTopic"]


def test_a_site_code_fills_the_place() -> None:
    talk = Talk()
    talk.context = replace(talk.context, source=SITE)
    talk.start("s_ABCDEFGH")
    talk.tap("a:13-15")
    assert talk.templates() == ["pledge.question"]
    created = talk.done[0]
    assert isinstance(created, wanted.CreateContact)
    assert created.source.site_id == 4


def test_whoever_was_welcomed_and_sends_a_sticker_is_not_welcomed_again() -> None:
    talk = Talk()
    talk._take(inbound(InboundKind.OTHER))
    assert talk.templates() == ["contact.only_words", "join.welcome", "join.age"]
    talk._take(inbound(InboundKind.OTHER))
    assert talk.templates() == ["contact.only_words", "join.age"]
    talk.say("what is this")
    assert talk.templates() == ["help.short", "join.age"]
    talk.start()
    assert talk.templates() == ["join.welcome", "join.age"]


def test_C2_twelve_or_under_keeps_nothing_but_a_counter() -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:u13")
    assert talk.done == [wanted.RefuseAge()]
    assert talk.templates() == ["help.under_13"]
    assert (talk.state.flow, dict(talk.state.data)) == ("", {})


@pytest.mark.parametrize("data", ["a:18-21", "g:7:18-21"])
def test_C2_a_retry_in_the_same_chat_is_answered_kindly(data: str) -> None:
    talk = Talk()
    person = replace(talk.context.person, age_blocked_until=NOW + timedelta(hours=3))
    talk.context = replace(talk.context, person=person, source=POST)
    talk.start()
    talk.tap(data, room="-100" if data.startswith("g") else "")
    assert not talk.done
    assert talk.templates()[0] in ("help.blocked", "help.under_13_alert")


def test_C3_adults_hear_of_the_adult_path_and_make_the_same_first_pledge() -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:22+")
    assert talk.templates() == ["join.adult", "join.place"]
    assert talk.offered()[:2] == ["m:near", "w"]
    talk.tap("n:75")
    assert talk.offered() == ["pl:A", "jb:place"]
    for other in ("pl:C", "pl:B"):
        talk.tap(other)
        assert not any(isinstance(one, wanted.GivePledge) for one in talk.done)
    talk.tap("pl:A")
    assert talk.templates() == ["pledge.thanks", "pledge.plan"]


@pytest.mark.parametrize("asked", ["B", "C", None])
def test_C3_an_adult_makes_the_first_pledge_whatever_a_code_or_a_post_asks_for(asked: str | None) -> None:
    by_code = Talk()
    by_code.context = replace(by_code.context, source=SITE, source_pledge=asked)
    by_code.start("s_ABCDEFGH")
    by_code.tap("a:22+")
    assert (by_code.templates(), by_code.offered()[2:3]) == (["join.adult", "pledge.question"], ["pl:A"])
    in_a_group = Talk()
    in_a_group.context = replace(in_a_group.context, source=POST, source_pledge=asked)
    in_a_group.tap("g:7:22+", room="-100")
    (created,) = (one for one in in_a_group.done if isinstance(one, wanted.CreateContact))
    assert created.pledge is not None
    assert created.pledge.pledge is PledgeCode.LOOK_OUT


def test_C4_the_join_ends_with_one_question_and_no_thanks_first() -> None:
    talk = Talk()
    talk.start()
    for data in ("a:16-17", "b:2", "n:75", "pl:B", "if:video"):
        talk.tap(data)
    assert talk.templates()[-1] == "join.updates"
    assert [option.data for option in talk.reply("join.updates").options[0]] == ["t:no", "t:yes"]
    talk.tap("t:no")
    assert wanted.AnswerTopic(Topic.AREA_UPDATES, False) in talk.done


def test_somebody_who_would_rather_not_say_is_not_asked_about_area_updates() -> None:
    talk = Talk()
    talk.start()
    for data in ("a:16-17", "n:0", "pl:A", "if:walk"):
        talk.tap(data)
    assert talk.templates()[-1] == "join.done"


def test_a_zip_suggests_and_never_decides() -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:16-17")
    talk.say("11207")
    assert talk.templates() == ["join.zip_suggests"]
    assert talk.context.person.precinct is None
    assert "n:75" in talk.offered()


@pytest.mark.parametrize(("text", "said"), [("90210", "join.zip_outside"), ("my block", "join.place_unclear")])
def test_a_place_that_cannot_be_used_keeps_the_question(text: str, said: str) -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:16-17")
    talk.say(text)
    assert talk.templates() == [said, "join.place"]
    assert talk.state.field == "place"


def test_every_neighbourhood_can_be_reached_by_buttons() -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:16-17")
    seen: set[str] = set()
    for borough in range(5):
        talk.tap("bb")
        talk.tap(f"b:{borough}")
        while True:
            offered = talk.offered()
            seen |= {data for data in offered if data.startswith("n:")}
            page = talk.state
            onward = [data for data in offered if data.startswith(f"bp:{borough}:") and data not in seen]
            seen |= set(onward)
            if not onward:
                break
            talk.tap(onward[-1])
            assert talk.state.field == page.field
    assert len({data for data in seen if data.startswith("n:")} - {"n:0"}) == 78


def test_an_unfinished_join_goes_on_where_it_stopped() -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:16-17")
    talk.tap("n:75")
    talk.state = type(talk.state)()  # the dialogue row was forgotten after 24 h
    talk.start()
    assert talk.templates() == ["join.resumed", "pledge.question"]


def test_the_pledge_is_given_at_its_tap_and_the_plan_completes_it() -> None:
    talk = Talk()
    talk.start()
    for data in ("a:16-17", "n:75", "pl:C", "if:too_much"):
        talk.tap(data)
    given = [intent for intent in talk.done if isinstance(intent, wanted.GivePledge)]
    assert [(one.pledge, one.if_then) for one in given] == [(PledgeCode.ALLY, None), (PledgeCode.ALLY, IfThen.TOO_MUCH)]


def test_one_tap_under_a_group_post_gives_age_band_and_pledge() -> None:
    talk = Talk()
    talk.context = replace(talk.context, source=POST, source_pledge="A")
    talk.tap("g:7:13-15", room="-100")
    assert talk.templates() == ["pledge.room_thanks"]
    (created,) = talk.done
    assert isinstance(created, wanted.CreateContact)
    assert created.age_band is AgeBand.FROM_13
    assert created.pledge == wanted.GivePledge(PledgeCode.LOOK_OUT, None, POST)


def test_C2_twelve_or_under_under_a_group_post_keeps_nothing() -> None:
    talk = Talk()
    talk.context = replace(talk.context, source=POST, source_pledge="A")
    talk.tap("g:7:u13", room="-100")
    assert talk.done == [wanted.RefuseAge()]


def test_a_stranger_who_presses_a_post_on_discord_is_asked_the_age_band_first() -> None:
    talk = Talk()
    talk.context = replace(talk.context, source=POST, source_pledge="B")
    talk.tap("g:7", room="55")
    assert talk.templates() == ["join.welcome", "join.age"]
    talk.context = replace(talk.context, source=None)
    talk.tap("a:16-17", room="55")
    assert talk.offered() == ["pl:B", "jb:place"]
    talk.tap("pl:B", room="55")
    given = next(intent for intent in talk.done if isinstance(intent, wanted.GivePledge))
    assert (given.source.campaign_id, given.source.room_id) == (9, 2)


def test_a_known_ally_pledges_to_a_campaign_with_one_tap() -> None:
    talk = joined()
    talk.context = replace(talk.context, source=POST, source_pledge="A")
    talk.tap("g:7")
    assert wanted.GivePledge(PledgeCode.LOOK_OUT, None, POST) in talk.done
    assert talk.templates() == ["pledge.thanks", "pledge.plan"]


@pytest.mark.parametrize("taps", range(7))
@pytest.mark.parametrize("word", ["STOP", " stop. ", "Parar", "stój", "停止", "توقف"])
def test_C7_stop_works_in_every_state(taps: int, word: str) -> None:
    talk = Talk()
    talk.start()
    for data in ("a:16-17", "b:2", "n:75", "pl:B", "if:video", "t:yes")[:taps]:
        talk.tap(data)
    talk.say(word)
    assert talk.templates() == ["menu.stopped"]
    assert wanted.OptOut() in talk.done


def test_C7_their_own_start_lifts_it_and_topics_stay_off() -> None:
    talk = joined()
    talk.say("stop")
    talk.start()
    assert talk.templates()[0] == "menu.welcome_back"
    assert not talk.context.person.opted_out
    assert not talk.context.person.topics.get(Topic.AREA_UPDATES)


@pytest.mark.parametrize("taps", range(7))
@pytest.mark.parametrize("name", ["help", "privacy", "stop", "delete", "language", "export", "menu", "start"])
def test_C8_commands_answer_in_every_state(taps: int, name: str) -> None:
    talk = Talk()
    talk.start()
    for data in ("a:16-17", "b:2", "n:75", "pl:B", "if:video", "t:yes")[:taps]:
        talk.tap(data)
    before = talk.state
    made = talk.start() if name == "start" else talk.command(name)
    assert made.replies or wanted.ShowHeld() in made.intents
    if name in ("help", "privacy", "delete", "language"):
        assert talk.state.field == before.field


def test_C8_delete_takes_one_more_tap_and_forgets_the_state() -> None:
    talk = joined()
    talk.command("delete")
    talk.tap("del:yes")
    assert talk.templates() == ["menu.deleted"]
    assert wanted.DeletePerson() in talk.done
    assert dict(talk.state.data) == {}


def test_H1_unread_text_gets_the_short_help_line_and_a_way_on() -> None:
    talk = joined()
    talk.say("blah")
    assert talk.templates() == ["help.short", "menu.title"]
    assert talk.offered()


@pytest.mark.parametrize(
    "text",
    [
        *("i want to die", "I dont want to live anymore", "someone got shot", "he has a gun", "they are gonna shoot"),
        *("my brother was killed", "i'm in danger", "quiero morir", "mataron a mi primo", "tiene una pistola"),
        *("estoy en peligro", "my mom hits me", "there is someone bleeding"),
    ],
)
def test_H1_signs_of_need_are_matched(text: str) -> None:
    assert help_languages(text)


@pytest.mark.parametrize(
    "text", ["MAPLE75", "11207", "when is the game", "I like the poster", "hola, buenos días", "75"]
)
def test_ordinary_sentences_are_not_matched(text: str) -> None:
    assert not help_languages(text)


@pytest.mark.parametrize("text", ["please don't stop the music", "stop by later", "the end of class"])
def test_C7_only_a_whole_message_is_stop(text: str) -> None:
    assert not is_stop(text)


def test_every_button_fits_telegram() -> None:
    talk = Talk()
    talk.start()
    seen = list(talk.offered())
    for data in ("a:16-17", "b:2", "n:75", "pl:B", "if:video", "t:yes", "m"):
        talk.tap(data)
        seen += talk.offered()
    assert max(len(data.encode()) for data in seen) <= CHOICE_DATA_BYTES


def test_F14_a_zip_code_behind_the_start_suggests_its_areas_and_is_not_kept() -> None:
    talk = Talk()
    talk.start("11207")
    assert talk.templates() == ["join.welcome", "join.age"]
    assert "11207" not in str(talk.state)
    talk.tap("a:16-17")
    assert talk.templates() == ["join.zip_suggests"]
    assert talk.offered()[0] == "n:75"
    talk.tap("bb")
    assert talk.templates() == ["join.place"]
    talk.start("11207")
    talk.tap("n:75")
    assert talk.templates() == ["pledge.question"]
    talk.tap("jb:place")
    assert (talk.templates(), talk.state.data.get("near")) == (["join.place"], None)
    young = Talk()
    young.start("11207")
    young.tap("a:u13")
    assert not young.state.data
    outside = Talk()
    outside.start("90210")
    outside.tap("a:16-17")
    assert outside.templates() == ["join.place"]


@pytest.mark.parametrize(
    ("typed", "said", "offered"),
    [
        ("Bronx", "join.neighbourhood", "n:40"),
        ("the bronx!", "join.neighbourhood", "n:40"),
        ("El Bronx", "join.neighbourhood", "n:40"),
        ("staten island", "join.neighbourhood", "n:120"),
        ("BROOKLYN", "join.neighbourhood", "n:60"),
        ("Queens", "join.neighbourhood", "n:100"),
        ("manhattan", "join.neighbourhood", "n:1"),
        ("downtown brooklyn", "join.zip_suggests", "n:84"),
        ("11207-1234", "join.zip_suggests", "n:75"),
        ("75", "join.zip_suggests", "n:75"),
        ("٧٥", "join.zip_suggests", "n:75"),
        ("2", "join.place_unclear", "b:0"),
        ("11207-12", "join.place_unclear", "b:0"),
        ("90210-1234", "join.zip_outside", "b:0"),
    ],
)
def test_F14_a_typed_borough_a_long_zip_code_and_a_precinct_are_understood(typed: str, said: str, offered: str) -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:16-17")
    talk.say(typed)
    assert talk.templates()[0] == said
    assert offered in talk.offered()
