"""Holds, incidents, check-ins and cancelled events in the chats of staff, over the real store, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.domain.contact import Role, Scope, ScopeKind, Topic
from campaign_engine.domain.message import InboundKind
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import draft
from tests.support.engine import House, Phone

BROOKLYN = Scope(ScopeKind.BOROUGH, "Brooklyn")
QUEENS = Scope(ScopeKind.BOROUGH, "Queens")
HOUR = timedelta(hours=1)


@pytest.fixture
async def ana(house: House) -> Phone:
    return await house.staff("ana7", Role.ORGANIZER, BROOKLYN)


@pytest.fixture
async def ben(house: House) -> Phone:
    return await house.staff("ben2", Role.APPROVER, BROOKLYN)


async def slash(phone: Phone, name: str, argument: str = "") -> str:
    return await phone.send(InboundKind.COMMAND, command=name, data=argument)


async def held(house: House) -> set[int]:
    return {row.precinct for row in await house.rows(tables.holds) if row.ended_at is None}


async def audited(house: House) -> list[str]:
    return [f"{row.actor} {row.action} {row.object}" for row in await house.rows(tables.audit_entries)]


@pytest.mark.parametrize("said", ["hold 75", "HOLD  75.", "/hold 75", "retener 75"])
async def test_I1_one_person_holds_at_once_with_one_line(house: House, ana: Phone, ben: Phone, said: str) -> None:
    house.notes.told.clear()
    assert "Held, by ana7: 75 (East New York" in await ana.say(said)
    assert "Posts wait until Friday, November 27, 4:00 PM, invitations until Tuesday, December 1" in ana.text
    assert "Rooms of a whole borough or the city are not held" in ana.text
    assert await held(house) == {75}
    assert (await audited(house))[-1] == "ana7 hold precinct:75"
    ((to, message),) = house.notes.told
    assert (to.address, message.text) == (
        ben.address,
        "ana7 holds 75. Nothing but remembering and check-ins leaves there now.",
    )


async def test_I1_a_neighborhood_is_held_by_its_name_with_one_tap(house: House, ana: Phone) -> None:
    assert "It is held at once" in await ana.say("hold Crown Heights")
    assert set(ana.buttons.values()) == {"hd:h:71", "hd:h:77", "hd:h:79", "hd:h:81", "hd"}
    assert await held(house) == set(), "which one, they say"
    await ana.tap("Crown Heights North")
    assert await held(house) == {77}
    for beyond in ("hold Harlem", "hold on to each other"):
        await ana.say(beyond)
        assert not [data for data in ana.buttons.values() if data.startswith("hd:h")], beyond
    assert "Which one should be let go?" in await slash(ana, "release", "crown heights")
    await ana.tap("Crown Heights North")
    assert "It is noted that you want it" in ana.text
    await ana.press("k:pledge")
    await ana.say("Hold Crown Heights")
    assert await held(house) == {77}
    assert "Where?" in ana.text, "as the name of a campaign it is one"


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.APPROVER, Role.SAFETY_LEAD])
async def test_I1_each_role_that_watches_may_hold_with_a_command(house: House, role: Role) -> None:
    phone = await house.staff("cam3", role, BROOKLYN)
    await slash(phone, "hold", "73, 75")
    assert "73 (" in phone.text
    assert "75 (" in phone.text
    assert await held(house) == {73, 75}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMIN, Role.AUDITOR])
async def test_I1_nobody_else_holds(house: House, role: Role) -> None:
    phone = await house.staff("cam3", role)
    await slash(phone, "hold", "75")
    await phone.say("hold 75")
    await phone.press("hd:h:75")
    ally = house.person("ally")
    await ally.join()
    await ally.say("hold 75")
    await ally.press("hd:h:75")
    assert await held(house) == set()


async def test_I1_a_hold_takes_three_taps_from_the_menu(house: House, ana: Phone) -> None:
    await ana.command("menu")
    await ana.tap("Safety", "Hold an area")
    assert "Queens" not in ana.buttons
    await ana.tap("Brooklyn", "East New York")
    assert "75 (East New York" in ana.text
    assert "Not held." in ana.text
    await ana.tap("Hold it now")
    assert await held(house) == {75}
    await ana.command("menu")
    await ana.tap("Safety", "Hold an area", "75, until")
    assert "Held by ana7: posts until Friday" in ana.text


@pytest.mark.parametrize("argument", ["75 74", "74", "99999"])
async def test_I1_an_unknown_precinct_changes_nothing(house: House, ana: Phone, argument: str) -> None:
    assert "There is no precinct" in await slash(ana, "hold", argument)
    assert "Nothing was changed" in ana.text
    assert await held(house) == set()
    assert not await house.rows(tables.hold_events)


async def test_I1_beyond_ones_area_nothing_is_held(house: House, ana: Phone) -> None:
    assert "beyond your area" in await slash(ana, "hold", "75 101")
    assert "beyond your area" in await slash(ana, "release", "101")
    assert "beyond your area" in await ana.press("hd:t:101")
    assert await held(house) == set()


async def test_I1_holding_again_counts_anew_and_forgets_an_asked_release(house: House, ana: Phone, ben: Phone) -> None:
    await ana.say("hold 75")
    await ana.say("release 75")
    house.clock.advance(24 * HOUR)
    assert "Held from now on anew, by ben2" in await ben.say("hold 75")
    assert "November 28" in ben.text
    assert len(await house.rows(tables.holds)) == 1
    await ben.say("release 75")
    assert await held(house) == {75}


async def test_I1_the_holder_alone_does_not_let_go(house: House, ana: Phone, ben: Phone) -> None:
    await ana.say("hold 75")
    house.notes.told.clear()
    said = await slash(ana, "release", "75")
    assert "You held 75 (East New York" in said
    assert "ben2 or another one of this area can agree with one tap" in said
    await ana.press("hd:r:75")
    assert await held(house) == {75}
    ((to, message),) = house.notes.told
    assert to.address == ben.address
    assert "ana7 wants to let go of 75. It takes two." in message.text
    ben.screen = (message,)
    assert "75 (East New York" in await ben.tap("Agree to let go")
    assert "is released, by ana7 and ben2" in ben.text
    assert await held(house) == set()
    steps = [line.removesuffix(" precinct:75") for line in await audited(house) if "precinct:75" in line]
    assert steps == ["ana7 hold", "ana7 ask_release", "ben2 release"]


async def test_I1_two_others_let_go_of_what_a_third_one_held(house: House, ana: Phone, ben: Phone) -> None:
    cam = await house.staff("cam3", Role.SAFETY_LEAD)
    await ana.say("hold 75")
    assert "Two people let go of 75" in await ben.say("release 75")
    assert await held(house) == {75}
    assert "released, by ben2 and cam3" in await cam.say("release 75")
    assert await held(house) == set()


async def test_I1_who_is_alone_is_told_to_invite_somebody(house: House, ana: Phone) -> None:
    await ana.say("hold 75")
    assert "Nobody else covers this area yet" in await ana.say("release 75")


async def test_I1_what_is_not_held_cannot_be_released_and_others_stay_held(house: House, ana: Phone) -> None:
    await ana.say("hold 73")
    assert "Precinct 75 is not held" in await ana.say("release 73 75")
    (row,) = await house.rows(tables.holds)
    assert row.asked_by is None


async def test_I1_two_releases_at_once_release_once(house: House, ana: Phone, ben: Phone) -> None:
    cam = await house.staff("cam3", Role.SAFETY_LEAD)
    await ana.say("hold 75")
    await ana.say("release 75")
    said = await asyncio.gather(ben.say("release 75"), cam.say("release 75"))
    assert sorted("is released" in one for one in said) == [False, True]
    assert sorted("is not held" in one for one in said) == [False, True]
    events = [row.step for row in await house.rows(tables.hold_events)]
    assert events == ["hold", "ask_release", "release"]


async def test_I1_after_72_hours_it_is_over_for_posts_and_after_seven_days_for_good(house: House, ana: Phone) -> None:
    await ana.say("hold 75")
    house.clock.advance(timedelta(days=7))
    assert "is not held" in await ana.say("release 75")
    assert "Held, by ana7" in await ana.say("hold 75")
    assert len(await house.rows(tables.holds)) == 2


async def test_I1_the_timeline_tells_what_was_held_and_why(house: House, ana: Phone, ben: Phone) -> None:
    await ana.say("hold 75")
    house.clock.advance(HOUR)
    await ben.press("hd:i:75")
    await ana.press("hd:k:1")
    house.clock.advance(47 * HOUR)
    await ben.say("release 75")
    await ana.say("release 75")
    assert "Tuesday, November 24, 4:00 PM: held by ana7" in await ana.press("hd:t:75")
    assert "5:00 PM: incident declared by ben2" in ana.text
    assert "Thursday, November 26, 4:00 PM: released by ben2 and ana7" in ana.text
    assert "0 posts waited, 0 expired" in ana.text
    await ana.press("l:es")
    assert "retenido por ana7" in await ana.press("hd:t")


async def test_I1_the_lesson_is_on_top_there_for_14_days(house: House, ana: Phone) -> None:
    ally = await house.person("ally").join()
    await ally.command("menu")
    assert "Don't pass it on" not in ally.buttons
    await ana.say("hold 75")
    await ally.command("menu")
    assert next(iter(ally.buttons)) == "Don't pass it on"
    assert "You can be the place where it stops" in await ally.tap("Don't pass it on")
    house.clock.advance(timedelta(days=14))
    await ally.command("menu")
    assert "Don't pass it on" not in ally.buttons


async def test_I1_an_incident_takes_two_and_holds_the_area(house: House, ana: Phone, ben: Phone) -> None:
    assert "You declared an incident in 75" in await ana.press("hd:i:75")
    assert await held(house) == {75}
    assert "You declared it" in await ana.press("hd:k:1")
    assert (await house.rows(tables.incidents))[0].confirmed_at is None
    assert "confirmed by ben2" in await ben.press("hd:k:1")
    assert "confirmed by ben2" in await ana.press("hd:i:75")
    (row,) = await house.rows(tables.incidents)
    assert (row.declared_handle, row.confirmed_handle) == ("ana7", "ben2")
    assert "This incident is not there any more" in await ana.press("hd:k:9")


async def test_I1_two_who_declare_at_once_declare_one(house: House, ana: Phone, ben: Phone) -> None:
    await asyncio.gather(ana.press("hd:i:75"), ben.press("hd:i:75"))
    assert len(await house.rows(tables.incidents)) == 1


async def confirmed(ana: Phone, ben: Phone) -> None:
    await ana.press("hd:i:75")
    await ben.press("hd:k:1")


async def check_in(ana: Phone) -> str:
    await ana.press("hd:a:75")
    await ana.tap("English and Spanish")
    return await ana.say("November 25 at 4 pm")


async def test_I2_a_check_in_needs_a_confirmed_incident(house: House, ana: Phone, ben: Phone) -> None:
    assert "First two people say" in await ana.press("hd:a:75")
    await ana.press("hd:i:75")
    assert "First two people say" in await ana.press("hd:a:75")
    assert "First two people say" in await ana.press("k:aftermath")
    assert not await house.rows(tables.campaigns)


async def test_I2_only_languages_and_time_are_chosen_and_the_text_is_shown(
    house: House, ana: Phone, ben: Phone
) -> None:
    await confirmed(ana, ben)
    assert "Its text is fixed: no names, no place, no cause" in await ana.press("hd:a:75")
    assert "English: version 1, not yet read by a specialist" in ana.text
    await ana.tap("English and Spanish")
    review = await ana.say("November 25 at 4 pm")
    assert "It may be a hard day around you" in review
    assert "Puede ser un día difícil" in review
    assert "Goal" not in review
    assert "Posted on: Discord, Telegram, our page" in review
    await ana.tap("Change something")
    assert set(ana.buttons) == {"Languages", "Times"}


@pytest.mark.parametrize("data", ["tg:top", "ch:all", "gl:300", "pd:A"])
async def test_I2_nothing_else_can_be_put_into_it(house: House, ana: Phone, ben: Phone, data: str) -> None:
    await confirmed(ana, ben)
    await check_in(ana)
    before = (await house.rows(tables.post_versions))[0].content
    assert "text of a check-in is fixed" in await ana.press(data)
    assert (await house.rows(tables.post_versions))[0].content == before


async def test_I2_it_goes_to_subscribers_of_check_ins_there_and_to_no_room(
    house: House, ana: Phone, ben: Phone
) -> None:
    await confirmed(ana, ben)
    await check_in(ana)
    assert "is handed in" in await ana.tap("Send for approval")
    lead = await house.staff("dee4", Role.SAFETY_LEAD, BROOKLYN)
    assert "needs an adult safety lead" in await _approve(ben) or "Nothing waits" in ben.text
    assert "A fixed text, which nobody edits" in await lead.press("o:waiting")
    await lead.tap("Approve")
    (target,) = await house.rows(tables.campaign_targets)
    assert target.precinct == 75
    wanting, other = await house.person("one").join(), await house.person("two").join()
    async with house.store.write() as work:
        for phone, topic in ((wanting, Topic.CHECK_INS), (other, Topic.EVENT_NEWS)):
            contact_id = await phone.contact_id()
            assert contact_id is not None
            await work.contacts.answer_topic(contact_id, topic, True, house.clock())
    from campaign_engine.services.posting import Posting

    house.clock.advance(24 * HOUR)
    ticked = await Posting(house.store, house.clock).tick()
    assert (ticked.frozen_people, ticked.frozen_rooms, ticked.held) == (1, 0, 0)


async def _approve(phone: Phone) -> str:
    return await phone.press("o:waiting")


async def test_I2_its_author_does_not_approve_it(house: House, ben: Phone) -> None:
    both = await house.staff("eve5", Role.ORGANIZER, BROOKLYN)
    await house.grant((await both.contact_id()) or 0, "eve5", Role.SAFETY_LEAD)
    await confirmed(both, ben)
    await check_in(both)
    await both.tap("Send for approval")
    assert "Nothing waits" in await both.press("o:waiting")


async def test_S9_an_event_is_cancelled_with_a_button_and_one_more_tap(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    lead = await house.staff("maple2", Role.SAFETY_LEAD)
    await draft(organizer, "Occupy the block")
    await organizer.tap("Send for approval")
    await lead.press("o:waiting")
    await lead.tap("Approve")
    await lead.press("st:1")
    assert "Everybody signed up is told at once" in await lead.tap("Cancel the event")
    await lead.tap("No, go back")
    assert not await house.rows(tables.event_notices)
    await lead.tap("Cancel the event")
    assert "is cancelled. Under 20 people who signed up are being told now" in await lead.tap("Yes, cancel it")
    assert "was cancelled by maple2" in await organizer.press("ev:1:yes")
    assert (await audited(house))[-1] == "maple2 cancel_event campaign:1"
    assert "is no event" not in organizer.text
    ally = await house.person("ally").join()
    await ally.press("ev:1:yes")
    assert len(await house.rows(tables.event_notices)) == 1
