"""Three screens before an organizer's first campaign is handed in, on both databases."""

import pytest

from campaign_engine.dialogue import training
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import draft, status
from tests.support.engine import House, Phone


async def untrained(house: House) -> Phone:
    return await house.staff("river7", Role.ORGANIZER, trained=False)


async def test_R1_an_organizer_without_training_is_kindly_sent_to_it_and_keeps_the_draft(house: House) -> None:
    organizer = await untrained(house)
    await draft(organizer)
    assert "Your campaign is safe with us" in await organizer.tap("Send for approval")
    assert list(organizer.buttons) == ["Start the training (3 minutes)"]
    assert await status(house) is CampaignStatus.DRAFT
    assert "1 of 3: Two people" in await organizer.tap("Start the training")
    await organizer.tap("Somebody else", "We look out for each other")
    assert "That's all three" in await organizer.tap("I hold the area")
    await organizer.tap("My draft", "Send for approval")
    assert await status(house) is CampaignStatus.SUBMITTED
    assert [(row.actor, row.object) for row in await house.rows(tables.audit_entries) if row.action == "train"] == [
        ("river7", "organizer-1")
    ]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_R1_a_wrong_answer_is_explained_without_shame_and_taken_again_at_once(
    house: House, language: str
) -> None:
    organizer = await untrained(house)
    await organizer.press(f"l:{language}")
    await organizer.press("tr")
    for screen, right in training.RIGHT.items():
        for letter in sorted({*"abc"} - {right}):
            said = await organizer.press(f"tr:{screen}:{letter}")
            assert {"en": "Try it again", "es": "Prueba otra vez"}[language] in said
            assert not {"wrong", "false", "failed", "mal", "incorrecto", "falso"} & set(said.lower().split())
            assert f"tr:{screen}:{right}" in organizer.buttons.values()
        await organizer.press(f"tr:{screen}:{right}")
    assert (await organizer.known()).trained


async def test_R1_screens_cannot_be_skipped_by_buttons_that_were_never_shown(house: House) -> None:
    organizer = await untrained(house)
    for data in ("tr:3:c", "tr:9:a", "tr:x:b", "tr:1:", "tr:1:z"):
        assert "of 3" in await organizer.press(data)
    assert not (await organizer.known()).trained
    await organizer.press("tr:1:b")
    assert "2 of 3" in await organizer.press("tr:3:c")
    assert "2 of 3" in await organizer.press("tr:1:b")
    assert await house.rows(tables.trainings) == []


async def test_R1_a_second_invite_does_not_skip_the_training(house: House) -> None:
    organizer = await untrained(house)
    await organizer.start(f"r_{await house.invite(Role.ORGANIZER)}")
    await organizer.say("river7")
    await draft(organizer)
    assert "three short screens" in await organizer.press("su:1")


async def test_R1_the_training_survives_help_and_a_day_and_is_for_organizers_only(house: House) -> None:
    organizer = await untrained(house)
    await organizer.press("tr")
    await organizer.press("tr:1:b")
    await organizer.command("help")
    assert "2 of 3" in await organizer.say("hm")
    await house.retention.run(house.clock().replace(year=2030))
    assert "1 of 3" in await organizer.press("tr:2:b")
    for stranger in (await house.person("ally").join(), await house.staff("oak3", Role.APPROVER)):
        assert "of 3" not in await stranger.press("tr")
        await stranger.command("menu")
        assert "Start the training (3 minutes)" not in stranger.buttons


async def test_R1_a_finished_training_is_not_asked_again_and_goes_with_the_person(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.command("menu")
    assert "Start the training (3 minutes)" not in organizer.buttons
    await organizer.train()
    assert len(await house.rows(tables.trainings)) == 1
    await organizer.press("del:yes")
    assert await house.rows(tables.trainings) == []
