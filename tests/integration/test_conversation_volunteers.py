"""An ally asks to organize, the area's own people answer, and neither learns who the other is; on both databases."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.volunteering import INVITE_LIFE, REQUEST_LIFE
from campaign_engine.store import tables
from tests.support.engine import House, Phone

BROOKLYN, BRONX = Scope(ScopeKind.BOROUGH, "Brooklyn"), Scope(ScopeKind.BOROUGH, "Bronx")
PRECINCT_75 = Scope(ScopeKind.PRECINCT, "75")
ASK = "I want to organize"


@pytest.fixture(autouse=True)
def in_the_afternoon(house: House) -> None:
    """Answers go out first in the hours in which anything may (safety S4); the clock stands at 4 pm in New York."""
    assert house.clock().hour == 21


async def ally(house: House, name: str = "ally", age: str = "16 or 17", channel: str = "telegram") -> Phone:
    return await house.person(name, channel).join(age=age)


async def asked(house: House, **who: str) -> Phone:
    phone = await ally(house, **who)
    await phone.command("menu")
    await phone.tap("More…", ASK, "Yes, ask for me")
    return phone


async def test_R1_an_ally_asks_a_lead_invites_and_a_work_name_is_all_that_either_learns(house: House) -> None:
    approver = await house.staff("oak3", Role.APPROVER, BROOKLYN)
    phone = await asked(house)
    assert "I asked them" in phone.text
    ((told, message),) = [note for note in house.notes.told if note[0].address == approver.address]
    assert (told.channel, message.choices[0][0].data) == ("telegram", "rq")
    await approver.command("menu")
    card = await approver.tap("Waiting for you (1)")
    assert "Somebody in" in card
    assert "(75), 16 or 17, wants to organize" in card
    (contact,) = [row for row in await house.rows(tables.contacts) if row.id == await phone.contact_id()]
    for private in (contact.pseudonym, phone.address):
        assert private not in card
    house.notes.told.clear()
    assert "is in their chat" in await approver.tap("Send an invite")
    ((told, message),) = house.notes.told
    assert (told.address, message.text) == (phone.address, "There is an answer for you.")
    await phone.press(message.choices[0][0].data or "")
    assert "oak3 from the team invites you to be an organizer" in phone.text
    await phone.tap("Join the team")
    assert "You are an organizer now" in await phone.say("river7")
    assert await house.rows(tables.role_requests) == []
    assert [(one.role, str(one.scope)) for one in (await phone.known()).grants] == [(Role.ORGANIZER, "precinct:75")]
    await phone.command("menu")
    assert {"New campaign", "Start the training (3 minutes)"} <= set(phone.buttons)
    assert ASK not in phone.buttons
    log = [(row.actor, row.action, row.object) for row in await house.rows(tables.audit_entries)]
    assert ("oak3", "invite", "organizer:precinct:75") in log
    assert not [row for row in log if contact.pseudonym in str(row) or phone.address in str(row)]


async def test_C3_an_adult_who_wants_to_help_hears_of_the_adult_path_first(house: House) -> None:
    phone = await ally(house, age="22 or older")
    await phone.command("menu")
    said = await phone.tap("More…", "I want to help as an adult")
    assert "As an adult ally you can" in said
    for way in ("make the same pledge", "sign-up kit", "local group near you"):
        assert way in said
    assert "approver" not in said.lower()
    assert "w:yes" not in phone.buttons.values()
    assert "reading what young organizers write" in await phone.tap("Read posts as an approver")
    await phone.tap("Yes, ask for me")
    assert len(await house.rows(tables.role_requests)) == 1
    await phone.command("menu")
    assert "Nobody has answered yet" not in await phone.tap("More…")
    assert "nobody has answered" in (await phone.tap("My request to the team")).lower()


async def test_R1_not_now_is_said_kindly_and_the_next_request_waits_two_weeks(house: House) -> None:
    approver = await house.staff("oak3", Role.APPROVER)
    phone = await asked(house)
    await approver.press("rq")
    assert "told kindly" in await approver.tap("Not now")
    await phone.command("menu")
    assert "that is not about you" in await phone.tap("More…", "My request to the team")
    assert "not about you" in await phone.press("w:yes")
    assert "not about you" in await phone.press("w:take")
    house.clock.advance(REQUEST_LIFE)
    await phone.command("menu")
    assert "I asked them" in await phone.tap("More…", ASK, "Yes, ask for me")


async def test_R1_a_request_can_be_taken_back_and_ends_by_itself(house: House) -> None:
    approver = await house.staff("oak3", Role.APPROVER)
    phone = await asked(house)
    assert "Nobody has answered yet" in await phone.press("w:yes")
    assert len(await house.rows(tables.role_requests)) == 1
    await approver.press("rq")
    assert "It is gone" in await phone.tap("Take it back")
    assert "not there any more" in await approver.tap("Send an invite")
    await phone.command("menu")
    await phone.tap("More…", ASK, "Yes, ask for me")
    house.clock.advance(REQUEST_LIFE)
    assert "Nobody waits" in await approver.press("rq")
    assert await house.retention.run(house.clock()) >= 1
    assert await house.rows(tables.role_requests) == []


async def test_R1_an_invite_ends_after_a_week_and_works_once(house: House) -> None:
    approver = await house.staff("oak3", Role.APPROVER)
    phone = await asked(house)
    await approver.press("rq")
    await approver.tap("Send an invite")
    await phone.press("w:take")
    house.clock.advance(INVITE_LIFE)
    assert "This invite has ended" in await phone.say("river7")
    assert not (await phone.known()).is_staff


@pytest.mark.parametrize("age", ["13 to 15", "16 or 17", "18 to 21", "22 or older"])
async def test_C3_from_16_an_ally_may_ask_and_adults_ask_for_an_adults_role(house: House, age: str) -> None:
    phone = await ally(house, age=age)
    await phone.command("menu")
    await phone.tap("More…")
    offered = {
        "13 to 15": set(),
        "16 or 17": {ASK},
        "18 to 21": {ASK},
        "22 or older": {"I want to help as an adult"},
    }
    assert {ASK, "I want to help as an adult"} & set(phone.buttons) == offered[age]
    if not offered[age]:
        for data in ("w", "w:yes", "w:take"):
            await phone.press(data)
        assert await house.rows(tables.role_requests) == []


async def test_R1_an_adult_who_wants_to_approve_is_answered_by_a_safety_lead_alone(house: House) -> None:
    approver = await house.staff("oak3", Role.APPROVER, PRECINCT_75)
    safety = await house.staff("elm4", Role.SAFETY_LEAD)
    phone = await ally(house, age="22 or older")
    await phone.command("menu")
    await phone.tap("More…", "I want to help as an adult", "Read posts as an approver", "Yes, ask for me")
    assert "Nobody waits" in await approver.press("rq")
    card = await safety.press("rq")
    assert "18 or over" in card
    assert "only if an adult you know told you" in card
    await safety.tap("Send an invite")
    await phone.press("w:take")
    await phone.say("pine5")
    assert [(one.role, str(one.scope)) for one in (await phone.known()).grants] == [(Role.APPROVER, "precinct:75")]


async def test_R1_the_smallest_scope_answers_then_wider_ones_then_an_admin(house: House) -> None:
    await asked(house)
    admin = await house.staff("ash1", Role.ADMIN)
    beside = await house.staff("fir2", Role.APPROVER, BRONX)
    analyst = await house.staff("yew6", Role.ANALYST)
    order = [("oak3", Scope()), ("elm4", BROOKLYN), ("pine5", PRECINCT_75)]
    asked_of = admin
    for handle, scope in order:
        assert "Somebody in" in await asked_of.press("rq")
        wider, asked_of = asked_of, await house.staff(handle, Role.APPROVER, scope)
        assert "Nobody waits" in await wider.press("rq")
        assert "not there any more" in await wider.press("rq:1:yes")
    assert "Nobody waits" in await beside.press("rq")
    assert "wants to organize" not in await analyst.press("rq")
    assert "is in their chat" in await asked_of.press("rq:1:yes")


async def test_R1_nobody_answers_themselves_and_only_one_of_two_answers(house: House) -> None:
    phone = await ally(house)
    await phone.start(f"r_{await house.invite(Role.APPROVER)}")
    await phone.say("oak3")
    await phone.press("w:yes")
    assert "Nobody looks after your area yet" in phone.text
    assert "Nobody waits" in await phone.press("rq")
    assert "not there any more" in await phone.press("rq:1:yes")
    first, second = await house.staff("elm4", Role.APPROVER), await house.staff("pine5", Role.APPROVER)
    said = await asyncio.gather(first.press("rq:1:yes"), second.press("rq:1:no"))
    assert sorted("not there any more" in text for text in said) == [False, True]
    assert len({row.state for row in await house.rows(tables.role_requests)}) == 1
    assert (await phone.known()).handle == "oak3"


@pytest.mark.parametrize("reason", ["stop", "pause", "night"])
async def test_C7_an_answer_never_comes_first_after_stop_in_a_pause_or_at_night(house: House, reason: str) -> None:
    """On which channels nothing ever comes first is a test of the notifier (safety S7)."""
    approver = await house.staff("oak3", Role.APPROVER, channel="web")
    phone = await asked(house)
    if reason == "stop":
        await phone.say("stop")
    if reason == "pause":
        await phone.press("pa:7")
        assert (await phone.known()).paused_until is not None
    if reason == "night":
        house.clock.advance(timedelta(hours=5))
    house.notes.told.clear()
    await approver.press("rq")
    await approver.tap("Send an invite")
    assert house.notes.told == []
    assert "invites you" in await phone.press("w")


async def test_R1_a_request_needs_an_area_and_asks_for_it(house: House) -> None:
    phone = house.person("ally")
    await phone.start()
    await phone.tap("16 or 17", "Rather not say")
    await phone.press("w:yes")
    assert "Choose yours first" in phone.text
    assert await house.rows(tables.role_requests) == []
    await phone.tap("Brooklyn", "East New York")
    await phone.press("w:yes")
    assert len(await house.rows(tables.role_requests)) == 1


async def test_C8_export_shows_a_request_and_delete_takes_it(house: House) -> None:
    await house.staff("oak3", Role.APPROVER)
    phone = await asked(house)
    assert "You asked to help the team as an organizer in precinct 75: nobody has answered yet" in await phone.command(
        "export"
    )
    await phone.press("l:es")
    assert "Pediste ayudar al equipo organizando" in await phone.command("export")
    await phone.press("del:yes")
    assert await house.rows(tables.role_requests) == []


async def test_requests_that_wait_cost_a_lead_no_read_more(house: House) -> None:
    approver = await house.staff("oak3", Role.APPROVER)
    with house.statements() as before:
        await approver.command("menu")
    await asked(house)
    with house.statements() as after:
        await approver.command("menu")
    assert len(after) == len(before)
