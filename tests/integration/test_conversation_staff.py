"""A campaign in the chat of its author and its approver, over the real store, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.store import tables
from tests.support.engine import House, Phone

BROOKLYN = Scope(ScopeKind.BOROUGH, "Brooklyn")
TEXT = "We look out for each other in {{ area }}: {{ link }}\nTo talk to someone, any hour: call or text 988."


async def draft(organizer: Phone, kind: str = "Pledge drive", text: str = TEXT) -> None:
    await organizer.command("menu")
    await organizer.tap("New campaign", kind)
    await organizer.say("Winter pledge")
    await organizer.tap("The 30 precincts", "300")
    await organizer.say(text)
    await organizer.tap("Use the starter text", "No picture")
    await organizer.say("Thursdays at 4 pm until December 18")
    await organizer.tap("Everywhere", "Look out")


async def submitted(house: House, *, kind: str = "Pledge drive") -> tuple[Phone, Phone]:
    organizer = await house.staff("river7", Role.ORGANIZER)
    approver = await house.staff("maple2", Role.SAFETY_LEAD if kind.startswith("Remember") else Role.APPROVER)
    await draft(organizer, kind)
    await organizer.tap("Send for approval")
    return organizer, approver


async def running(house: House) -> tuple[Phone, Phone]:
    organizer, approver = await submitted(house)
    await approver.press("o:waiting")
    await approver.tap("Approve")
    return organizer, approver


async def status(house: House, campaign_id: int = 1) -> CampaignStatus:
    async with house.store.read() as work:
        return (await work.campaigns.get(campaign_id)).status


async def move_on(house: House, after: CampaignStatus) -> None:
    """As the clock does when a post is due or the last one was sent."""
    async with house.store.write() as work:
        await work.campaigns.set_status(await work.campaigns.get(1), after, house.clock())


async def test_R2_an_invite_works_for_somebody_who_never_joined_and_asks_no_age(house: House) -> None:
    phone = house.person("somebody", "telegram")
    code = await house.invite(Role.ORGANIZER, BROOKLYN)
    assert "Choose a work name" in await phone.start(f"r_{code}")
    assert "3 to 20 letters" in await phone.say("my name!")
    assert "Welcome, river7. You are an organizer now" in await phone.say("River7")
    assert "age group: not asked" in (await phone.command("export")).lower()
    assert "Organizer: Brooklyn" in phone.text
    await phone.command("menu")
    assert "New campaign" in phone.buttons
    assert not [label for label in phone.buttons if label.startswith("Waiting")]
    other = house.person("other", "telegram")
    refused = "This invite to the team does not work."
    for used, unknown in ((f"r_{code}", "r_nonsense"), ("r_", "r_" + "9" * 90)):
        assert (await other.start(used)).startswith(refused), "before a work name is asked for"
        assert (await other.start(unknown)).startswith(refused)
        assert "How old are you?" in other.text
    await other.say("maple2")
    assert await other.contact_id() is None
    assert (await phone.start(f"r_{code}")).startswith(refused)
    assert "New campaign" in phone.buttons


async def test_R2_an_ally_can_take_a_role_and_keeps_what_they_answered(house: House) -> None:
    phone = await house.person("ally").join()
    await phone.start(f"r_{await house.invite(Role.APPROVER)}")
    await phone.say("river7")
    await phone.command("menu")
    assert "Waiting for you" in phone.buttons
    await phone.tap("Ally menu")
    assert "My pledge" in phone.buttons
    again = house.person("other", "telegram")
    await again.start(f"r_{await house.invite(Role.APPROVER)}")
    assert "Somebody has this work name" in await again.say("RIVER7")


async def test_F5_a_campaign_goes_from_draft_to_scheduled_in_two_chats(house: House) -> None:
    organizer, approver = await submitted(house)
    assert "A second person reads it" in organizer.text
    ((to, told),) = house.notes.told
    assert (to.channel, to.address) == ("telegram", approver.address)
    assert told.choices[0][0].data == "o:waiting"
    await approver.command("menu")
    card = await approver.tap("Waiting for you (1)")
    for said in (
        "Winter pledge",
        "Goal: 300",
        "30 precincts: ",
        "Thursday, November 26, 4:00 PM",
        "English:",
        "Spanish:",
    ):
        assert said in card
    assert "https://groundswell.example" in card
    assert "The first post goes out on Thursday, November 26, 4:00 PM" in await approver.tap("Approve")
    assert await status(house) is CampaignStatus.SCHEDULED
    assert len(await house.rows(tables.campaign_targets)) == 30
    (version,) = await house.rows(tables.post_versions)
    assert version.approver_id != version.author_id
    assert {row.action for row in await house.rows(tables.audit_entries)} >= {"start", "submit", "approve", "redeem"}


async def test_S1_the_author_cannot_approve_even_with_the_role(house: House) -> None:
    organizer, _ = await submitted(house)
    await house.grant(await organizer.contact_id() or 0, "river7", Role.APPROVER)
    assert "Nothing waits" in await organizer.press("o:waiting")
    async with house.store.read() as work:
        campaign = await work.campaigns.get(1)
    seen = campaign.approval_hash(campaign.precincts)[:12]
    assert "You wrote this one" in await organizer.press(f"ap:1:{seen}")
    assert await status(house) is CampaignStatus.SUBMITTED


async def test_S1_an_approval_of_what_was_shown_before_an_edit_is_refused(house: House) -> None:
    organizer, approver = await submitted(house)
    await approver.press("o:waiting")
    old = approver.buttons["Approve"]
    await approver.tap("Send back", "Another day")
    await organizer.press("ed:text_en")
    await organizer.say("Another text for {{ area }}: {{ link }}")
    await organizer.press("su:1")
    assert "It changed since you saw it" in await approver.press(old)
    assert "It changed since you saw it" in await approver.press("ap:1:")
    assert await status(house) is CampaignStatus.SUBMITTED
    await approver.press("o:waiting")
    await approver.tap("Approve")
    assert await status(house) is CampaignStatus.SCHEDULED


async def test_S1_an_edit_returns_the_post_and_not_the_campaign(house: House) -> None:
    organizer, approver = await running(house)
    await organizer.press("st:1")
    assert "This post waits until" in await organizer.tap("Edit the post")
    await organizer.tap("Edit it")
    await organizer.press("ed:text_en")
    await organizer.say("Better words for {{ area }}: {{ link }}")
    (post,) = await house.rows(tables.posts)
    assert (post.version, post.status) == (2, "draft")
    assert await status(house) is CampaignStatus.SCHEDULED
    await organizer.press("su:1")
    await approver.press("o:waiting")
    assert "Better words for" in approver.text
    await approver.tap("Approve")
    (post,) = await house.rows(tables.posts)
    assert (post.version, post.status) == (2, "approved")
    assert [version.approver_id is not None for version in await house.rows(tables.post_versions)] == [True, True]


async def test_an_edit_that_is_thrown_away_falls_back_to_what_was_approved(house: House) -> None:
    organizer, _ = await running(house)
    await organizer.press("st:1")
    await organizer.tap("Edit the post", "Edit it")
    await organizer.press("ed:text_en")
    await organizer.say("Worse words")
    assert "What was approved stays" in await organizer.press("o:drop")
    await organizer.tap("Yes, throw it away")
    (post,) = await house.rows(tables.posts)
    assert (post.version, post.status) == (1, "approved")
    assert len(await house.rows(tables.post_versions)) == 1


async def test_S1_adults_approve_what_needs_them(house: House) -> None:
    organizer, lead = await submitted(house, kind="Remember someone")
    peer = await house.staff("oak3", Role.APPROVER)
    assert "Nothing waits" in await peer.press("o:waiting")
    await lead.press("o:waiting")
    assert "needs an adult safety lead" in await peer.press(lead.buttons["Approve"])
    await lead.tap("Approve")
    assert await status(house) is CampaignStatus.SCHEDULED
    assert organizer.text


async def test_R1_a_scope_reaches_no_further_than_it_says(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER, BROOKLYN)
    await organizer.command("menu")
    await organizer.tap("New campaign", "Awareness")
    await organizer.say("Ours")
    assert "beyond your area" in await organizer.say("44")
    assert "How many pledges" in await organizer.say("73, 75")
    stranger = await house.staff("oak3", Role.APPROVER, Scope(ScopeKind.PRECINCT, "44"))
    assert "can't find that" in await stranger.press("st:1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello\n{{ area", "Line 2 of the English text cannot be read"),
        ("Hello\n\n{{ password }}", "Line 3 of the English text uses a variable that does not exist"),
        ("{% for x in area %}{% endfor %}", "Line 1 of the English text cannot be read"),
        ("Hi\nhttps://bit.ly/x", "Line 2 of the English text has a link that is not on the list"),
    ],
)
async def test_S8_a_broken_template_is_named_by_its_line_and_loses_nothing(house: House, text: str, said: str) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await draft(organizer)
    await organizer.tap("Change something", "English text")
    assert said in await organizer.say(text)
    assert "Use the starter text" in organizer.buttons, "the question is still open"
    await organizer.press("o:new")
    assert "We look out for each other in" in organizer.text


async def test_a_missing_language_is_named_in_the_language_of_the_author(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.command("menu")
    await organizer.tap("New campaign", "Pledge drive")
    await organizer.say("Winter pledge")
    assert "“Winter pledge” is not complete yet" in await organizer.press("su:1") or "still empty" in organizer.text
    await organizer.tap("Menu", "My draft", "The 30 precincts", "300")
    await organizer.say(TEXT)
    await organizer.press("ed:schedule")
    await organizer.say("December 1 at 4 pm")
    await organizer.tap("Everywhere", "No pledge button")
    assert "The Spanish text is missing" in await organizer.press("su:1")
    await organizer.press("l:es")
    assert "Falta el texto en español" in await organizer.press("su:1")
    assert await status(house) is CampaignStatus.DRAFT


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("December 1 at 9 am", "outside the hours in which we write"),
        ("2026-11-20 4 pm", "has passed"),
        ("2026-12-05 11:30 pm", "outside the hours in which we write"),
    ],
)
async def test_S4_a_time_outside_the_window_is_refused(house: House, when: str, said: str) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await draft(organizer)
    await organizer.press("ed:schedule")
    offered = organizer.buttons
    assert said in await organizer.say(when)
    assert set(organizer.buttons) == {*offered, "My draft", "Menu"}, "the question is still open"
    assert "It will go out on: Thursday" in await organizer.say("Thursdays at 5 pm until December 18")
    assert await status(house) is CampaignStatus.DRAFT


async def test_S4_a_time_that_passed_since_it_was_said_is_refused_at_the_end(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await draft(organizer)
    house.clock.advance(timedelta(days=40))
    assert "has passed" in await organizer.press("su:1")
    assert "Send it to a second person?" in await organizer.tap("My draft")


async def test_pause_resume_finish_and_nothing_after_the_end(house: House) -> None:
    organizer, approver = await running(house)
    await organizer.press("st:1")
    assert "Paused" in await organizer.tap("Pause")
    assert "Scheduled" in await approver.press("mv:1:resume")
    await move_on(house, CampaignStatus.RUNNING)
    await organizer.press("st:1")
    assert "Paused" in await organizer.tap("Pause")
    assert "Running" in await organizer.tap("Go on")
    assert "Finished" in await organizer.tap("Finish")
    assert "can't be done now" in await organizer.press("mv:1:resume")
    assert list(organizer.buttons) == ["Menu"]


async def test_a_cancelled_campaign_sends_nothing_again(house: House) -> None:
    organizer, _ = await running(house)
    await organizer.press("st:1")
    assert "Cancelled" in await organizer.tap("Cancel it")
    assert {post.status for post in await house.rows(tables.posts)} == {"withdrawn"}
    assert "can't be done now" in await organizer.press("mv:1:launch")


async def test_a_draft_that_is_sent_back_is_its_authors_again(house: House) -> None:
    organizer, approver = await submitted(house)
    await approver.press("o:waiting")
    assert "went back to its author" in await approver.tap("Send back", "Another day")
    assert await status(house) is CampaignStatus.DRAFT
    await organizer.command("menu")
    assert "My draft" in organizer.buttons


async def test_two_approvers_at_once_approve_once(house: House) -> None:
    _, first = await submitted(house)
    second = await house.staff("oak3", Role.APPROVER)
    for approver in (first, second):
        await approver.press("o:waiting")
    said = await asyncio.gather(first.tap("Approve"), second.tap("Approve"))
    assert sum("is approved" in text for text in said) == 1
    entries = await house.rows(tables.audit_entries)
    assert [entry.action for entry in entries].count("approve") == 1
    async with house.store.read(in_transaction=True) as work:
        assert await work.audit.verify() is None


async def test_R1_nobody_but_staff_reads_or_moves_a_campaign(house: House) -> None:
    await running(house)
    ally = await house.person("ally").join()
    for data in ("st:1", "mv:1:cancel", "rt:1:time", "su:1", "o:new", "k:pledge", "ap:1:0123456789ab"):
        await ally.press(data)
    assert "for the team" in await ally.press("rp:1")
    assert await status(house) is CampaignStatus.SCHEDULED


async def test_a_report_card_shows_hidden_as_a_word_in_both_languages(house: House) -> None:
    organizer, _ = await running(house)
    assert "75: 31, hidden" in await organizer.press("rp:1")
    await organizer.press("l:es")
    assert "75: 31, oculto" in await organizer.press("rp:1")


async def test_a_half_made_draft_is_taken_up_after_its_state_was_forgotten(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.command("menu")
    await organizer.tap("New campaign", "Awareness")
    await organizer.say("Ours")
    house.clock.advance(timedelta(hours=25))
    await house.retention.run(house.clock())
    await organizer.command("menu")
    assert "Where? Tap one" in await organizer.tap("My draft")


async def test_an_organizers_text_about_violence_is_a_draft_and_not_a_call_for_help(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.command("menu")
    await organizer.tap("New campaign", "Awareness")
    assert "Where?" in await organizer.say("Remembering who got shot")


async def test_what_has_nothing_more_to_say_to_the_team_leads_to_the_menu(house: House) -> None:
    phone = house.person("river7", "web")
    await phone.start(f"r_{await house.invite(Role.SAFETY_LEAD)}")
    await phone.say("river7")
    assert "Welcome, river7" in phone.text
    for data, said in (("o:waiting", "waits"), ("o:mine", "approver"), ("ks:yes", "stopped"), ("ks:yes", "already")):
        assert "What would you like to do?" in await phone.tap("Menu"), said
        assert said in await phone.press(data)
    assert "Menu" in phone.buttons
