"""What stands between platforms and conversation: updates, keyboards, long texts, order, broken parts."""

import asyncio
import re
from dataclasses import replace

import pytest
from telegram import Bot, Update

from bots.guard import Health, HealthBoard, contained, supervise, unless_stopped
from bots.replies import InOrder, deliver
from bots.views import Pressed, from_discord, from_telegram, split_command
from campaign_engine.channels.discord_view import buttons, escape, escaped_length
from campaign_engine.channels.split import split
from campaign_engine.channels.telegram import keyboard, utf16_length
from campaign_engine.domain.audience import RoomKind, RoomSeen
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.errors import InvalidInput, StoreUnavailable
from campaign_engine.domain.message import Choice, Inbound, InboundKind, Message
from campaign_engine.services.room_desk import read_area
from tests.support.bots import Pacing, bot_parts
from tests.support.engine import House

PERSON = {"id": 7, "is_bot": False, "first_name": "Maya", "language_code": "es-MX"}
PRIVATE = {"id": 7, "type": "private", "first_name": "Maya"}
GROUP = {"id": -100, "type": "supergroup", "title": "Friends"}


def update(**content: object) -> Update:
    return Update.de_json({"update_id": 5, **content}, Bot("1:made-up"))


def message(chat: dict[str, object], **content: object) -> Update:
    return update(message={"message_id": 1, "date": 0, "chat": chat, "from": PERSON, **content})


@pytest.mark.parametrize(
    ("text", "kind", "command", "data"),
    [
        ("/start s_MAPLE234", InboundKind.START, "", "s_MAPLE234"),
        ("/start", InboundKind.START, "", ""),
        ("/HELP@groundswell_local_bot", InboundKind.COMMAND, "help", ""),
        ("/status 3", InboundKind.COMMAND, "status", "3"),
        ("/stop\nplease", InboundKind.COMMAND, "stop", "please"),
        ("/", InboundKind.COMMAND, "", ""),
        ("hello", InboundKind.TEXT, "", ""),
    ],
)
def test_what_is_typed_in_private_becomes_an_inbound(text: str, kind: InboundKind, command: str, data: str) -> None:
    said = "hello" if kind is InboundKind.TEXT else ""
    expected = Inbound("telegram", "7", kind, "5", text=said, command=command, data=data, language_hint="es")
    assert from_telegram(message(PRIVATE, text=text)) == expected


def test_a_picture_is_answered_and_not_looked_at() -> None:
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    seen = from_telegram(message(PRIVATE, photo=photo, caption="my gun"))
    assert seen is not None
    assert (seen.kind, seen.text) == (InboundKind.PICTURE, "")
    assert seen.picture is None


def test_rooms_are_no_conversation_but_their_buttons_are() -> None:
    assert from_telegram(message(GROUP, text="hello")) is None
    query = {"id": "q", "from": PERSON, "chat_instance": "c", "data": "g:3:16-17"}
    pressed = from_telegram(update(callback_query=query | {"message": {"message_id": 9, "date": 1, "chat": GROUP}}))
    assert pressed is not None
    assert (pressed.kind, pressed.data, pressed.room) == (InboundKind.CHOICE, "g:3:16-17", "-100")
    private = from_telegram(update(callback_query=query | {"message": {"message_id": 9, "date": 1, "chat": PRIVATE}}))
    assert private == replace(pressed, room="")


def test_discord_interactions_become_inbounds() -> None:
    origin = Pressed(7, 5, "es-419", "33")
    base = Inbound("discord", "7", InboundKind.CHOICE, "5", room="33", language_hint="es")
    assert from_discord(origin, data="a:u13") == replace(base, data="a:u13")
    assert from_discord(origin, text="11212") == replace(base, kind=InboundKind.TEXT, text="11212")
    assert from_discord(origin, command="help") == replace(base, kind=InboundKind.COMMAND, command="help")
    start = from_discord(origin, command="start", data="MAPLE75")
    assert (start.kind, start.data) == (InboundKind.START, "MAPLE75")
    assert from_discord(origin) == replace(base, kind=InboundKind.OTHER)


