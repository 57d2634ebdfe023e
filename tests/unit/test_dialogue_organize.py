"""A whole campaign in chat, as pure steps."""

from dataclasses import replace

import pytest

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue import own_words
from campaign_engine.dialogue.drafting_intents import ShowRooms
from campaign_engine.domain.command_words import COMMAND_WORDS
from campaign_engine.domain.contact import Person, Role, RoleGrant
from campaign_engine.domain.precinct import TargetRule
from tests.support.talk import Talk

TEXT = "We look out for each other: {{ link }}"


def staff(*roles: Role) -> Talk:
    talk = Talk()
    person = Person(contact_id=1, pledged=True, precinct_declined=True, grants=tuple(RoleGrant(role) for role in roles))
    talk.context = replace(talk.context, person=person, top=tuple(range(1, 31)))
    return talk


def drafted(talk: Talk | None = None) -> Talk:
    talk = talk or staff(Role.ORGANIZER)
    talk.tap("o:new")
    assert talk.templates() == ["organize.kind"]
    talk.tap("k:pledge")
    talk.say("Winter pledge")
    talk.tap("tg:top")
    talk.tap("gl:300")
    talk.say(TEXT)
    talk.tap("tx:starter")
    assert talk.templates() == ["organize.picture"]
    talk.tap("pi:no")
    talk.say("Tuesdays and Thursdays at 4 pm until December 18")
    talk.tap("ch:all")
    assert talk.last.intents[-1] == ShowRooms(1, asked=True)
    talk.tap("wr:done")
    talk.tap("pd:A")
    return talk


def test_every_field_is_asked_once_and_saved_at_once() -> None:
    talk = drafted()
    assert talk.templates() == ["organize.review"]
    assert talk.last.intents[-2:] == (wanted.ShowPreview(1), wanted.ShowHints(1))
    saved = [list(intent.changes) for intent in talk.done if isinstance(intent, wanted.ChangeDraft)]
    assert saved[:7] == [["title"], ["targets"], ["goal"], ["texts"], ["starter"], ["skipped"], ["schedule"]]


def test_a_schedule_is_said_back_as_dates() -> None:
    talk = staff(Role.ORGANIZER)
    talk.tap("o:new")
    talk.tap("k:pledge")
    talk.tap("ed:schedule")
    talk.say("Tuesdays and Thursdays at 4 pm until December 18")
    walls = talk.reply("organize.schedule_echo").values["walls"]
    assert isinstance(walls, tuple)
    assert [wall.strftime("%a %b %d %H:%M") for wall in walls[:2]] == ["Thu Nov 26 16:00", "Tue Dec 01 16:00"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("targets", "75 and 999"), ("targets", "everywhere"), ("goal", "many"), ("schedule", "soon"), ("title", "x" * 81)],
)
def test_wrong_input_is_explained_and_loses_nothing(field: str, typed: str) -> None:
    talk = staff(Role.ORGANIZER)
    talk.tap("o:new")
    talk.tap("k:pledge")
    talk.say("Winter pledge")
    talk.tap(f"ed:{field}")
    talk.say(typed)
    assert talk.templates() == ["organize.wrong"]
    assert talk.reply("organize.wrong").values["hint"]
    assert talk.state.field == field
    assert talk.context.draft is not None
    assert talk.context.draft.title == "Winter pledge"


def test_where_a_campaign_goes_is_read_as_it_is_meant() -> None:
    brooklyn, both = ["Brooklyn"], ["Bronx", "Brooklyn"]
    read: dict[str, tuple[str, list[str] | list[int]]] = {
        **dict.fromkeys(("top 30", "Top 30!", "the top-30", "the 30 precincts with the most shootings"), ("top", [])),
        **dict.fromkeys(("most shootings", "los 30", "los 30 precintos con más tiroteos"), ("top", [])),
        **dict.fromkeys(("Brooklyn", "brooklyn.", "in Brooklyn", "todo Brooklyn"), ("boroughs", brooklyn)),
        **dict.fromkeys(("the Bronx", "el bronx"), ("boroughs", ["Bronx"])),
        **dict.fromkeys(("Brooklyn and the Bronx", "El Bronx y Brooklyn"), ("boroughs", both)),
        **dict.fromkeys(("30", "precinct 30", "el precinto 30", "the 30th precinct"), ("precincts", [30])),
        **dict.fromkeys(
            ("73, 75", "73 75", "73 y 75", "los 73 y 75", "#73/75", "precincts 73 & 75"), ("precincts", [73, 75])
        ),
        **dict.fromkeys(("Brownsville", "in brownsville", "Brownsville, 73"), ("precincts", [73])),
        "Brownsville y East New York": ("precincts", [73, 75]),
        "Staten Island and 75": ("precincts", [120, 121, 122, 123, 75]),
    }
    for typed, (kind, chosen) in read.items():
        talk = drafted()
        talk.tap("ed:targets")
        talk.say(typed)
        (rule,) = [one.changes["targets"] for one in talk.last.intents if isinstance(one, wanted.ChangeDraft)]
        assert isinstance(rule, dict)
        assert (rule["kind"], rule["boroughs"] + rule["precincts"]) == (kind, chosen), typed
        echo = talk.reply("organize.targets_echo").values["precincts"]
        assert echo == TargetRule.from_json(rule).numbers(talk.context.top), "it is said back at once"
    refused = (
        *(
            "top 10",
            "top 30 but not Brooklyn",
            "most of Queens",
            "everywhere",
            "Brownsville and nowhere",
            "73, but not 75",
        ),
        *("70-79", "precinct", "heights", "ville", "all", "30 friends", "11212", "73 and 74", "9" * 5000, ",", "the"),
    )
    for typed in refused:
        talk = drafted()
        talk.tap("ed:targets")
        talk.say(typed)
        assert talk.reply("organize.wrong").values["code"] == "no_precinct", typed
        assert not [one for one in talk.last.intents if isinstance(one, wanted.ChangeDraft)], typed


