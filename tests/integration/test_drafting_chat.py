"""What an organizer does with a draft beside answering its questions, through the whole house, on both databases."""

from datetime import timedelta

import pytest

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.message import InboundKind, SentPicture
from campaign_engine.domain.picture import MOST_BYTES
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import TEXT, submitted
from tests.support.engine import House, Phone
from tests.support.pictures import moving, photo, sent

WORDS = "Two hands hold a candle"


async def drafted(
    house: House, kind: str = "Pledge drive", handle: str = "river7", rooms: tuple[str, ...] = ()
) -> Phone:
    """Up to the summary, in the 73rd and 75th; `rooms` are taps at the question about them."""
    organizer = await house.staff(handle, Role.ORGANIZER)
    await organizer.press("o:another")
    await organizer.tap(kind)
    for said in ("Winter pledge", "73, 75", "250", TEXT, TEXT):
        await organizer.say(said)
    await organizer.tap("No picture")
    await organizer.say("December 1 at 4 pm")
    await organizer.tap("Everywhere", *rooms, "No pledge button")
    return organizer


async def send_picture(phone: Phone, picture: SentPicture) -> str:
    return await phone.send(InboundKind.PICTURE, sent=picture)


async def draft_of(house: House) -> dict[str, object]:
    (version,) = await house.rows(tables.post_versions)
    return dict(version.content)


async def test_F5_a_picture_is_sent_in_chat_and_said_in_words_in_each_language(house: House) -> None:
    approver = await house.staff("oak3", Role.APPROVER)
    organizer = await drafted(house)
    await organizer.tap("Add a picture")
    assert organizer.screen[-1].asks_picture
    assert "in English" in await send_picture(organizer, sent(photo()))
    assert "the picture in words" in await organizer.press("su:1")
    await organizer.tap("My draft")
    assert "in Spanish" in await organizer.say(WORDS)
    review = await organizer.say("Dos manos con una vela")
    assert f"Picture: {WORDS} / Dos manos con una vela" in review
    shown = next(message.picture for message in organizer.screen if message.picture)
    assert shown.alt == WORDS
    (kept,) = await house.rows(tables.pictures)
    assert kept.key == shown.key
    assert "A second person" in await organizer.tap("Send for approval")
    await approver.press("o:waiting")
    assert next(message.picture for message in approver.screen if message.picture) == shown


@pytest.mark.parametrize(
    ("picture", "says"),
    [
        (sent(b"not a picture"), "no picture that I can read"),
        (sent(photo(), size=MOST_BYTES + 1), "at most 5 MB"),
        (sent(bytes(MOST_BYTES + 1), size=0), "at most 5 MB"),
        (sent(moving()), "moves"),
        (sent(photo((50, 50))), "too small"),
    ],
)
async def test_a_bad_picture_is_refused_and_the_draft_stays(house: House, picture: SentPicture, says: str) -> None:
    organizer = await drafted(house)
    before = await draft_of(house)
    assert says in await send_picture(organizer, picture)
    assert await draft_of(house) == before
    assert await house.rows(tables.pictures) == []
    await organizer.tap("Add a picture")
    assert "in English" in await send_picture(organizer, sent(photo()))


async def test_N1_a_picture_that_an_ally_sends_is_never_loaded(house: House) -> None:
    loaded: list[str] = []

    async def fetch() -> bytes:
        loaded.append("yes")
        return photo()

    ally = await house.person("ally", "telegram").join()
    idle = await house.staff("oak3", Role.ORGANIZER)
    for phone in (house.person("stranger"), ally, idle):
        await send_picture(phone, SentPicture(10, fetch))
        assert phone.screen
    assert loaded == []
    assert await house.rows(tables.pictures) == []


async def test_a_picture_in_a_memorial_is_the_familys(house: House) -> None:
    organizer = await drafted(house, "Remember someone")
    assert "belongs to their family" in await send_picture(organizer, sent(photo()))
    assert await house.rows(tables.pictures) == []
    await organizer.tap("Yes, the family agreed")
    assert "in English" in await send_picture(organizer, sent(photo()))


