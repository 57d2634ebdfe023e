"""What makes the bot at home on Discord: commands in its languages, cards, forms, and an answer whatever happens."""

import asyncio
import re

import pytest

from bots.views import ALLY_COMMANDS
from campaign_engine.domain.languages import from_tag
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.discord_person import Person
from tests.platforms.discord_rules import walk
from tests.platforms.discord_state import COMPONENTS_V2, Json
from tests.support.bots import DiscordGuild, bot_parts, discord_bot_running
from tests.support.engine import House
from tests.support.waiting import eventually

NAME = re.compile(r"^[-_'\w]{1,32}$")
OURS = ("es-ES", "es-419", "zh-CN", "zh-TW", "ru", "ko", "fr", "pl")
"""Locales of Discord whose language has our safety texts."""

CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
SYNC = "PUT /applications/{application_id}/commands"


def listed(server: DiscordGuild) -> dict[str, Json]:
    (commands,) = server.platform.world.commands.values()
    return {one["name"]: one for one in commands}


@pytest.mark.parametrize("locale", OURS)
async def test_every_command_of_an_ally_is_named_and_explained_in_every_language_of_discord_and_ours(
    server: DiscordGuild, locale: str
) -> None:
    assert from_tag(locale)
    names = set()
    for name in ALLY_COMMANDS:
        command = listed(server)[name]
        own, said = command["name_localizations"][locale], command["description_localizations"][locale]
        assert NAME.match(own)
        assert own == own.lower()
        assert 1 <= len(said) <= 100
        assert said != command["description"]
        names.add(own)
    assert len(names) == len(ALLY_COMMANDS)


async def test_a_language_that_we_lack_is_shown_english(server: DiscordGuild) -> None:
    start = listed(server)["start"]
    assert set(start["name_localizations"]) == set(OURS)
    assert "fr" not in listed(server)["status"]["name_localizations"]


async def test_commands_of_the_team_are_shown_to_moderators_only(server: DiscordGuild, maya: Person) -> None:
    for name in ("hold", "release", "freeze", "unfreeze", "status", "link"):
        with pytest.raises(LookupError, match="not offered to this person"):
            await maya.slash(name, channel=server.channel)
    rosa = await server.moderator()
    assert (await rosa.slash("status", channel=server.channel, at_least=1)).failed is None


def synced(server: DiscordGuild) -> int:
    return len(server.platform.transcript.find(kind="request", path_or_event=SYNC))


async def test_commands_are_sent_once_for_each_change_and_not_at_every_start(house: House, quiet: DiscordGuild) -> None:
    for _ in range(3):
        async with discord_bot_running(quiet.platform, bot_parts(house)):
            pass
    assert synced(quiet) == 1
    async with house.store.write() as work:
        await work.marks.put("discord_commands", "of an earlier version")
    async with discord_bot_running(quiet.platform, bot_parts(house)):
        pass
    assert synced(quiet) == 2


async def test_commands_that_discord_did_not_take_are_sent_at_the_next_start(house: House, quiet: DiscordGuild) -> None:
    await quiet.platform.driver.fault(Fault(SYNC, FaultKind.REFUSED, status=403, code=50001))
    parts = bot_parts(house)
    async with discord_bot_running(quiet.platform, parts):
        assert parts.board.notes["discord"] == "Discord did not take the slash commands."
    async with discord_bot_running(quiet.platform, bot_parts(house)):
        pass
    assert synced(quiet) == 2
    assert "start" in listed(quiet)


async def test_join_is_start_by_another_name_and_takes_a_code(house: House, server: DiscordGuild, maya: Person) -> None:
    site = await house.site(47)
    await maya.slash("join", {"code": site.word_code}, channel=server.channel, at_least=2)
    assert "Pick one pledge" in (await maya.press("13 to 15", at_least=1)).text
    assert (await house.person(maya.id, "discord").known()).site_id == site.id


async def test_an_answer_is_one_card_with_its_buttons_inside(server: DiscordGuild, maya: Person) -> None:
    welcome = await maya.slash("start", channel=server.channel, at_least=2)
    for seen in welcome.answers:
        assert seen.payload["flags"] & COMPONENTS_V2
        assert seen.payload["content"] == ""
        (frame,) = seen.payload["components"]
        assert [one["type"] for one in frame["components"]][:2] == [10, 14]
        assert len(list(walk(seen.payload["components"]))) <= 40