def test_only_a_slash_makes_a_command() -> None:
    assert split_command("link 75") is None
    assert split_command("/link   75 ") == ("link", "75")


def test_keyboards_keep_their_rows_and_leave_empty_ones_out() -> None:
    rows = ((Choice("A", "a"), Choice("B", url="https://nyc.gov")), (), (Choice("C", "c"),))
    made = keyboard(rows)
    assert made is not None
    assert [[(one.text, one.callback_data, one.url) for one in row] for row in made.inline_keyboard] == [
        [("A", "a", None), ("B", None, "https://nyc.gov")],
        [("C", "c", None)],
    ]
    assert keyboard(()) is None


async def test_discord_gets_buttons_or_a_menu_and_the_typing_button_stays_one() -> None:
    typed = Choice("Type", "type")
    few = buttons(tuple((Choice(str(number), f"n:{number}"),) for number in range(4)), typed)
    assert [type(one).__name__ for one in few.children] == ["Button"] * 5
    many = buttons(tuple((Choice(str(number), f"n:{number}"),) for number in range(5)), typed)
    assert [type(one).__name__ for one in many.children] == ["Select", "Button"]
    assert many.is_finished()
    assert [one["label"] for one in many.to_components()[0]["components"][0]["options"]] == list("01234")


@pytest.mark.parametrize(
    "text", ["@everyone <@157496829623651919> **bold**", "_x_ `y` ~~z~~ ||w||", "# a\n> b", "[click](https://nyc.gov)"]
)
def test_T13_nothing_of_a_text_becomes_markup_or_a_mention(text: str) -> None:
    shown = escape(text)
    assert "@everyone" not in shown
    assert "<@1" not in shown
    unescaped = re.sub(r"\\.", "", shown)
    assert not re.search(r"[*_`~|]|^[#>]|\[", unescaped, re.MULTILINE)


def test_a_long_text_is_parted_between_paragraphs_lines_or_words() -> None:
    text = "\n\n".join(f"Paragraph {number} has words." for number in range(40))
    rows = ((Choice("A", "a"),),)
    parts = split(Message(text, "es", rows, edits=True, asks_text=True), 200)
    assert "\n\n".join(part.text for part in parts) == text
    assert all(len(part.text) <= 200 for part in parts)
    assert [part.choices for part in parts] == [()] * (len(parts) - 1) + [rows]
    assert [part.edits for part in parts] == [True] + [False] * (len(parts) - 1)
    assert [part.asks_text for part in parts] == [False] * (len(parts) - 1) + [True]
    assert {part.language for part in parts} == {"es"}


@pytest.mark.parametrize(("length", "sign"), [(utf16_length, "😀"), (escaped_length, "*"), (len, "x")])
def test_parts_fit_as_each_platform_counts(length: object, sign: str) -> None:
    assert callable(length)
    parts = split(Message(sign * 1000), 300, length)
    assert "".join(part.text for part in parts) == sign * 1000
    assert all(length(part.text) <= 300 for part in parts)
    assert len(parts) == -(-length(sign * 1000) // 300)
    assert split(Message("short"), 300, length) == (Message("short"),)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("75", "precinct:75"),
        ("the 75th", None),
        ("75th precinct", "precinct:75"),
        ("Precinct 101", "precinct:101"),
        ("precinto 43", "precinct:43"),
        ("the bronx", "borough:Bronx"),
        ("STATEN ISLAND", "borough:Staten Island"),
        ("NYC", "city"),
        ("Ciudad", "city"),
        ("2", None),
        ("Newark", None),
    ],
)
def test_areas_as_people_write_them(text: str, scope: str | None) -> None:
    if scope is None:
        with pytest.raises(InvalidInput) as caught:
            read_area(text)
        assert caught.value.code == "unknown_area"
    else:
        assert str(read_area(text)) == scope


async def test_updates_of_one_person_stay_in_order_and_others_do_not_wait() -> None:
    done, first_may_go = [], asyncio.Event()

    async def work(name: str, wait: asyncio.Event | None = None) -> None:
        if wait is not None:
            await wait.wait()
        done.append(name)

    in_order = InOrder()
    in_order.add("maya", lambda: work("first", first_may_go))
    in_order.add("maya", lambda: work("second"))
    await in_order.add("luz", lambda: work("other"))
    assert done == ["other"]
    first_may_go.set()
    await in_order.finish()
    assert done == ["other", "first", "second"]


