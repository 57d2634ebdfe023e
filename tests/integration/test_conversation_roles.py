"""What each role sees of the house in its chat, and what it never does, on both databases."""

from datetime import timedelta

import pytest

from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import running
from tests.support.engine import House, Phone

SAFETY = {"Hold an area", "What was held", "Stop all messages"}
READER = {"Campaigns", "Waiting for you", "People who want to help", "All reports"} | SAFETY
OWN = {
    Role.ORGANIZER: {"New campaign", "Campaigns", "All reports"} | SAFETY,
    Role.APPROVER: READER,
    Role.SAFETY_LEAD: READER,
    Role.SITE_HOST: {"Our site's total"},
    Role.ANALYST: {"All reports"},
    Role.ADMIN: {"People who want to help", "Waiting for you", "Stop all messages"},
    Role.AUDITOR: {"The log"},
}
EVERY = set().union(*OWN.values())


async def member(house: House, role: Role, handle: str = "yew6") -> Phone:
    scope = Scope(ScopeKind.SITE, str((await house.site()).id)) if role is Role.SITE_HOST else Scope()
    return await house.staff(handle, role, scope)


@pytest.mark.parametrize("role", Role)
async def test_R1_the_menu_shows_what_a_role_may_do_and_nothing_else(house: House, role: Role) -> None:
    phone = await member(house, role)
    await phone.command("menu")
    assert sum(len(message.choices) for message in phone.screen if "sm:more" in phone.buttons.values()) <= 5
    seen = dict(phone.buttons)
    for group in ("Team", "Safety", "Ally menu", "More…"):
        if group in seen:
            await phone.press(seen[group])
            seen |= phone.buttons
    assert set(seen) & EVERY == OWN[role]
    assert {"My roles", "My pledge", "Delete me"} <= set(seen)
    await phone.tap("Menu")
    assert "Ally menu" in phone.buttons
    ally = await house.person("ally").join()
    await ally.command("menu")
    assert not set(ally.buttons) & (EVERY | {"My roles"})


@pytest.mark.parametrize("role", Role)
async def test_R1_a_button_that_a_role_was_never_shown_tells_it_nothing(house: House, role: Role) -> None:
    await running(house)
    phone = await member(house, role)
    said = {
        "au": "What staff did",
        "sh": "Maple High",
        "rl": "Which campaign?",
        "rp:1": "Reached: 240",
        "rq": "Nobody waits",
        "st:1": "Winter pledge",
    }
    shown = {data for data, words in said.items() if words in await phone.press(data)}
    allowed = {
        Role.ORGANIZER: {"rl", "rp:1", "st:1"},
        Role.APPROVER: {"rl", "rp:1", "st:1", "rq"},
        Role.SAFETY_LEAD: {"rl", "rp:1", "st:1", "rq"},
        Role.SITE_HOST: {"sh"},
        Role.ANALYST: {"rl", "rp:1"},
        Role.ADMIN: {"rq"},
        Role.AUDITOR: {"au"},
    }
    assert shown == allowed[role]


@pytest.mark.parametrize("role", Role)
async def test_R1_no_screen_of_staff_shows_who_an_ally_is(house: House, role: Role) -> None:
    await running(house)
    ally = await house.person("address of an ally", "telegram").join(age="16 or 17")
    await ally.press("w:yes")
    (contact,) = [row for row in await house.rows(tables.contacts) if row.id == await ally.contact_id()]
    phone = await member(house, role)
    screens = [await phone.press(data) for data in ("m", "me", "au", "sh", "rl", "rp:1", "rq", "st:1", "o:waiting")]
    screens += [await phone.command("status"), await phone.command("export")]
    for private in (contact.pseudonym, ally.address):
        assert not [screen for screen in screens if private in screen]


async def test_R1_an_organizer_of_the_bronx_cannot_plan_or_hand_in_for_the_75th(house: House) -> None:
    phone = await house.staff("yew6", Role.ORGANIZER, Scope(ScopeKind.BOROUGH, "Bronx"))
    await phone.command("menu")
    await phone.tap("New campaign", "Pledge drive")
    await phone.say("Winter pledge")
    assert "beyond your area" in await phone.say("44, 75") or "does not reach" in phone.text
    assert "How many pledges" in await phone.say("40, 44")
    assert {row.status for row in await house.rows(tables.campaigns)} == {"draft"}


async def test_R1_an_auditor_pages_through_the_log_and_finds_no_text_in_it(house: House) -> None:
    await running(house)
    auditor = await house.staff("yew6", Role.AUDITOR)
    entries = await house.rows(tables.audit_entries)
    first = await auditor.press("au")
    assert first.count("·") == 3 * 10
    assert "river7 · submit · campaign:1" in first
    assert "Winter" not in first
    seen = first.count("·")
    while "Older" in auditor.buttons:
        seen += (await auditor.tap("Older")).count("·")
    assert seen == 3 * len(entries)
    for data in ("au:x", "au:99999999999", "au:0"):
        await auditor.press(data)


