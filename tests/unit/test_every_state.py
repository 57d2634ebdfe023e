"""STOP and the commands, in every state of every dialogue (safety C7, C8)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign_engine.dialogue import draft_steps, organize, own_words
from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue.ally_intents import ShowVerify
from campaign_engine.dialogue.state import State, Step
from campaign_engine.domain.command_words import COMMAND_WORDS, STOP_WORDS
from campaign_engine.domain.contact import Person, Role
from campaign_engine.domain.languages import SAFETY_LANGUAGES
from campaign_engine.domain.message import InboundKind
from campaign_engine.rendering import Renderer
from tests.support.talk import NOW, Talk, inbound
from tests.unit.test_consent import ALLY
from tests.unit.test_dialogue_join import POST
from tests.unit.test_dialogue_organize import staff

DIALOGUES = Path(organize.__file__).parent
RENDERER = Renderer()
FIRST_WORDS = [words[0] for words in STOP_WORDS.values()]


def joining(*taps: str) -> Callable[[], Talk]:
    def made() -> Talk:
        talk = Talk()
        talk.start()
        for data in taps:
            talk.tap(data)
        return talk

    return made


def drafting(field: str) -> Callable[[], Talk]:
    def made() -> Talk:
        talk = staff(Role.ORGANIZER)
        talk.tap("o:new")
        if field != "kind":
            talk.tap("k:pledge")
            talk.tap(f"ed:{field}")
        if field == "review":
            talk.tap("ed:pledge")
            talk.state = replace(talk.state, field="review")
        return talk

    return made


def known(*taps: str, **changes: object) -> Callable[[], Talk]:
    def made() -> Talk:
        talk = Talk()
        talk.context = replace(talk.context, person=replace(ALLY, **changes))  # type: ignore[arg-type] # its fields
        for data in taps:
            talk.tap(data)
        return talk

    return made


def typed(before: Callable[[], Talk], text: str) -> Callable[[], Talk]:
    def made() -> Talk:
        talk = before()
        talk.say(text)
        return talk

    return made


def invited() -> Talk:
    talk = Talk()
    talk.start("r_CODE")
    return talk


def from_a_post() -> Talk:
    talk = Talk()
    talk.context = replace(talk.context, person=ALLY, source=POST, source_pledge="A")
    talk.tap("g:7")
    talk.context = replace(talk.context, source=None)
    return talk


def turned_away() -> Talk:
    talk = Talk()
    until = NOW + timedelta(hours=3)
    talk.context = replace(talk.context, person=Person(age_blocked_until=until))
    talk.start()
    return talk


def waited_for() -> set[tuple[str, str]]:
    """Flow and field of every question that the dialogues' code can leave open."""
    code = "".join(path.read_text(encoding="utf-8") for path in DIALOGUES.glob("*.py"))
    named = set(re.findall(r'waits\((?:[^()"]|\([^()]*\))*"(\w+)", "(\w+)"', code))
    named |= {("training", number) for number in ("1", "2", "3")}
    return named | {("organize", field) for field in draft_steps.FIELDS} | {("join", "updates"), ("join", "pledge")}


def left_at(flow: str, field: str) -> Callable[[], Talk]:
    """A state as its row would bring it back, of somebody who may do everything."""

    def made() -> Talk:
        talk = staff(*Role)
        talk.state = State(flow, field, {}, "en")
        return talk

    return made


STATES: dict[str, Callable[[], Talk]] = {
    **{f"row: {flow}, {field}": left_at(flow, field) for flow, field in sorted(waited_for())},
    "stranger": Talk,
    "join: age": joining(),
    "join: 12 or under": joining("a:u13"),
    "join: turned away": turned_away,
    "join: place": joining("a:16-17"),
    "join: place, a borough": joining("a:16-17", "b:2"),
    "join: place, a ZIP code": typed(joining("a:16-17"), "11207"),
    "join: pledge": joining("a:16-17", "n:75"),
    "join: plan": joining("a:16-17", "n:75", "pl:B"),
    "join: plan, from a post": from_a_post,
    "join: updates": joining("a:16-17", "n:75", "pl:B", "if:video"),
    "join: done": joining("a:16-17", "n:75", "pl:B", "if:video", "t:yes"),
    "staff: handle": invited,
    "staff: handle again": typed(invited, "!"),
    **{f"organize: {field}": drafting(field) for field in ("kind", *draft_steps.FIELDS, "review")},
    "organize: which field": typed(drafting("review"), "o:change"),
    "menu": known("m"),
    "menu: delete?": known("m:delete"),
    "menu: language?": known("l"),
    "menu: my pledge": known("m:pledge"),
    "what I get": known("cs"),
    "what I get, one changed": known("cs", "cs:survey:on"),
    "what I get, which area?": known("cs:check_ins:on", precinct=None, precinct_declined=True),
    "a question about a consent": known("m"),
    "how long a break?": known("pa"),
    "on a break": known("pa:open"),
    "after STOP": typed(known(), "stop"),
    "help": known("m:help"),
}
EVERY = pytest.mark.parametrize("name", STATES)


def test_every_flow_and_field_that_the_dialogues_wait_for_is_among_the_states() -> None:
    reached = {(talk.state.flow, talk.state.field) for talk in (made() for made in STATES.values())}
    assert len(waited_for()) > 12
    assert waited_for() <= reached
    assert {flow for flow, _ in waited_for()} >= {"join", "organize", "staff"}


