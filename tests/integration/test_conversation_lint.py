"""The lint in chat: hints, one-tap fixes, and a teammate who translates, over the real store on both databases."""

import threading
from typing import Any

import pytest

from campaign_engine.domain.campaign import CampaignStatus, Draft
from campaign_engine.domain.contact import Role, Scope, ScopeKind
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.lint.finding import Finding
from campaign_engine.domain.permission import check_approver
from campaign_engine.services.linting import Linting
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import draft, status
from tests.support.engine import House, Phone

HELP = "To talk to someone, any hour: call or text 988."


@pytest.fixture
async def organizer(house: House) -> Phone:
    return await house.staff("river7", Role.ORGANIZER)


async def texts(house: House) -> dict[str, str]:
    (version,) = await house.rows(tables.post_versions)
    return dict(version.content["texts"])


async def drafted(organizer: Phone, text: str, kind: str = "Pledge drive") -> str:
    await draft(organizer, kind, text)
    return organizer.text


async def without_spanish(organizer: Phone, answer: str) -> str:
    """A whole draft whose Spanish text is answered with this button."""
    await organizer.command("menu")
    await organizer.tap("New campaign", "Pledge drive")
    await organizer.say("Winter pledge")
    await organizer.tap("The 30 precincts", "300")
    await organizer.say("We look out for each other in {{ area }}: {{ link }}")
    said = await organizer.tap(answer)
    await organizer.tap("No picture")
    await organizer.say("Thursdays at 4 pm until December 18")
    await organizer.tap("Everywhere", "Look out")
    return said


async def test_F6_a_draft_that_is_well_gets_no_hints(organizer: Phone) -> None:
    said = await drafted(organizer, "We look out for each other in {{ area }}: {{ link }}")
    assert "Send it to a second person?" in said
    assert "Ideas to make it better" not in said
    assert "Please change" not in said


async def test_F6_a_hint_says_why_and_one_tap_uses_the_better_word(house: House, organizer: Phone) -> None:
    said = await drafted(organizer, "No thugs here in {{ area }}: {{ link }}")
    assert "Ideas to make it better" in said
    assert "“thugs”. Why change it: it turns a person into a label. Better: “people”." in said
    said = await organizer.tap("Use “people”")
    assert (await texts(house))["en"] == "No people here in {{ area }}: {{ link }}"
    assert "No people here" in said
    assert "Ideas to make it better" not in said
    assert "fix" in {row.action for row in await house.rows(tables.audit_entries)}


async def test_F6_hints_may_be_kept_and_the_approver_sees_which(house: House, organizer: Phone) -> None:
    approver = await house.staff("maple2", Role.APPROVER)
    await drafted(organizer, "No thugs here in {{ area }}! Wow! Yes! {{ link }}")
    await organizer.tap("Send for approval")
    assert await status(house) is CampaignStatus.SUBMITTED
    card = await approver.press("o:waiting")
    assert "The author kept 2 hints:" in card
    assert "“thugs”" in card
    assert "3 exclamation marks" in card


async def test_F6_what_must_change_stops_the_submit_and_names_the_first(house: House, organizer: Phone) -> None:
    said = await drafted(organizer, "Violence is everywhere in {{ area }}: {{ link }}\n988")
    assert "Please change before it goes on" in said
    refused = await organizer.press("su:1")
    assert "Something has to change first. English: “Violence is everywhere”" in refused
    assert "Please change before it goes on" in await organizer.tap("My draft")
    assert await status(house) is CampaignStatus.DRAFT
    await organizer.press("ed:text_en")
    await organizer.say("We look out for {{ area }}: {{ link }}")
    await organizer.press("su:1")
    assert await status(house) is CampaignStatus.SUBMITTED


async def test_F6_the_help_line_is_added_with_one_tap(house: House, organizer: Phone) -> None:
    said = await drafted(organizer, "Today we remember. {{ link }}", "Remember someone")
    assert "there is no help line" in said
    assert "there is no help line" not in await organizer.tap("Add the help line")
    assert (await texts(house))["en"] == f"Today we remember. {{{{ link }}}}\n{HELP}"
    await organizer.press("su:1")
    assert await status(house) is CampaignStatus.SUBMITTED


