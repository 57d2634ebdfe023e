"""What I get, and why; questions now and then; breaks: as pure steps and in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue.consents import question
from campaign_engine.domain.action import ActionKind
from campaign_engine.domain.consent import UNTIL_RESUMED
from campaign_engine.domain.contact import CONSENT_KINDS, LANGUAGES, Answer, Consent, ConsentKind, Topic
from campaign_engine.rendering import Renderer
from tests.support.talk import NOW, Talk
from tests.unit.test_consent import ALLY, DAY

RENDERER = Renderer()


def ally(**changes: object) -> Talk:
    talk = Talk()
    talk.context = replace(talk.context, person=replace(ALLY, **changes))  # type: ignore[arg-type] # fields of Person
    return talk


def later(talk: Talk, days: int) -> None:
    talk.context = replace(talk.context, now=talk.context.now + timedelta(days=days))


def words(talk: Talk, language: str = "en") -> str:
    return "\n".join(RENDERER.reply(reply, language).text for reply in talk.last.replies)


def answers(talk: Talk) -> list[wanted.Intent]:
    return [one for one in talk.done if isinstance(one, wanted.AnswerTopic)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_C4_the_view_names_each_consent_with_its_reason_and_a_button(language: str) -> None:
    talk = ally(answers={Topic.AREA_UPDATES: Answer(True, NOW - 21 * DAY), Consent.SURVEY: Answer(False, NOW - DAY)})
    talk.tap("cs")
    said = words(talk, language)
    reasons = {
        "en": ("Area updates: on. You said yes on November 3, 2026.", "Lessons: off. You never said yes."),
        "es": ("Novedades de tu zona: sí. Dijiste que sí el 3 de noviembre de 2026.", "Lecciones: no. Nunca dijiste"),
    }
    assert all(reason in said for reason in reasons[language])
    assert {"en": "Short surveys: off since November 23, 2026", "es": "desde el 23 de noviembre"}[language] in said
    assert {"en": "at most 2 messages a week", "es": "máximo 2 mensajes por semana"}[language] in said
    switches = {data for data in talk.offered() if data.startswith("cs:")}
    assert switches == {f"cs:{kind}:{'off' if kind is Topic.AREA_UPDATES else 'on'}" for kind in CONSENT_KINDS}


@pytest.mark.parametrize("kind", CONSENT_KINDS)
def test_C4_one_tap_changes_one_and_the_view_edits_in_place(kind: ConsentKind) -> None:
    talk = ally(answers={})
    talk.tap("cs")
    talk.tap(f"cs:{kind}:on")
    assert answers(talk) == [wanted.AnswerTopic(kind, True)]
    assert talk.reply("consent.view").edits
    assert f"cs:{kind}:off" in talk.offered()
    talk.tap(f"cs:{kind}:off")
    assert answers(talk)[1:] == [wanted.AnswerTopic(kind, False)]
    assert f"cs:{kind}:on" in talk.offered()


def test_C5_people_may_switch_on_at_any_time_what_we_may_not_ask() -> None:
    talk = ally(answers={Topic.CHECK_INS: Answer(False, NOW)}, asked={Topic.CHECK_INS: NOW})
    talk.tap("cs:check_ins:on")
    assert talk.context.person.topics[Topic.CHECK_INS]


@pytest.mark.parametrize("kind", [Topic.AREA_UPDATES, Topic.CHECK_INS, Topic.EVENT_NEWS])
def test_C4_what_is_about_an_area_asks_for_one(kind: Topic) -> None:
    talk = ally(precinct=None, precinct_declined=True, answers={})
    talk.tap(f"cs:{kind}:on")
    assert talk.templates() == ["consent.view", "join.place"]
    assert "not chosen an area" in words(talk)
    talk.tap("n:75")
    assert (talk.context.person.precinct, talk.context.person.topics[kind]) == (75, True)


def test_C4_opening_the_menu_brings_one_question_at_most_with_no_first() -> None:
    talk = ally()
    talk.command("menu")
    assert talk.templates() == ["menu.title", "consent.ask_lesson_series"]
    row = talk.reply("consent.ask_lesson_series").options[0]
    assert [(option.label, option.data) for option in row] == [
        ("join.updates_no", "cq:lesson_series:no"),
        ("join.updates_yes", "cq:lesson_series:yes"),
    ]
    assert wanted.NoteAsked(Topic.LESSON_SERIES) in talk.done
    talk.tap("m")
    assert talk.templates() == ["menu.title"]
    later(talk, 7)
    talk.tap("m")
    assert talk.templates() == ["menu.title", "consent.ask_event_news"]


def test_C5_a_no_in_chat_is_kept_and_not_followed_by_the_question_for_a_year() -> None:
    talk = ally()
    talk.command("menu")
    talk.tap("cq:lesson_series:no")
    assert answers(talk) == [wanted.AnswerTopic(Topic.LESSON_SERIES, False)]
    assert "won't ask this again for a year" in words(talk)
    asked = set()
    for _ in range(51):
        later(talk, 7)
        talk.command("menu")
        asked |= set(talk.templates())
    assert "consent.ask_lesson_series" not in asked
    assert {"consent.ask_event_news", "consent.ask_check_ins"} < asked
    later(talk, 9)
    talk.command("menu")
    assert "consent.ask_lesson_series" in talk.templates()


@pytest.mark.parametrize("said", ["hello", "START", "help", "privacy"])
def test_C5_no_question_comes_where_nobody_opened_the_menu(said: str) -> None:
    talk = ally()
    talk.say(said)
    assert not [name for name in talk.templates() if name.startswith("consent.")]
    talk.tap("m:help")
    assert talk.templates() == ["help.card"]
    talk.tap("m:back")
    assert talk.templates() == ["menu.title"]


def test_C4_nothing_further_is_asked_while_joining_or_on_that_day() -> None:
    talk = Talk()
    talk.start()
    seen: set[str] = set()
    for data in ("a:16-17", "m", "n:75", "m", "pl:B", "if:video", "m", "t:yes", "m"):
        talk.tap(data)
        seen |= {name for name in talk.templates() if name.startswith("consent.ask")}
    assert not seen
    later(talk, 1)
    talk.tap("m")
    assert talk.templates()[-1] == "consent.ask_lesson_series"


def test_C7_after_stop_the_view_says_so_and_no_switch_lifts_it() -> None:
    talk = ally()
    talk.say("STOP")
    talk.tap("cs")
    assert "You said STOP" in words(talk)
    assert not [data for data in talk.offered() if data.startswith("cs:")]
    for data in ("cs:area_updates:on", "cq:survey:yes"):
        talk.tap(data)
        assert talk.templates() == ["menu.still_stopped"]
        assert talk.offered() == ["m:back"]
    assert not answers(talk)


@pytest.mark.parametrize(
    ("length", "until", "said"),
    [("1", NOW + DAY, "November 25"), ("7", NOW + 7 * DAY, "December 1"), ("30", NOW + 30 * DAY, "December 24")],
)
def test_a_break_is_chosen_seen_and_ended_from_menu_and_view(length: str, until: object, said: str) -> None:
    talk = ally()
    talk.tap("m")
    talk.tap("pa")
    talk.tap(f"pa:{length}")
    assert said in words(talk)
    assert wanted.Pause(until) in talk.done  # type: ignore[arg-type] # a moment
    assert wanted.RecordAction(ActionKind.PAUSE) in talk.done
    for opened in ("m:more", "cs"):
        talk.tap(opened)
        assert "pa:end" in talk.offered()
    assert said in words(talk)
    talk.tap("pa:end")
    assert talk.context.person.paused_until is None
    assert "The break is over" in words(talk)


def test_a_break_until_i_say_so_has_no_day() -> None:
    talk = ally()
    talk.command("pause")
    talk.tap("pa:open")
    assert talk.context.person.paused_until == UNTIL_RESUMED
    assert "until you end it" in words(talk)
    talk.tap("pa:1")
    assert talk.context.person.paused_until == UNTIL_RESUMED
    assert "until you end it" in words(talk)
    talk.tap("cs")
    assert "2200" not in words(talk)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", CONSENT_KINDS)
def test_every_text_of_a_consent_can_be_said(language: str, kind: ConsentKind) -> None:
    talk = ally(answers={})
    said = []
    for data in (f"cs:{kind}:on", f"cs:{kind}:off", f"cq:{kind}:yes", f"cq:{kind}:no", "pa", "pa:7", "pa:end"):
        talk.tap(data)
        said += [RENDERER.reply(reply, language).text for reply in talk.last.replies]
    assert all(said)
    assert len(RENDERER.reply(question(kind), language).text) <= 200


@pytest.mark.parametrize(("ago", "asked"), [(364, False), (365, True)])
def test_C5_the_joins_own_question_waits_365_days_too(ago: int, asked: bool) -> None:
    talk = ally(answers={Topic.AREA_UPDATES: Answer(False, NOW - ago * DAY)})
    talk.start()
    assert ("join.updates" in talk.templates()) is asked


def test_C4_after_stop_the_view_says_why_all_is_off_and_offers_the_way_back() -> None:
    talk = ally()
    talk.say("STOP")
    talk.tap("cs")
    reply = talk.reply("consent.view")
    for language, said in (("en", "You said STOP. So everything is off"), ("es", "Dijiste PARAR. Por eso todo")):
        assert said in RENDERER.reply(reply, language).text
    assert talk.offered() == ["m:start", "m"]
    talk.tap("m:start")
    assert wanted.OptIn() in talk.last.intents
    assert "menu.welcome_back" in talk.templates()
    talk.tap("m:start")
    assert wanted.OptIn() not in talk.last.intents