async def test_an_answer_is_tried_again_only_where_the_platform_asks_for_it() -> None:
    attempts = 0

    async def send(*errors: SendError) -> None:
        nonlocal attempts
        attempts += 1
        if attempts <= len(errors):
            raise errors[attempts - 1]

    held = SendError("rate_limited", retryable=True, retry_after=0.01, flags=frozenset({"holds_lane"}))
    lost = SendError("no_answer", flags=frozenset({"ambiguous"}))
    for errors, tries, outcome in (((), 1, None), ((held, held), 3, None), ((held,) * 3, 3, held), ((lost,), 1, lost)):
        attempts, pace = 0, Pacing()
        assert await deliver(pace, "7", lambda errors=errors: send(*errors)) is outcome  # type: ignore[misc]
        assert attempts == tries
        assert pace.asked == [("7", True)] * tries


async def test_a_part_that_fails_is_started_again_and_stops_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    board, stop, runs = HealthBoard(), asyncio.Event(), 0

    async def run(stopped: asyncio.Event) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise OSError("connection to 7 refused, token 1:secret")
        assert board.states["part"] is Health.RESTARTING
        stopped.set()

    await supervise("part", run, stop, board)
    assert (runs, board.states) == (2, {"part": Health.OFF})
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text


async def test_a_part_that_ends_by_itself_does_not_spin() -> None:
    board, stop, runs = HealthBoard(), asyncio.Event(), 0

    async def run(_: asyncio.Event) -> None:
        nonlocal runs
        runs += 1

    task = asyncio.create_task(supervise("part", run, stop, board))
    for _ in range(50):
        await asyncio.sleep(0)
    assert board.states == {"part": Health.RESTARTING}
    stop.set()
    await task
    assert (runs, board.states) == (1, {"part": Health.OFF})


async def test_stopping_cancels_what_waits_and_keeps_what_is_done() -> None:
    stop, cancelled = asyncio.Event(), []

    async def wait_forever() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return "never"

    waiting = asyncio.create_task(unless_stopped(stop, wait_forever()))
    await asyncio.sleep(0)
    stop.set()
    assert await waiting is None
    assert cancelled == [True]
    assert await unless_stopped(asyncio.Event(), asyncio.sleep(0, "done")) == "done"


async def test_A2_whatever_breaks_is_logged_by_its_kind_only(caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> None:
        raise ValueError("maya said: i want to die")

    async def known() -> None:
        raise StoreUnavailable("The database is away.")

    await contained("update", broken)
    await contained("update", known)
    assert [record.getMessage() for record in caplog.records] == ["update: ValueError", "update: store_unavailable"]
    assert "die" not in caplog.text


async def test_H4_a_conversation_that_breaks_in_an_unforeseen_way_gives_the_card(house: House) -> None:
    class Broken:
        async def handle(self, inbound: Inbound) -> tuple[Message, ...]:
            raise ZeroDivisionError(inbound.text)

    parts = replace(bot_parts(house), conversation=Broken())
    said = await parts.answers(Inbound("telegram", "7", InboundKind.TEXT, "1", text="hi", language_hint="es"))
    assert "988" in said[0].text
    assert "Algo está roto" in said[1].text
    said = await parts.answers(Inbound("telegram", "7", InboundKind.TEXT, "1", text="hi", language_hint="ko"))
    assert ["자동 프로그램" in said[0].text, "우리 쪽에 문제" in said[1].text] == [True, True]
    said = await parts.answers(Inbound("telegram", "7", InboundKind.TEXT, "1", text="hi", language_hint="de"))
    assert {message.language for message in said} == {"en"}


def test_A2_what_names_a_room_does_not_print_its_address() -> None:
    seen = RoomSeen("telegram", "-1009", RoomKind.GROUP, "Friends", 3, "77")
    assert not {"-1009", "77", "Friends"} & set(
        repr(seen).replace("(", " ").replace(")", " ").replace(",", " ").split()
    )
