"""Learning, as the pure dialogue plays it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue.learn_intents import NoteLesson, ShowCertificate
from campaign_engine.dialogue.lesson_files import course
from campaign_engine.dialogue.machine import ask_again
from campaign_engine.domain.action import ActionKind, PledgeCode
from campaign_engine.domain.contact import AgeBand, Answer, Consent, LessonCode, Person, Role, RoleGrant, Topic
from campaign_engine.domain.lesson import DONE
from campaign_engine.domain.message import InboundKind
from tests.support.talk import NOW, Talk, inbound

B1, B2, A2 = LessonCode.READ, LessonCode.COOL, LessonCode.NOT_PASSED
ALL = dict.fromkeys(LessonCode, DONE)


def ally(lessons: Mapping[LessonCode, int] | None = None, **known: object) -> Talk:
    talk = Talk()
    person = Person(contact_id=1, age_band=AgeBand.FROM_13, precinct=75, pledged=True, joined_at=NOW)
    updates = {Topic.AREA_UPDATES: Answer(False, NOW)}
    person = replace(person, lessons=lessons or {}, **{"answers": updates, **known})  # type: ignore[arg-type]
    talk.context = replace(talk.context, person=person)
    return talk


def kept(talk: Talk) -> list[tuple[str, int]]:
    return [(str(one.code), one.reached) for one in talk.done if isinstance(one, NoteLesson)]


def counted(talk: Talk) -> list[ActionKind]:
    return [one.kind for one in talk.done if isinstance(one, wanted.RecordAction) and "lesson" in one.kind]


def certificate(talk: Talk) -> tuple[int, str]:
    (shown,) = (one for one in talk.last.intents if isinstance(one, ShowCertificate))
    return shown.lessons, shown.said.template


def finish(talk: Talk, code: LessonCode) -> None:
    talk.tap(f"ln:{code}:{course()[code].right}")


def test_F14_from_the_menu_through_a_lesson_in_one_message() -> None:
    talk = ally()
    talk.tap("m")
    assert "ln" in talk.offered()
    talk.tap("ln")
    assert [data for data in talk.offered() if data.startswith("ln:")] == [f"ln:{code}" for code in LessonCode]
    talk.tap("ln:B1")
    while talk.templates() == ["learn.screen"]:
        assert talk.last.replies[0].edits
        talk.tap([data for data in talk.offered() if data.startswith("ln:B1")][-1])
    assert talk.templates() == ["learn.question"]
    assert talk.offered()[:3] == ["ln:B1:a", "ln:B1:b", "ln:B1:c"]
    finish(talk, B1)
    assert talk.templates()[0] == "learn.right"
    assert talk.offered()[:3] == ["ln:B2", "iv", "ln:B1:1"]
    assert kept(talk) == [("B1", 1), ("B1", 2), ("B1", 3), ("B1", 4), ("B1", 5), ("B1", DONE)]
    assert counted(talk) == [ActionKind.LESSON_DONE]


def test_a_wrong_answer_is_explained_and_nothing_of_it_is_kept() -> None:
    talk = ally({B1: 5})
    for letter in "ac":
        talk.tap(f"ln:B1:{letter}")
        assert talk.templates() == ["learn.not_quite"]
        assert talk.last.replies[0].values["letter"] == letter
        assert talk.offered() == ["ln:B1:q", "ln:B2", "ln", "m:help"]
    assert kept(talk) == []
    assert "a" not in talk.state.data.values()
    talk.tap("ln:B1:q")
    assert talk.templates() == ["learn.question"]


def test_a_lesson_is_taken_up_where_it_was_left_days_later() -> None:
    talk = ally({B1: 3})
    talk.tap("ln:B1")
    assert talk.last.replies[0].values["at"] == 3
    talk = ally({B1: course()[B1].length + 1})
    talk.tap("ln:B1")
    assert talk.templates() == ["learn.question"]
    talk = ally({B1: DONE})
    talk.tap("ln:B1")
    assert talk.last.replies[0].values["at"] == 1
    talk.tap("ln:B1:2")
    assert kept(talk) == []


def test_going_back_lowers_nothing() -> None:
    talk = ally({B1: 4})
    talk.tap("ln:B1:2")
    talk.tap("ln:B1:4")
    assert kept(talk) == []


def test_a_page_loaded_anew_and_words_typed_in_between_show_the_same_screen() -> None:
    talk = ally()
    talk.tap("ln:B1:2")
    again = ask_again(talk.state, inbound(InboundKind.OTHER), talk.context)
    assert [(one.template, one.values["at"]) for one in again.replies] == [("learn.screen", 2)]
    talk.say("what is this")
    assert talk.templates() == ["help.short", "learn.screen"]
    talk.tap("m:help")
    talk.say("hm")
    assert talk.templates() == ["help.short", "learn.screen"]
    talk.tap("ln:B1:q")
    assert ask_again(talk.state, inbound(InboundKind.OTHER), talk.context).replies[0].template == "learn.question"
    talk.tap("m:back")
    assert talk.state.flow == ""


def test_a_join_stays_open_under_a_lesson() -> None:
    talk = Talk()
    talk.start()
    talk.tap("a:16-17")
    talk.tap("ln:B1")
    assert talk.templates() == ["learn.screen"]
    assert talk.state.flow == "join"
    talk.tap("n:75")
    assert talk.templates() == ["pledge.question"]


@pytest.mark.parametrize("code", ["B", "A"])
def test_content_the_pledge_to_learn_ends_with_a_way_to_begin(code: str) -> None:
    talk = Talk()
    talk.start()
    for data in ("a:16-17", "n:75", f"pl:{code}", "if:video", "t:no"):
        talk.tap(data)
    assert talk.templates()[-1] == "join.done"
    assert ("ln:B1" in talk.offered()) is (code == "B")


def test_nobody_is_offered_the_first_lesson_again() -> None:
    talk = ally({B1: 2}, pledges=frozenset({PledgeCode.LEARN}), pledged=False)
    for data in ("m:pledge", "pl:B", "if:video"):
        talk.tap(data)
    assert "ln:B1" not in talk.offered()


def test_I1_the_pinned_lesson_stands_first_in_menu_and_list() -> None:
    talk = ally()
    talk.context = replace(talk.context, pinned=str(A2))
    talk.tap("m")
    assert talk.offered()[0] == "ln:A2"
    talk.tap("ln")
    assert talk.offered()[:2] == ["ln:A2", "ln:B1"]
    assert talk.offered().count("ln:A2") == 1


def test_C5_the_series_is_offered_once_after_the_first_finished_lesson() -> None:
    talk = ally()
    finish(talk, B1)
    assert talk.templates() == ["learn.right", "consent.ask_lesson_series"]
    assert wanted.NoteAsked(Topic.LESSON_SERIES) in talk.done
    talk.tap("cq:lesson_series:no")
    finish(talk, B1)
    finish(talk, B2)
    assert talk.templates() == ["learn.right"]


def test_N4_inviting_is_offered_once_after_the_first_finished_lesson() -> None:
    talk = ally()
    finish(talk, B1)
    assert "iv" in talk.offered()
    assert talk.reply("learn.right").values["invites"]
    for again in (B1, B2):
        finish(talk, again)
        assert "iv" not in talk.offered()
        assert not talk.reply("learn.right").values["invites"]


@pytest.mark.parametrize(
    "known",
    [
        {"age_band": AgeBand.FROM_22},
        {"opted_out": True},
        {"paused_until": NOW + timedelta(days=1)},
        {"invites": {0: NOW.date()}},
        {"grants": (RoleGrant(Role.ORGANIZER),)},
    ],
)
def test_C3_N4_inviting_is_not_offered_to_adults_the_team_or_whoever_wants_quiet_or_knows_it(
    known: dict[str, object],
) -> None:
    talk = ally(None, **known)
    finish(talk, B1)
    assert "iv" not in talk.offered()
    assert not talk.reply("learn.right").values["invites"]


def test_I1_inviting_is_not_offered_where_a_precinct_is_held() -> None:
    talk = ally()
    talk.context = replace(talk.context, recruiting_held_until=NOW + timedelta(hours=1))
    finish(talk, B1)
    assert "iv" not in talk.offered()


@pytest.mark.parametrize(
    "known",
    [
        {"age_band": AgeBand.FROM_22},
        {"opted_out": True},
        {"paused_until": NOW + timedelta(days=1)},
        {"asked": {Topic.LESSON_SERIES: NOW - timedelta(days=300)}},
        {"asked": {Consent.SURVEY: NOW - timedelta(days=2)}},
        {"answers": {Topic.LESSON_SERIES: Answer(True, NOW)}},
        {"answers": {Topic.LESSON_SERIES: Answer(False, NOW - timedelta(days=364))}},
    ],
)
def test_C3_C5_the_series_is_not_offered_to_adults_nor_where_a_question_must_rest(known: dict[str, object]) -> None:
    talk = ally(None, **known)
    finish(talk, B1)
    assert talk.templates() == ["learn.right"]


def test_the_certificate_comes_after_six_and_after_twelve() -> None:
    six = list(LessonCode)[:6]
    talk = ally(dict.fromkeys(six[:5], DONE))
    talk.tap("ln:paper")
    assert talk.templates() == ["learn.list"]
    finish(talk, six[5])
    assert talk.offered()[0] == "ln:paper"
    talk.tap("ln:paper")
    assert certificate(talk) == (6, "learn.paper_half")
    talk = ally({code: DONE for code in LessonCode if code is not A2})
    finish(talk, A2)
    assert talk.offered()[0] == "ln:paper"
    talk.tap("ln:paper")
    assert certificate(talk) == (12, "learn.paper_all")


def test_whoever_knows_them_all_is_led_back_to_the_list() -> None:
    talk = ally(ALL)
    finish(talk, B1)
    assert talk.offered() == ["ln:B1:1", "ln", "m"]
    talk.tap("ln:B1:a")
    assert talk.offered() == ["ln:B1:q", "ln", "m:help"]


@pytest.mark.parametrize("data", ["ln:", "ln:Z9", "ln:B1:0", "ln:B1:99", "ln:B1:x", "ln:B1:1:2", "ln:b1", "ln:B1:-1"])
def test_a_made_up_button_leads_to_a_lesson_or_the_list(data: str) -> None:
    talk = ally()
    talk.tap(data)
    assert talk.templates()[0] in ("learn.list", "learn.screen")


def test_a_stranger_is_asked_the_age_first() -> None:
    talk = Talk()
    talk.tap("ln:B1")
    assert "join.age" in talk.templates()
    assert kept(talk) == []


def test_C7_stop_works_within_a_lesson() -> None:
    talk = ally()
    talk.tap("ln:B1")
    talk.say("STOP")
    assert talk.templates() == ["menu.stopped"]
    assert talk.state.flow == ""