async def test_F6_a_fix_of_a_text_that_changed_meanwhile_does_nothing(house: House, organizer: Phone) -> None:
    await drafted(organizer, "No thugs here: {{ link }}")
    old = organizer.buttons["Use “people”"]
    await organizer.press("ed:text_en")
    await organizer.say("These thugs: {{ link }}")
    assert "It changed since you saw it" in await organizer.press(old)
    assert "It changed since you saw it" in await organizer.press("lf:1:xxxxxxxx")
    assert "It changed since you saw it" in await organizer.press("lf:99:" + old.rpartition(":")[2])
    assert (await texts(house))["en"] == "These thugs: {{ link }}"


async def test_F6_hints_are_in_the_language_of_the_author(organizer: Phone) -> None:
    await drafted(organizer, "No thugs here: {{ link }}")
    await organizer.press("l:es")
    await organizer.press("ed:pledge")
    said = await organizer.press("pd:no")
    assert "Inglés: “thugs”. Por qué cambiarlo: convierte a una persona en una etiqueta. Mejor: “people”." in said


async def test_F6_a_language_can_be_left_out(house: House, organizer: Phone) -> None:
    assert "Send one picture" in await without_spanish(organizer, "Leave Spanish out")
    (campaign,) = await house.rows(tables.campaigns)
    assert campaign.languages == ["en"]
    await organizer.press("su:1")
    assert await status(house) is CampaignStatus.SUBMITTED


async def test_F6_a_teammate_translates_and_the_author_is_told(house: House, organizer: Phone) -> None:
    teammate = await house.staff("maple2", Role.APPROVER)
    said = await without_spanish(organizer, "Ask a teammate to translate")
    assert "Spanish text is needed" in said
    assert "a teammate has not sent the text yet" in organizer.text
    assert "The Spanish text is missing. Add it or leave this language out" in await organizer.press("su:1")
    assert await status(house) is CampaignStatus.DRAFT

    await teammate.command("menu")
    said = await teammate.tap("Waiting for you (1)")
    assert "We look out for each other in {{ area }}: {{ link }}" in said
    house.notes.told.clear()
    assert "Thank you" in await teammate.say("En {{ area }} nos cuidamos: {{ link }}")
    assert (await texts(house))["es"] == "En {{ area }} nos cuidamos: {{ link }}"
    ((to, told),) = house.notes.told
    assert (to.address, told.choices[0][0].data) == (organizer.address, "o:new")
    assert "The Spanish text for “Winter pledge” is there" in told.text
    await teammate.command("menu")
    assert not [label for label in teammate.buttons if label.startswith("Translate")]
    await organizer.press("su:1")
    assert await status(house) is CampaignStatus.SUBMITTED
    assert {"ask_translation", "translate"} <= {row.action for row in await house.rows(tables.audit_entries)}


async def test_S1_who_translated_a_text_does_not_approve_the_post(house: House, organizer: Phone) -> None:
    translator = await house.staff("maple2", Role.APPROVER)
    reader = await house.staff("birch4", Role.APPROVER)
    await without_spanish(organizer, "Ask a teammate to translate")
    await translator.press("tt:1:es")
    await translator.say("En {{ area }} nos cuidamos: {{ link }}")
    house.notes.told.clear()
    await organizer.press("su:1")
    assert {to.address for to, _ in house.notes.told} == {reader.address}
    await translator.press("o:waiting")
    assert not [data for data in translator.buttons.values() if data.startswith("ap:")]
    async with house.store.read() as work:
        campaign = await work.campaigns.get(1)
    with pytest.raises(NotAllowed) as refused:
        check_approver(await translator.known(), campaign)
    assert refused.value.code == "own_translation"
    assert check_approver(await reader.known(), campaign) == await reader.contact_id()
    await reader.press("o:waiting")
    button = next(data for data in reader.buttons.values() if data.startswith("ap:"))
    assert "You wrote a part of this in another language" in await translator.press(button)
    assert await status(house) is CampaignStatus.SUBMITTED
    await reader.press(button)
    assert await status(house) is not CampaignStatus.SUBMITTED