async def test_a_rehearsal_leads_back_to_the_draft_and_once_handed_in_to_its_status(house: House) -> None:
    organizer = await drafted(house)
    assert "Nothing was sent" in await organizer.tap("Rehearse")
    assert "Send it to a second person?" in await organizer.tap("Back to the summary")
    await organizer.tap("Rehearse")
    await organizer.press("sa:1")
    assert "Nothing was sent" in await organizer.press("rh:1")
    assert "Waiting for approval" in await organizer.tap("Status")


async def test_the_last_change_is_undone_and_done_again(house: House) -> None:
    organizer = await drafted(house)
    await organizer.press("ed:title")
    await organizer.say("Summer pledge")
    assert "The last change is undone" in await organizer.tap("Undo")
    assert "“Winter pledge”" in organizer.text
    assert "“Summer pledge”" in await organizer.tap("Undo")


async def test_I2_an_undone_check_in_has_its_fixed_text_still(house: House) -> None:
    ana = await house.staff("ana7", Role.ORGANIZER)
    ben = await house.staff("ben2", Role.SAFETY_LEAD)
    await ana.say("hold 75")
    await ana.press("hd:i:75")
    await ben.press("hd:k:1")
    await ana.press("hd:a:75")
    await ana.press("lg:en")
    assert "no picture" in await send_picture(ana, sent(photo()))
    await ana.press("o:undo")
    content = await draft_of(house)
    assert set(dict(content["texts"])) == {"en", "es"}  # type: ignore[call-overload]  # a dictionary
    assert "picture" not in content


