"""Anything can be sent at any time: no exception, always a way on, nothing typed is kept."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue.approval_intents import ReturnCampaign
from campaign_engine.domain.contact import Role
from campaign_engine.domain.message import CHOICE_DATA_BYTES, InboundKind
from campaign_engine.rendering import Renderer
from tests.support.talk import Talk, inbound
from tests.unit.test_dialogue_organize import staff

MARKER = "Zq7Marker"
BUTTONS = [
    *(
        "a:u13",
        "a:13-15",
        "a:22+",
        "a:99",
        "b:0",
        "b:9",
        "bp:2:1",
        "bp:x:y",
        "bb",
        "n:75",
        "n:0",
        "n:2",
        "pl:A",
        "pl:Z",
    ),
    *(
        "if:video",
        "if:",
        "t:yes",
        "t:no",
        "m",
        *("ln", "ln:B1", "ln:B1:2", "ln:B1:q", "ln:B1:a", "ln:B1:b", "ln:A4:99", "ln:Z1", "ln:paper"),
        *("cs", "cs:survey:on", "cs:check_ins:off", "cs:nothing:on", "cs:survey", "cq:event_news:yes", "cq::"),
        *("pa", "pa:7", "pa:open", "pa:end", "pa:99", "m:back"),
        "m:pledge",
        "m:stop",
        "m:delete",
        "del:yes",
        "l",
        "l:es",
    ),
    *(
        "g:7",
        "g:7:13-15",
        "g:x:u13",
        "o:new",
        "hd",
        "hd:b:2:1",
        "hd:h:75",
        "hd:a:75",
        "hd:r:x",
        "ev:1:yes",
        "lg:en+es",
        "m:a2",
        *(
            "o:drop",
            "o:drop:yes",
            "o:undo",
            "o:another",
            "bk:title",
            "bk:alt_en",
            "pk",
            "pk:Bronx",
            "pk:44",
            "pk:done",
            "mp",
        ),
        *(
            "pi:ask",
            "pi:sure",
            "pi:no",
            "rm:1",
            "rm:done",
            "pc:1",
            "pc:1:web",
            "ed:picture",
            "ed:rooms",
            "sm",
            "sm:waiting",
            "sm:team",
        ),
        "o:change",
        "k:pledge",
        "k:nothing",
        "tg:top",
        "tg:Bronx",
        "gl:0",
    ),
    *(
        "tx:starter",
        "ch:all",
        "ch:",
        "ch:web",
        "pd:A",
        "pd:no",
        "su:1",
        "ap:1:abc",
        "rt:x",
        "mv:1:pause",
        "rp:1",
        "st:1",
    ),
    *("", ":", "::", "ed:title", "ed:nothing", "type"),
]
COMMANDS = ["help", "stop", "delete", "privacy", "export", "language", "menu", "pause", "status", "hold", "nothing"]
steps = st.lists(
    st.one_of(
        st.tuples(st.just(InboundKind.CHOICE), st.sampled_from(BUTTONS)),
        st.tuples(st.just(InboundKind.CHOICE), st.text(max_size=64)),
        st.tuples(
            st.just(InboundKind.TEXT), st.sampled_from([MARKER, "75", "11207", "stop", "help", "1 pm", "Dec 1 4 pm"])
        ),
        st.tuples(st.just(InboundKind.TEXT), st.text(min_size=1, max_size=200)),
        st.tuples(st.just(InboundKind.COMMAND), st.sampled_from(COMMANDS)),
        st.tuples(st.just(InboundKind.START), st.sampled_from(["", "s_X", "p_1", "r_CODE", "%%"])),
        st.tuples(st.just(InboundKind.OTHER), st.just("")),
    ),
    max_size=14,
)
RENDERER = Renderer()
TOO_LATE = (wanted.ShowHeld, wanted.ShowStatus, wanted.ShowWaiting, wanted.ShowReport, wanted.ShowPreview)
SERVED = (
    *TOO_LATE,
    wanted.ApproveCampaign,
    ReturnCampaign,
    wanted.MoveCampaign,
    wanted.SubmitCampaign,
    wanted.RedeemInvite,
    wanted.HoldPrecincts,
    wanted.ReleasePrecincts,
    wanted.CancelEvent,
)


def play(talk: Talk, said: list[tuple[InboundKind, str]]) -> None:
    for kind, what in said:
        talk._take(inbound(kind, what))
        assert talk.last.replies or any(isinstance(intent, SERVED) for intent in talk.last.intents)
        for reply in talk.last.replies:
            message = RENDERER.reply(reply, talk.state.language)
            assert message.text
            for row in message.choices:
                assert all(len(choice.data.encode()) <= CHOICE_DATA_BYTES for choice in row)


@settings(max_examples=400, deadline=None)
@given(steps)
def test_an_ally_is_always_answered_and_nothing_typed_is_kept(said: list[tuple[InboundKind, str]]) -> None:
    talk = Talk()
    play(talk, said)
    assert MARKER not in json.dumps(dict(talk.state.data))
    assert MARKER not in repr([one for one in talk.done if not isinstance(one, wanted.RedeemInvite)])


@settings(max_examples=300, deadline=None)
@given(steps)
def test_an_organizer_is_always_answered(said: list[tuple[InboundKind, str]]) -> None:
    play(staff(Role.ORGANIZER, Role.APPROVER), said)


@settings(max_examples=150, deadline=None)
@given(steps)
def test_C7_stop_and_help_answer_after_anything(said: list[tuple[InboundKind, str]]) -> None:
    talk = Talk()
    play(talk, said)
    talk.command("help")
    assert talk.templates() == ["help.card"]
    talk.say("STOP")
    assert talk.templates() == ["menu.stopped"]
