"""Anything can be sent at any time, in every flow: no exception, always a way on, nothing typed is kept.

`make soak` takes 10,000 inputs for each flow, `make test` a few hundred.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign_engine.dialogue import intents as wanted
from campaign_engine.dialogue import organize
from campaign_engine.domain.contact import Person, Role
from campaign_engine.domain.message import CHOICE_DATA_BYTES, Inbound, InboundKind
from campaign_engine.domain.moving import MOVED, Mover
from campaign_engine.rendering import Renderer
from tests.support.talk import Talk, inbound
from tests.unit.test_dialogue_organize import staff
from tests.unit.test_every_state import from_a_post, known, left_at, turned_away, waited_for

INPUTS = int(os.environ.get("SOAK_INPUTS", "240"))
IN_A_WALK = 12
MARKER = "Zq7Marker"
RENDERER = Renderer()
TALKING = re.compile(r"^def (?:choice|answer|command|opened|from_post|begin)\(", re.MULTILINE)


def everyone(*taps: str) -> Callable[[], Talk]:
    """Somebody with every role, because what a role may not do is another test's."""

    def made() -> Talk:
        talk = staff(*Role)
        for data in taps:
            talk.tap(data)
        return talk

    return made


def written_draft() -> Talk:
    talk = everyone("o:new", "k:pledge", "ed:title")()
    talk.say("Winter pledge")
    return talk


def around_an_event() -> Talk:
    talk = everyone("o:new", "k:presence", "ed:schedule", "es", "es:w:202612051700")()
    talk.tap("es:d:-3")
    return talk


def joining() -> Talk:
    talk = Talk()
    talk.start()
    return talk


def on_the_page() -> Talk:
    talk = known("m:more")()
    talk.context = replace(talk.context, moves_to=("telegram", "discord"))
    talk.tap("m:more")
    return talk


def moved_away() -> Talk:
    talk = left_at(MOVED, "telegram")()
    talk.context = replace(talk.context, person=Person())
    return talk


def arriving() -> Talk:
    talk = known("m")()
    talk.context = replace(talk.context, mover=Mover(2, "hash", "en", is_staff=False))
    talk.start("m_CODE")
    talk.context = replace(talk.context, mover=None)
    return talk


FLOWS: dict[str, tuple[Callable[[], Talk], ...]] = {
    "approve": (everyone("rt:1"), everyone("fx:1"), everyone("o:waiting")),
    "automatic": (everyone("tx"),),
    "consents": (known("cs"), known("pa"), known("fq"), known("cs:check_ins:on", precinct=None)),
    "draft_extras": (everyone("o:new", "k:pledge", "pk"), everyone("o:new", "k:memorial", "pi:ask")),
    "draft_steps": (written_draft, everyone("o:new", "k:series")),
    "event_series": (around_an_event, everyone("o:new", "k:presence", "es"), everyone("o:new", "k:pledge", "es")),
    "events": (everyone("ec:1"), known("ev:1:yes")),
    "follow_up": (known("fu:did"), known("fu:no")),
    "holds": (everyone("hd"), everyone("hd:b:2:1"), everyone("hd:h:75")),
    "inviting": (known("iv"), known("iv:3")),
    "join": (Talk, joining, turned_away, known("an", precinct=None)),
    "learn": (known("ln"), known("ln:B1"), known("ln:A4:q")),
    "menu": (known("m"), known("m:more"), known("l"), known("m:delete"), known("m:pledge")),
    "moving": (on_the_page, moved_away, arriving),
    "my_area": (known("ma"), known("m")),
    "organize": (everyone("o:new"), everyone("o:status"), written_draft),
    "pledge": (from_a_post, known("m:pledge", pledged=False, pledge=None)),
    "staff": (left_at("staff", "handle"),),
    "staff_menu": (everyone("m"), everyone("sm"), everyone("sm:safety")),
    "stopping": (everyone("ks"), everyone("ks:yes")),
    "team": (everyone("me"), everyone("rq"), everyone("au")),
    "together": (everyone("jp"), known("jj:1")),
    "training": (everyone("tr"), everyone("tr:1:a")),
    "translate": (everyone("tt:1:es"),),
    "unconfirmed": (everyone("un:1"), everyone("un:1:2:resend")),
    "window": (everyone("aw"), everyone("aw:3:45")),
    "volunteer": (known("w"), known("w:yes")),
}
"""Ways into each part of the dialogue that talks by itself, by the name of its file."""