async def test_back_leads_to_the_question_before(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.press("o:another")
    await organizer.tap("Awareness")
    await organizer.say("Winter")
    await organizer.say("73, 75")
    assert "Where?" in await organizer.tap("Back")
    assert "What should it be called" in await organizer.tap("Back")
    assert "How many pledges" in await organizer.say("Winter II")


async def test_a_draft_is_thrown_away_after_one_more_tap(house: House) -> None:
    organizer = await drafted(house)
    assert "Throw away “Winter pledge”?" in await organizer.tap("Throw it away")
    await organizer.tap("No, keep it")
    assert "Send for approval" in organizer.buttons
    await organizer.tap("Throw it away", "Yes, throw it away")
    assert {row.status for row in await house.rows(tables.campaigns)} == {"cancelled"}


async def test_an_unfinished_draft_waits_in_the_list_while_another_one_is_written(house: House) -> None:
    organizer = await drafted(house)
    await organizer.press("o:status")
    await organizer.tap("New campaign", "Awareness")
    await organizer.say("The other one")
    house.clock.advance(timedelta(days=3))
    await organizer.press("o:status")
    await organizer.tap("Winter pledge (draft)", "Edit")
    assert "“Winter pledge” is the draft you work on now" in organizer.text
    assert "Send for approval" in (await organizer.press("o:new"), organizer.buttons)[1]


async def test_precincts_are_tapped_one_by_one_and_seen_on_a_map(house: House) -> None:
    organizer = await drafted(house)
    await organizer.press("ed:targets")
    await organizer.tap("One by one", "Brooklyn", "79")
    assert "Chosen so far: 73, 75, 79" in organizer.text
    await organizer.tap("✓ 73", "Done choosing")
    await organizer.press("ed:targets")
    await organizer.tap("Map")
    picture = next(message.picture for message in organizer.screen if message.picture)
    assert "Filled: 75, 79" in picture.alt
    assert picture.content.startswith(b"\x89PNG")
    assert "How many pledges" in await organizer.say("40") or "Send for approval" in organizer.buttons


async def test_F11_a_room_is_left_out_and_gets_nothing(house: House) -> None:
    ids = []
    async with house.store.write() as work:
        for number, scope in enumerate(("75", "44")):
            room = NewRoom(
                "telegram", f"-{number}", RoomKind.GROUP, f"Room {scope}", Scope(ScopeKind.PRECINCT, scope), 9
            )
            ids.append((await work.rooms.link(room, house.clock())).id)
    organizer = await drafted(house, rooms=("✓ Room 75", "Room 75", "✓ Room 75", "These rooms"))
    assert "Rooms left out: 1" in organizer.text
    assert "0 rooms" not in organizer.text
    assert (await draft_of(house))["without_rooms"] == [ids[0]]
    await organizer.tap("Change something", "Rooms")
    assert "0 of 1 linked room" in organizer.text
    assert not [label for label in organizer.buttons if "Room 44" in label]
    assert "Rooms left out" not in await organizer.tap("Room 75", "These rooms")


async def test_F5_a_picture_and_rooms_are_asked_for_on_the_way_and_a_picture_can_be_left_out(house: House) -> None:
    async with house.store.write() as work:
        room = NewRoom("telegram", "-1", RoomKind.GROUP, "Room 75", Scope(ScopeKind.PRECINCT, "75"), 9)
        await work.rooms.link(room, house.clock())
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.press("k:awareness")
    for said in ("Winter", "73, 75", "250", TEXT, TEXT):
        await organizer.say(said)
    assert organizer.screen[-1].asks_picture
    assert "in English" in await send_picture(organizer, sent(photo()))
    for said, asked in ((WORDS, "in Spanish"), ("Dos manos", "When?"), ("December 1 at 4 pm", "Where should it")):
        assert asked in await organizer.say(said)
    assert "1 of 1 linked room" in await organizer.tap("Everywhere")
    again = await house.conversation.ask_again(organizer.channel, organizer.address, "en")
    assert [message.text for message in again] == [organizer.text]
    assert "Where should it be posted" in await organizer.tap("Back")
    assert "under the post" in await organizer.tap("Everywhere", "These rooms")
    assert "Send it to a second person" in await organizer.tap("No pledge button")
    await organizer.press("o:another")
    await organizer.press("k:awareness")
    for said in ("Spring", "44", "250", TEXT, TEXT):
        await organizer.say(said)
    assert "When?" in await organizer.tap("No picture")
    assert "When?" in await organizer.press("o:new"), "what was left out is not asked again"
    await organizer.say("December 1 at 4 pm")
    assert "under the post" in await organizer.tap("Everywhere"), "nobody is asked about rooms where there are none"


async def test_each_channel_is_looked_at_with_its_length_and_what_the_lint_says(house: House) -> None:
    organizer = await drafted(house)
    await organizer.press("ed:text_en")
    await organizer.say("Our block is a war zone. " * 18)
    said = await organizer.tap("How it looks")
    assert "On our page" in said or "On Discord" in said
    seen = {said, await organizer.tap("Telegram")}
    assert any("more than the 400" in text and "Look at this:" in text for text in seen)
    assert "Send for approval" in (await organizer.tap("Back to the summary"), organizer.buttons)[1]


async def test_a_post_close_to_another_or_saying_the_same_is_named_to_both(house: House) -> None:
    await submitted(house)
    other = await drafted(house, handle="cedar9")
    await other.press("ed:schedule")
    summary = await other.say("December 3 at 5 pm")
    assert "⚠ “Winter pledge” writes to 73, 75" in summary
    assert "says nearly the same" in summary
    assert "handed in" in await other.tap("Send for approval")
    approver = await house.staff("oak4", Role.APPROVER)
    assert "⚠ “Winter pledge” writes to 73, 75" in await approver.press("o:waiting")


async def test_a_hold_is_said_when_the_times_are(house: House) -> None:
    organizer = await drafted(house)
    await organizer.say("hold 75")
    await organizer.press("ed:schedule")
    assert "75 is on hold until" in await organizer.say("tomorrow 4pm")
    assert "New York time" in organizer.text


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("title", "Join us at www.example.com", "no link"),
        ("title", "x" * 81, "too long"),
        ("targets", "73, 999", "no precinct 999"),
        ("goal", "many", "number of pledges"),
        ("schedule", "November 1, 2025 at 4 pm", "passed"),
        ("schedule", "2025-11-01 at 16:00", "passed"),
        ("schedule", "tomorrow at 9 in the evening", "outside the hours"),
        ("text_en", "x" * 2001, "longer than any channel"),
    ],
)
async def test_bad_input_says_what_to_write_and_changes_nothing(
    house: House, field: str, typed: str, says: str
) -> None:
    organizer = await drafted(house)
    before = await draft_of(house)
    await organizer.press(f"ed:{field}")
    assert says in await organizer.say(typed)
    assert await draft_of(house) == before