async def test_T8_everything_about_one_pseudonym_fits_one_page(house: House) -> None:
    """A month of coming every day, every consent answered, a pledge, a break and a request: 60 lines of 90 letters."""
    await house.staff("oak3", Role.APPROVER)
    phone = await house.person("ally", "telegram").join(age="16 or 17")
    await phone.press("w:yes")
    await phone.press("pa:30")
    for _day in range(30):
        house.clock.advance(timedelta(days=1))
        await phone.press("m")
        await phone.say("hm")
    held = await phone.command("export")
    assert sum(1 + len(line) // 90 for line in held.splitlines()) < 60
    for said in ("random", "16 or 17", "precinct 75", "A break until", "Pledge A", "last 30 days"):
        assert said in held


@pytest.mark.parametrize(("people", "says"), [(0, "fewer than 10"), (9, "fewer than 10"), (23, "at least 20")])
async def test_P3_a_host_sees_the_sites_own_total_from_ten_up_in_whole_tens(
    house: House, people: int, says: str
) -> None:
    site, other = await house.site(), await house.site(name="Oak Center")
    for number in range(people):
        await house.person(f"a{number}").start(f"s_{site.code}")
        phone = house.person(f"a{number}")
        await phone.start(f"s_{site.code}")
        await phone.tap("16 or 17")
    host = await house.staff("yew6", Role.SITE_HOST, Scope(ScopeKind.SITE, str(site.id)))
    await host.command("menu")
    said = await host.tap("Our site's total")
    assert f"Maple High: {says}" in said
    assert other.name not in said


async def test_R1_staff_give_a_role_up_and_with_the_last_one_nothing_is_kept_of_it(house: House) -> None:
    phone = await house.staff("river7", Role.ORGANIZER)
    await phone.start(f"r_{await house.invite(Role.APPROVER, Scope(ScopeKind.BOROUGH, 'Bronx'))}")
    await phone.say("river7")
    await phone.command("menu")
    own = await phone.tap("Team", "My roles")
    assert "Approver: Bronx" in own
    assert "Only a new invite brings it back" in await phone.tap("Give up: Organizer")
    await phone.tap("No, keep it")
    assert len((await phone.known()).grants) == 2
    await phone.tap("Give up: Organizer", "Yes, give it up")
    assert "Thank you for what you did" in phone.text
    assert "Organizer" not in await phone.press("me:sure:organizer:city")
    await phone.press("me:sure:approver:borough:Bronx")
    assert await house.rows(tables.staff_members) == await house.rows(tables.role_grants) == []
    assert await house.rows(tables.trainings) == []
    left = [(row.actor, row.object) for row in await house.rows(tables.audit_entries) if row.action == "leave"]
    assert left == [("river7", "organizer:city"), ("river7", "approver:borough:Bronx")]
    assert "New campaign" not in phone.buttons


async def test_R1_a_work_name_that_the_log_remembers_is_given_to_nobody_else(house: House) -> None:
    phone = await house.staff("river7", Role.ORGANIZER)
    await phone.press("me:sure:organizer:city")
    other = house.person("other")
    await other.start(f"r_{await house.invite(Role.ORGANIZER)}")
    assert "Somebody has this work name" in await other.say("river7")


async def test_R1_who_left_can_no_longer_move_what_they_planned_and_others_can(house: House) -> None:
    organizer, approver = await running(house)
    await organizer.press("me:sure:organizer:city")
    for data in ("st:1", "mv:1:cancel", "mv:1:pause", "rp:1", "o:new"):
        await organizer.press(data)
    (campaign,) = await house.rows(tables.campaigns)
    assert campaign.status == "scheduled"
    assert "Paused" in await approver.press("mv:1:pause")


@pytest.mark.parametrize(("age", "role", "taken"), [
    ("13 to 15", Role.SAFETY_LEAD, False),
    ("16 or 17", Role.SAFETY_LEAD, False),
    ("18 to 21", Role.SAFETY_LEAD, True),
    ("16 or 17", Role.APPROVER, True),
])  # fmt: skip
async def test_S1_a_safety_lead_is_an_adult_where_we_know(house: House, age: str, role: Role, taken: bool) -> None:
    phone = await house.person("somebody").join(age=age)
    await phone.start(f"r_{await house.invite(role)}")
    said = await phone.say("river7")
    assert ("Welcome, river7" in said) is taken
    assert taken or "A safety lead is an adult" in said
    assert bool(await house.rows(tables.role_grants)) is taken


async def test_R1_a_rehearsal_of_what_is_not_theirs_is_answered_as_what_does_not_exist(house: House) -> None:
    await running(house)
    elsewhere = await house.staff("elm4", Role.ORGANIZER, Scope(ScopeKind.PRECINCT, "22"))
    assert [await elsewhere.press(f"rh:{number}") for number in (1, 999)] == [await elsewhere.press("st:1")] * 2
    assert "can't find that any more" in elsewhere.text