texts = st.one_of(
    st.sampled_from([MARKER, f"{MARKER} 75", "75", "11207", "MAPLE75", "hold 75", "stop it now", "1 pm", "Dec 1 4 pm"]),
    st.sampled_from(["{{ area }}", "{% for x in y %}", "<b>", "\x00", "\u202e", "😀" * 30, "a" * 4000, "🏳️‍🌈"]),
    st.text(min_size=1, max_size=60),
)
numbers = st.integers(0, 99)
acts = st.one_of(
    st.tuples(st.just("offered"), numbers),
    st.tuples(st.just("offered"), numbers),
    st.tuples(st.just("old"), numbers),
    st.tuples(st.just("double"), st.just(0)),
    st.tuples(st.just("bent"), st.tuples(numbers, st.sampled_from(["", ":", ":x", ":-1", ":99999999999", ":yes:no"]))),
    st.tuples(st.just("room"), st.sampled_from(["g:7", "g:7:13-15", "g:7:u13", "g:x", "m"])),
    st.tuples(st.just("button"), st.text(max_size=64)),
    st.tuples(st.just("text"), texts),
    st.tuples(
        st.just("command"), st.sampled_from(["help", "stop", "delete", "privacy", "export", "menu", "hold", "x"])
    ),
    st.tuples(st.just("start"), st.sampled_from(["", "s_X", "p_1", "r_CODE", "i_CODE", "%%"])),
    st.tuples(st.just("other"), st.sampled_from([InboundKind.OTHER, InboundKind.PICTURE])),
)
walks = st.lists(acts, min_size=IN_A_WALK, max_size=IN_A_WALK)


KINDS = {
    "room": InboundKind.CHOICE,
    "button": InboundKind.CHOICE,
    "text": InboundKind.TEXT,
    "command": InboundKind.COMMAND,
    "start": InboundKind.START,
}


@dataclass
class Walk:
    """One conversation; remembers every button that was ever offered."""

    talk: Talk
    keeps_typed: bool
    seen: list[str] = field(default_factory=lambda: ["m"])
    last: Inbound = field(default_factory=lambda: inbound(InboundKind.CHOICE, "m"))

    def take(self, kind: str, what: object) -> None:
        """Do it, and look at what came of it."""
        self.last = self._said(kind, what)
        before = self.talk.context.person
        self.talk._take(self.last)
        self.seen += self.talk.offered()
        self._is_answered()
        if self.last.data.startswith("pl:") and kind == "offered" and not before.opted_out:
            gave = [one for one in self.talk.last.intents if isinstance(one, wanted.GivePledge | wanted.CreateContact)]
            assert gave or before.contact_id is None, "a pledge was lost"

    def _said(self, kind: str, what: object) -> Inbound:
        offered = self.talk.offered() or ["m"]
        match kind, what:
            case "offered", int(number):
                return inbound(InboundKind.CHOICE, offered[number % len(offered)])
            case "old", int(number):
                return inbound(InboundKind.CHOICE, self.seen[number % len(self.seen)])
            case "bent", (int(number), str(more)):
                return inbound(InboundKind.CHOICE, (self.seen[number % len(self.seen)] + more)[:64])
            case "double", _:
                return self.last
            case "other", InboundKind() as wordless:
                return inbound(wordless)
            case _:
                return inbound(KINDS[kind], str(what), room="-1" if kind == "room" else "")

    def _is_answered(self) -> None:
        """With words, and a way on."""
        last = self.talk.last
        assert last.replies or last.intents
        said = [RENDERER.reply(reply, self.talk.state.language) for reply in last.replies]
        assert all(message.text for message in said)
        choices = [choice for message in said for row in message.choices for choice in row]
        assert all(choice.label and len(choice.data.encode()) <= CHOICE_DATA_BYTES for choice in choices)
        asks = any(message.asks_text or message.asks_picture for message in said)
        ends = {reply.template for reply in last.replies} & ENDS
        assert choices or asks or ends or not said or self.last.room, (said, last.replies)
        if not self.keeps_typed:
            kept = [one for one in last.intents if not isinstance(one, wanted.RedeemInvite)]
            assert MARKER not in json.dumps(dict(self.talk.state.data)) + repr(kept)

    def stop_and_help_answer(self) -> None:
        self.talk.command("help")
        assert self.talk.templates() == ["help.card"]
        self.talk.say("STOP")
        assert self.talk.templates() == ["menu.stopped"]


ENDS = {"menu.deleted", "menu.stopped", "help.under_13", "help.blocked"}
"""Whoever asked to be gone or left alone, or is too young, is not led on (safety C2, C7, C8)."""


def talking() -> set[str]:
    folder = Path(organize.__file__).parent
    return {path.stem for path in folder.glob("*.py") if TALKING.search(path.read_text(encoding="utf-8"))} - {"machine"}


def test_every_part_of_the_dialogue_that_talks_is_walked_through() -> None:
    assert talking() == set(FLOWS)


@pytest.mark.parametrize("flow", FLOWS)
def test_anything_is_answered_in_every_flow(flow: str) -> None:
    ways = FLOWS[flow]

    @settings(max_examples=-(-INPUTS // IN_A_WALK), deadline=None)
    @given(st.integers(0, len(ways) - 1), walks)
    def walked(way: int, said: list[tuple[str, object]]) -> None:
        talk = ways[way]()
        walk = Walk(talk, keeps_typed=talk.context.person.is_staff or talk.state.flow == "staff")
        walk.seen += talk.offered()
        for kind, what in said:
            walk.take(kind, what)
        walk.stop_and_help_answer()

    walked()


@settings(max_examples=-(-INPUTS // IN_A_WALK), deadline=None)
@given(st.sampled_from(sorted(waited_for())), walks)
def test_anything_is_answered_from_every_state_a_row_can_bring_back(
    where: tuple[str, str], said: list[tuple[str, object]]
) -> None:
    walk = Walk(left_at(*where)(), keeps_typed=True)
    for kind, what in said:
        walk.take(kind, what)
    walk.stop_and_help_answer()