def test_F5_a_neighborhood_of_several_precincts_offers_them_as_buttons() -> None:
    talk = drafted()
    talk.tap("ed:targets")
    talk.say("Harlem")
    assert talk.templates() == ["organize.which_precinct"]
    assert talk.offered() == ["tg:23", "tg:25", "tg:28", "tg:32", "tg:23+25+28+32", "ed:targets"]
    assert not talk.last.intents
    talk.say("Brownsville and Harlem")
    assert "tg:73+23" in talk.offered()
    talk.tap("tg:73+23+25+28+32")
    (change,) = [one for one in talk.last.intents if isinstance(one, wanted.ChangeDraft)]
    assert change.changes["targets"]["precincts"] == [73, 23, 25, 28, 32]  # type: ignore[index]
    talk.tap("ed:targets")
    talk.say("Bronx River")
    assert talk.offered() == ["tg:43", "ed:targets"], "of a name that no precinct bears it is asked even so"
    for nothing in ("tg:999", "tg:73+x", "tg:", "tg:+"):
        before = talk.context.draft
        talk.tap(nothing)
        assert talk.context.draft == before, nothing
    talk.tap("ed:targets")
    long = "1 5 6 7 9 10 13 14 17 18 19 20 22 24 26 30 33 34 40"
    talk.say(f"{long} and Harlem")
    assert talk.reply("organize.wrong").values["code"] == "no_precinct", "a button holds no more"


def test_a_draft_goes_on_at_its_first_empty_field() -> None:
    talk = staff(Role.ORGANIZER)
    talk.tap("o:new")
    talk.tap("k:pledge")
    talk.say("Winter pledge")
    talk.state = type(talk.state)()
    talk.tap("o:new")
    assert talk.templates() == ["organize.targets"]


def test_what_a_role_cannot_do_is_not_shown_to_it() -> None:
    ally, organizer, approver = staff(), staff(Role.ORGANIZER), staff(Role.APPROVER)
    for talk in (ally, organizer, approver):
        talk.tap("m")
    assert not {"o:new", "o:waiting"} & set(ally.offered())
    assert "o:new" in organizer.offered()
    assert "o:waiting" not in organizer.offered()
    assert "o:waiting" in approver.offered()
    assert "o:new" not in approver.offered()


@pytest.mark.parametrize("data", ["o:new", "k:pledge", "tg:top", "ed:title", "o:drop"])
def test_R1_an_ally_cannot_plan_by_guessing_buttons(data: str) -> None:
    talk = staff()
    talk.tap(data)
    assert not [one for one in talk.done if not isinstance(one, wanted.RecordAction)]


def test_approving_carries_the_hash_that_was_seen() -> None:
    talk = staff(Role.APPROVER)
    talk.tap("ap:7:0123456789ab")
    assert talk.done[-1] == wanted.ApproveCampaign(7, "0123456789ab")


def test_channels_are_switched_one_by_one() -> None:
    talk = staff(Role.ORGANIZER)
    talk.tap("o:new")
    talk.tap("k:awareness")
    talk.tap("ed:channels")
    talk.tap("ch:telegram")
    talk.tap("ch:web")
    talk.tap("ch:telegram")
    assert talk.context.draft is not None
    assert tuple(talk.context.draft.channels) == ("web",)


@pytest.mark.parametrize(
    ("field", "typed", "way"),
    [("goal", "many", "gl:300"), ("targets", "precinct 3", "tg:top")],
)
def test_a_wrong_answer_keeps_the_questions_buttons(field: str, typed: str, way: str) -> None:
    talk = drafted()
    talk.tap(f"ed:{field}")
    offered = talk.offered()
    assert way in offered
    talk.say(typed)
    assert talk.templates() == ["organize.wrong"]
    assert talk.offered() == offered
    talk.tap(way)
    assert "organize.wrong" not in talk.templates()


def commands() -> list[tuple[str, str]]:
    """Each with a word that stands for it, in English and in Spanish."""
    return [(name, words[language][0]) for name, words in COMMAND_WORDS.items() for language in ("en", "es")]


@pytest.mark.parametrize("field", ["title", "text_en", "text_es", "alt_en"])
def test_C8_words_of_a_draft_are_its_answer_unless_they_keep_somebody_safe(field: str) -> None:
    for name, word in commands():
        talk = drafted()
        draft = talk.context.draft
        assert draft is not None
        talk.context = replace(talk.context, draft=replace(draft, picture={"key": "k", "alt": {}}))
        talk.tap(f"ed:{field}")
        talk.say(word)
        kept = [one for one in talk.last.intents if isinstance(one, wanted.ChangeDraft)]
        assert bool(kept) is (name not in own_words.COMMANDS), word
        talk.tap(f"ed:{field}")
        talk.say("stop")
        assert wanted.OptOut() in talk.last.intents


@pytest.mark.parametrize(("typed", "held"), [("hold", False), ("Release!", False), ("hold 75", True)])
def test_I1_a_hold_with_its_numbers_is_never_a_title(typed: str, held: bool) -> None:
    talk = drafted()
    talk.tap("ed:title")
    talk.say(typed)
    assert any(isinstance(one, wanted.HoldPrecincts) for one in talk.last.intents) is held
    assert any(isinstance(one, wanted.ChangeDraft) for one in talk.last.intents) is not held


def test_a_command_with_its_stroke_works_in_a_title_too() -> None:
    talk = drafted()
    talk.tap("ed:title")
    talk.command("learn")
    assert talk.templates() == ["learn.list"]