async def test_a_field_to_type_into_shows_the_question_it_answers(server: DiscordGuild, maya: Person) -> None:
    await maya.slash("start", channel=server.channel, at_least=2)
    await maya.press("13 to 15", at_least=1)
    form = (await maya.press("Type an answer")).modal
    assert form is not None
    (label,) = form["components"]
    assert form["title"] == "Type an answer"
    assert "Type your ZIP code" in f"{label['label']} {label.get('description')}"
    assert "\\" not in str(label.get("description"))


async def test_a_field_is_named_in_the_language_of_the_client(server: DiscordGuild) -> None:
    jean = await server.person("jean", "fr")
    await jean.slash("commencer", channel=server.channel, at_least=2)
    await jean.press("13 à 15 ans", at_least=1)
    form = (await jean.press("Écrire une réponse")).modal
    assert form is not None
    assert form["title"] == "Écrire une réponse"


async def first_answers(server: DiscordGuild, count: int) -> list[float]:
    found: list[float] = []

    async def enough() -> bool:
        found[:] = [entry.body["ms"] for entry in server.platform.transcript.find(kind="first_answer")]
        return len(found) >= count

    await eventually(enough)
    return found


async def test_a_press_a_choice_and_a_form_are_acknowledged_while_the_database_waits(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    await maya.slash("start", channel=server.channel, at_least=2)
    await maya.press("13 to 15", at_least=1)
    ada, ben = await server.person("ada"), await server.person("ben")
    for other in (ada, ben):
        await other.slash("start", channel=server.channel, at_least=2)
    await ben.press("13 to 15", at_least=1)
    await ben.press("Type an answer")
    before = len(server.platform.transcript.find(kind="first_answer"))
    async with house.store.write():
        acts = [
            asyncio.create_task(maya.press("Bronx", at_least=1)),
            asyncio.create_task(ada.press("13 to 15", at_least=1)),
            asyncio.create_task(ben.submit_modal({"text": "11212"}, at_least=1)),
        ]
        times = (await first_answers(server, before + 3))[before:]
    assert max(times) < 3000
    assert all(outcome.failed is None for outcome in await asyncio.gather(*acts))


async def test_C7_a_stop_counts_even_where_discord_waits_no_longer(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    await house.person(maya.id, "discord").join()
    await server.platform.driver.fault(Fault(CALLBACK, FaultKind.REFUSED, status=404, code=10062))
    await server.platform.driver.limits(answer_within=0.3)
    assert (await maya.slash("stop", channel=server.channel)).failed == "The application did not respond"

    async def stopped() -> bool:
        return (await house.person(maya.id, "discord").known()).opted_out

    await eventually(stopped)
    await server.platform.driver.limits(answer_within=3.0)
    again = await maya.slash("menu", channel=server.channel, at_least=1)
    assert "What would you like to do?" in again.text


async def test_an_interaction_that_was_answered_twice_stops_nothing(server: DiscordGuild, maya: Person) -> None:
    await server.platform.driver.fault(Fault(CALLBACK, FaultKind.REFUSED, status=400, code=40060))
    await server.platform.driver.limits(answer_within=0.3)
    await maya.slash("help", channel=server.channel)
    await server.platform.driver.limits(answer_within=3.0)
    assert "988" in (await maya.slash("help", channel=server.channel)).text


async def test_an_answer_that_comes_after_fifteen_minutes_is_not_sent_and_the_next_tap_works(
    house: House, server: DiscordGuild, maya: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await maya.slash("start", channel=server.channel, at_least=2)
    monkeypatch.setattr("discord.Interaction.is_expired", lambda _: True)
    late = await maya.press("13 to 15")
    assert late.answers == ()
    monkeypatch.undo()
    assert "Type your ZIP code" in (await maya.press("13 to 15", at_least=1)).text


async def test_two_taps_on_one_button_end_in_one_question(house: House, server: DiscordGuild, maya: Person) -> None:
    welcome = await maya.slash("start", channel=server.channel, at_least=2)
    button = welcome.answers[-1].id
    both = await asyncio.gather(*(maya.press("16 or 17", message=button, at_least=1) for _ in range(2)))
    assert all(outcome.failed is None for outcome in both)
    seen = (await maya.sees(server.channel))[-1]
    assert "Brooklyn" in seen.buttons
    assert (await house.person(maya.id, "discord").known()).age_band == "16-17"