@EVERY
def test_C7_stop_in_every_state_and_language_gets_one_confirmation(name: str) -> None:
    for word in FIRST_WORDS:
        talk = STATES[name]()
        talk.say(f" {word.upper()}! ")
        assert (word, talk.templates()) == (word, ["menu.stopped"])
        assert wanted.OptOut() in talk.last.intents, word
        assert not any(talk.context.person.topics.values()), word
        assert (word, talk.state.flow, dict(talk.state.data)) == (word, "", {})
        assert not talk.reply("menu.stopped").options, word
        for language in SAFETY_LANGUAGES:
            assert "/start" in RENDERER.reply(talk.last.replies[0], language).text, (word, language)


@EVERY
def test_C7_the_command_and_the_button_do_the_same(name: str) -> None:
    for how in ("command", "button"):
        talk = STATES[name]()
        if how == "command":
            talk.command("stop")
        else:
            talk.tap("m:stop")
        assert (how, talk.templates()) == (how, ["menu.stopped"])
        assert wanted.OptOut() in talk.last.intents, how


@EVERY
def test_C7_what_is_sent_after_stop_is_answered_and_asks_for_no_consent(name: str) -> None:
    talk = STATES[name]()
    talk.say("STOP")
    for kind in (InboundKind.TEXT, InboundKind.COMMAND):
        talk._take(inbound(kind, "menu"))
        assert talk.last.replies
        assert not [one for one in talk.templates() if one.startswith("consent.ask")]
    assert talk.context.person.opted_out or talk.context.person.contact_id is None


@EVERY
def test_C8_every_command_answers_in_every_state(name: str) -> None:
    for command in ("start", "help", "privacy", "stop", "delete", "export", "language"):
        talk = STATES[name]()
        before = talk.state
        made = talk.start() if command == "start" else talk.command(command)
        assert made.replies or wanted.ShowHeld() in made.intents, command
        after = (command, talk.state.flow, talk.state.field, talk.state.data)
        if command not in ("start", "stop"):
            assert after == (command, before.flow, before.field, before.data)


@EVERY
def test_C8_delete_in_every_state_takes_two_taps_and_forgets_the_state(name: str) -> None:
    talk = STATES[name]()
    talk.command("delete")
    assert talk.templates() == ["menu.delete_sure"]
    assert "del:yes" in talk.offered()
    talk.tap("del:yes")
    assert wanted.DeletePerson() in talk.last.intents
    assert (talk.state.flow, dict(talk.state.data)) == ("", {})


@EVERY
def test_C8_their_words_in_every_language_do_the_same_without_a_slash(name: str) -> None:
    """But where any words are an answer of the team, which only the words of C8 are not."""
    for name_of, words in COMMAND_WORDS.items():
        talk = STATES[name]()
        state, context = talk.state, talk.context
        is_answer = own_words.asked(state, context) and name_of not in own_words.COMMANDS
        command = talk.start() if name_of == "start" else talk.command(name_of)
        for word in (word for spoken in words.values() for word in spoken):
            talk.state, talk.context = state, context
            made = talk.say(word)
            if is_answer:
                assert (word, made.replies == command.replies) == (word, False)
                continue
            assert (word, made.replies, made.state) == (word, command.replies, command.state)
            assert without_counting(made) == without_counting(command), word


@EVERY
def test_C7_every_word_for_stop_is_one_in_every_state(name: str) -> None:
    talk = STATES[name]()
    state, context = talk.state, talk.context
    for word in (word for words in STOP_WORDS.values() for word in words):
        talk.state, talk.context = state, context
        talk.say(word)
        assert (word, talk.templates()) == (word, ["menu.stopped"])
        assert wanted.OptOut() in talk.last.intents


@EVERY
def test_C8_no_typed_word_deletes_without_asking(name: str) -> None:
    talk = STATES[name]()
    state, context = talk.state, talk.context
    for word in (word for words in COMMAND_WORDS["delete"].values() for word in words):
        talk.state, talk.context = state, context
        talk.say(word)
        talk.say(word)
        assert wanted.DeletePerson() not in talk.done
        assert "del:yes" in talk.offered()


def without_counting(step: Step) -> list[wanted.Intent]:
    return [intent for intent in step.intents if not isinstance(intent, wanted.RecordAction)]


@EVERY
def test_an_allys_own_buttons_answer_in_every_state(name: str) -> None:
    """Answers, frequency, invites, break, verify, topics: never "I did not understand", always a way on."""
    for data in ("an", "fq", "fq:1", "iv", "iv:3", "pa", "m:verify", "m:more", "m:pledge", "cs"):
        talk = STATES[name]()
        if talk.context.person.contact_id is None:
            return
        made = talk.tap(data)
        assert made.replies or made.intents, data
        assert "help.short" not in talk.templates(), data


@EVERY
def test_T5_verify_answers_in_every_state_and_changes_nothing(name: str) -> None:
    talk = STATES[name]()
    before = talk.state
    assert ShowVerify() in talk.command("verify").intents
    assert (talk.state.flow, talk.state.field, talk.state.data) == (before.flow, before.field, before.data)
