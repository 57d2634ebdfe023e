"""A whole campaign in two people's private answers on Discord, and what must not be possible there."""

from datetime import timedelta

import pytest

from campaign_engine.domain.contact import Role
from campaign_engine.store.tables import addresses, holds, pledges
from tests.support.bots import DiscordGuild
from tests.support.discord_steps import begin, draft, member, tap
from tests.support.engine import House
from tests.support.waiting import eventually


async def test_F5_a_campaign_goes_from_draft_to_approved(house: House, server: DiscordGuild) -> None:
    organizer = await member(house, server, Role.ORGANIZER, "river7")
    approver = await member(house, server, Role.APPROVER, "oak12")
    await organizer.slash("link", {"area": "75"}, channel=server.channel, at_least=1)
    await draft(organizer, server.channel)
    toggled = await organizer.press("Discord", at_least=1)
    assert "✓ Discord" in toggled.answers[-1].buttons
    assert "It goes to 1 of 1 linked room" in (await organizer.press("Done", at_least=1)).text
    left_out = await organizer.press("✓ Harlem #news (Discord)", at_least=1)
    assert "It goes to 0 of 1 linked room" in left_out.text
    await organizer.press("These rooms", at_least=1)
    review = await organizer.press("Look out: slow it down, get backup", at_least=2)
    assert r"Winter \*pledge\* @" + "\N{ZERO WIDTH SPACE}everyone" in review.text
    assert "A second person reads it" in (await organizer.press("Send for approval", at_least=1)).text
    await approver.slash("menu", channel=server.channel)
    assert "This one waits for you" in (await approver.press("Waiting for you (1)", at_least=1)).text
    assert "is approved" in (await approver.press("Approve", at_least=1)).text
    assert "Scheduled" in (await organizer.press("Status", at_least=1)).text
    report = await organizer.press("Report", at_least=1)
    assert "Reached: 240" in report.text
    assert [one["description"][:7] for one in report.answers[-1].payload["attachments"]] == ["Picture"]
    await organizer.press("Status", at_least=1)
    kit = await organizer.press("Share kit", at_least=3)
    files = [one["filename"] for answer in kit.answers for one in answer.payload["attachments"]]
    assert [name.split("-", 3)[3] for name in files] == [
        "en-square.png",
        "en-story.png",
        "es-square.png",
        "es-story.png",
    ]
    assert not (await server.platform.driver.status())["pings"]
    assert await server.platform.driver.messages(server.channel) == []


async def test_C7_stop_inside_a_draft_is_confirmed_once_and_keeps_the_draft(house: House, server: DiscordGuild) -> None:
    organizer = await member(house, server, Role.ORGANIZER, "river7")
    await draft(organizer, server.channel)
    stopped = await organizer.slash("stop", channel=server.channel)
    assert (len(stopped.answers), stopped.text.count("no more messages")) == (1, 1)
    menu = await organizer.slash("menu", channel=server.channel)
    assert "My draft" in menu.answers[-1].buttons | menu.answers[-1].options


async def test_C2_twelve_or_under_is_not_asked_again_for_a_day(house: House, server: DiscordGuild) -> None:
    luz = await server.person("luz", "es-ES")
    await luz.slash("start", channel=server.channel, at_least=2)
    assert "13 años" in (await luz.press("12 o menos", at_least=1)).text
    assert "13 años" in (await luz.slash("start", channel=server.channel)).text
    house.clock.advance(timedelta(hours=24, seconds=1))
    assert "¿Cuántos años" in (await luz.slash("start", channel=server.channel, at_least=2)).text
    assert (await house.rows(addresses), await house.rows(pledges)) == ([], [])


async def test_what_people_write_in_a_server_never_reaches_the_bot(house: House, server: DiscordGuild) -> None:
    maya = await server.person()
    await maya.say("i want to die", channel=server.channel)
    await maya.slash("privacy", channel=server.channel)
    assert server.platform.transcript.find(kind="gateway", path_or_event="MESSAGE_CREATE") == []
    assert [seen.text for seen in await server.platform.driver.messages(server.channel)] == ["i want to die"]


async def test_I1_one_holds_with_a_slash_command_and_a_second_one_lets_go(house: House, server: DiscordGuild) -> None:
    ana = await member(house, server, Role.APPROVER, "ana7")
    ben = await member(house, server, Role.SAFETY_LEAD, "ben2")
    held = await ana.slash("hold", {"precincts": "73 75"}, channel=server.channel)
    assert "Held, by ana7: 73" in held.text
    assert all(seen.ephemeral for seen in held.answers)
    asked = await ana.slash("release", {"precincts": "75"}, channel=server.channel)
    assert "You held 75" in asked.text
    assert "Held now:" in (await ben.slash("hold", channel=server.channel, at_least=2)).text
    assert (
        "is released, by ana7 and ben2"
        in (await ben.slash("release", {"precincts": "75"}, channel=server.channel)).text
    )
    assert [(row.precinct, row.ended_at is None) for row in await house.rows(holds)] == [(73, True), (75, False)]


async def test_C7_in_a_server_texts_name_commands_because_nothing_typed_there_is_heard(server: DiscordGuild) -> None:
    luz = await server.person("luz", "es-ES")
    await begin(luz, server.channel)
    for label in ("16 o 17", "Prefiero no decirlo", "Cuidar: calmar y buscar apoyo", "Es demasiado: escribo al 988"):
        said = await tap(luz, label)
    assert "Envía /menú para volver, /ayuda para pedir ayuda, /parar para salir." in said.text
    assert "Envía /menú o /parar cuando quieras." in (await luz.slash("help", channel=server.channel)).text
    assert "No recibirás más mensajes" in (await luz.slash("stop", channel=server.channel)).text


async def test_commands_of_the_team_are_not_listed_in_a_direct_chat_where_words_do_the_same(
    house: House, server: DiscordGuild
) -> None:
    ana = await member(house, server, Role.APPROVER, "ana7")
    for name in ("hold", "release", "freeze", "unfreeze", "status", "link"):
        with pytest.raises(LookupError, match="not offered"):
            await ana.slash(name)
    await ana.say("hold 75")

    async def held() -> bool:
        return any("Held, by ana7: 75" in seen.text for seen in await ana.sees())

    await eventually(held)