async def test_F6_a_task_is_for_staff_of_the_area_and_not_for_its_author(house: House, organizer: Phone) -> None:
    elsewhere = await house.staff("oak3", Role.ORGANIZER, Scope(ScopeKind.PRECINCT, "22"))
    host = await house.staff("elm4", Role.SITE_HOST)
    ally = await house.person("ally").join()
    await without_spanish(organizer, "Ask a teammate to translate")
    for phone in (elsewhere, host, organizer, ally):
        await phone.command("menu")
        assert not [label for label in phone.buttons if label.startswith("Translate")]
        assert "We look out for each other in" not in await phone.press("tt:1:es")
        await phone.say("Un texto de otra persona")
    assert "es" not in await texts(house)


async def test_F6_a_broken_translation_is_refused_and_can_be_sent_again(house: House, organizer: Phone) -> None:
    teammate = await house.staff("maple2", Role.ORGANIZER)
    await without_spanish(organizer, "Ask a teammate to translate")
    await teammate.press("tt:1:es")
    assert "cannot be read" in await teammate.say("En {{ area nos cuidamos")
    assert "a link that is not on the list" in await teammate.say("Mira https://bit.ly/x")
    assert "es" not in await texts(house)
    assert "Thank you" in await teammate.say("Nos cuidamos en {{ area }}: {{ link }}")
    assert "translated already" in await teammate.press("tt:1:es")


async def test_F6_a_language_is_asked_for_once_and_english_stays(house: House, organizer: Phone) -> None:
    await without_spanish(organizer, "Ask a teammate to translate")
    before = await house.rows(tables.post_versions), await house.rows(tables.campaigns)
    for data in ("lg:ask:es", "lg:out:en", "lg:ask:en", "lg:out:xx", "lg:", "lf:", "lf:x:y"):
        await organizer.press(data)
    assert (await house.rows(tables.post_versions), await house.rows(tables.campaigns)) == before


async def test_F6_help_words_in_a_translation_open_no_help_card(house: House, organizer: Phone) -> None:
    teammate = await house.staff("maple2", Role.ORGANIZER)
    await without_spanish(organizer, "Ask a teammate to translate")
    await teammate.press("tt:1:es")
    assert "Thank you" in await teammate.say("Si quieres morir, llama al 988. {{ area }} {{ link }}")


async def test_a_text_full_of_hints_still_fits_in_one_message(organizer: Phone) -> None:
    said = await drafted(organizer, "thug " * 70 + "{{ link }}")
    assert "And 64 more." in said
    assert max(len(message.text) for message in organizer.screen) < 4096
    assert len(organizer.buttons) < 12


async def test_S4_a_time_outside_the_hours_leads_back_to_the_draft(house: House, organizer: Phone) -> None:
    await drafted(organizer, "We look out for each other in {{ area }}: {{ link }}")
    await organizer.tap("Change something", "Times")
    assert "outside the hours" in await organizer.say("December 8 at 3 am")
    assert await status(house) is CampaignStatus.DRAFT
    assert "Send it to a second person?" in await organizer.tap("My draft")


async def test_long_texts_are_read_beside_the_event_loop(
    house: House, organizer: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_in: set[int] = set()
    real = Linting.of_draft

    def noting(linting: Linting, draft: Draft, *rest: Any) -> tuple[Finding, ...]:
        read_in.add(threading.get_ident())
        return real(linting, draft, *rest)

    monkeypatch.setattr(Linting, "of_draft", noting)
    await drafted(organizer, "We look out for each other in {{ area }}. " * 9)
    await organizer.press("su:1")
    assert read_in
    assert threading.get_ident() not in read_in
