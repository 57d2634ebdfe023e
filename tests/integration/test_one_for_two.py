"""Nobody is two people: neither by leaving and coming back nor by another way to the same text (safety S1, S2, I1)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaign_engine.domain.campaign import CampaignStatus, PostContent
from campaign_engine.domain.contact import Role
from campaign_engine.store import tables
from tests.integration.test_approval import fixed
from tests.integration.test_conversation_staff import status, submitted
from tests.support.engine import House, Phone


async def comes_back(house: House, phone: Phone, handle: str, role: Role) -> Phone:
    """Everything of theirs is gone, and an invite makes them somebody new with the same address."""
    await phone.command("delete")
    await phone.press("del:yes")
    assert await phone.contact_id() is None
    await phone.start(f"r_{await house.invite(role)}")
    await phone.say(handle)
    return phone


async def seen(house: House) -> str:
    async with house.store.read() as work:
        campaign = await work.campaigns.get(1)
    return campaign.approval_hash(campaign.precincts)[:12]


async def test_S1_an_author_who_left_and_came_back_does_not_approve_their_own(house: House) -> None:
    organizer, approver = await submitted(house)
    again = await comes_back(house, organizer, "oak3", Role.APPROVER)
    for phone in (again, approver):
        assert "Nothing waits" in await phone.press("o:waiting")
        assert "Its author has left" in await phone.press(f"ap:1:{await seen(house)}")
    assert await status(house) is CampaignStatus.SUBMITTED
    await approver.press("st:1")
    await approver.tap("Cancel")
    assert await status(house) is CampaignStatus.CANCELLED


async def test_S1_a_fixer_who_left_and_came_back_stands_behind_nothing(house: House) -> None:
    organizer, approver = await fixed(house)
    await comes_back(house, approver, "oak3", Role.APPROVER)
    await organizer.press("st:1")
    assert "can't approve it any more" in await organizer.tap("Yes, send it")
    assert await status(house) is CampaignStatus.SUBMITTED


async def test_I1_whoever_asked_left_and_came_back_does_not_let_go_alone(house: House) -> None:
    ana = await house.staff("ana7", Role.ORGANIZER)
    ben = await house.staff("ben2", Role.APPROVER)
    await ana.say("hold 75")
    await ana.say("release 75")
    again = await comes_back(house, ana, "oak3", Role.ORGANIZER)
    await again.say("release 75")
    (hold,) = await house.rows(tables.holds)
    assert hold.ended_at is None
    assert "by oak3 and ben2" in await ben.say("release 75")


async def test_I1_an_incident_whose_declarer_left_is_declared_anew(house: House) -> None:
    ana = await house.staff("ana7", Role.ORGANIZER)
    ben = await house.staff("ben2", Role.APPROVER)
    await ana.press("hd:i:75")
    again = await comes_back(house, ana, "oak3", Role.ORGANIZER)
    for phone in (again, ben):
        await phone.press("hd:k:1")
    (incident,) = await house.rows(tables.incidents)
    assert incident.confirmed_at is None
    await again.press("hd:i:75")
    await again.press("hd:k:2")
    await ben.press("hd:k:2")
    _, anew = await house.rows(tables.incidents)
    assert (anew.declared_handle, anew.confirmed_handle) == ("oak3", "ben2")


async def content(house: House) -> PostContent:
    (version,) = await house.rows(tables.post_versions)
    return PostContent.from_json(version.content)


async def lessons(house: House) -> Phone:
    """A draft of our reviewed texts only."""
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.command("menu")
    await organizer.tap("New campaign", "Skills series")
    await organizer.say("Twelve skills")
    await organizer.tap("The 30 precincts", "300", "Use the starter text")
    return organizer


async def test_S2_a_teammate_s_translation_is_no_reviewed_text(house: House) -> None:
    teammate = await house.staff("maple2", Role.APPROVER)
    organizer = await lessons(house)
    await organizer.tap("Ask a teammate to translate", "No picture")
    await organizer.say("Thursdays at 4 pm until December 18")
    await organizer.tap("Everywhere", "No pledge")
    assert (await content(house)).fixed
    await teammate.press("tt:1:es")
    await teammate.say("En {{ area }} nos cuidamos: {{ link }}")
    assert (await content(house)).needs_minimum


async def test_I2_no_teammate_writes_into_a_check_in(house: House) -> None:
    ana = await house.staff("ana7", Role.ORGANIZER)
    ben = await house.staff("ben2", Role.APPROVER)
    await ana.press("hd:i:75")
    await ben.press("hd:k:1")
    await ana.press("hd:a:75")
    async with house.store.write() as work:
        draft = await work.campaigns.draft(1)
        assert draft is not None
        asked = replace(draft, texts={"en": draft.texts["en"]}, asked=("es",), languages=("en", "es"))
        await work.campaigns.change_draft(asked)
    await ben.press("tt:1:es")
    await ben.say("En la calle {{ area }}: {{ link }}")
    assert "es" not in (await house.rows(tables.post_versions))[0].content["texts"]


@pytest.mark.parametrize("hours", [9, 14])
async def test_S4_nobody_of_the_team_is_told_anything_at_night(house: House, hours: int) -> None:
    """At 1 and at 6 in the morning; the clock of these tests begins at 4 pm."""
    ana = await house.staff("ana7", Role.ORGANIZER)
    ben = await house.staff("ben2", Role.APPROVER)
    house.clock.advance(timedelta(hours=hours))
    house.notes.told.clear()
    assert "Held, by ana7" in await ana.say("hold 75")
    assert [to.address for to, _ in house.notes.told] == ([ben.address] if hours == 14 else [])
    await ben.command("menu")
    assert "75" in await ben.tap("Safety", "Hold an area")
