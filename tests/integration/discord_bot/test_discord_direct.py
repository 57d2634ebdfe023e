"""Direct messages on Discord: only to people who asked for them, few a day, and none after Discord said enough."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bots.discord_bot import open_client
from campaign_engine.channels.discord import DiscordChannel
from campaign_engine.domain.contact import AddressStatus, Medium, Role, Topic
from campaign_engine.domain.delivery import SendError
from campaign_engine.domain.message import Destination, Message
from campaign_engine.services.direct_threads import DirectThreads
from campaign_engine.services.notifying import ChannelNotifier
from campaign_engine.store.tables import addresses, deliveries
from tests.platforms.discord_person import Outcome, Person
from tests.support.bots import (
    DiscordGuild,
    Pacing,
    bot_parts,
    discord_bot_running,
    sent_on_discord,
)
from tests.support.engine import House
from tests.support.waiting import eventually

OPEN = "POST /users/@me/channels"


async def join(person: Person, channel: str | None, answer: str, at_least: int) -> Outcome:
    await person.slash("start", channel=channel, at_least=2)
    await person.press("16 or 17", at_least=1)
    listed = await person.press("Brooklyn", at_least=1)
    precinct = next(label for label in listed.answers[-1].options if "(75)" in label)
    await person.choose([precinct], at_least=1)
    await person.press("Look out: slow it down, get backup", at_least=2)
    asked = await person.press("Too much: text 988", at_least=2)
    assert asked.answers[-1].text.startswith("Direct messages about East New York")
    return await person.press(answer, at_least=at_least)


def opened(server: DiscordGuild) -> int:
    return len(server.platform.transcript.find(kind="request", path_or_event=OPEN))


async def test_S7_a_yes_to_updates_opens_the_chat_at_that_tap(house: House, server: DiscordGuild, maya: Person) -> None:
    done = await join(maya, server.channel, "Yes", at_least=2)
    assert "You're in" in done.answers[0].text
    assert done.answers[1].text == "I wrote you a direct message. Updates come there from now on."
    (hello,) = await maya.sees()
    assert hello.text.startswith("Hi, it's me, the automated program from the server.")
    known = await house.person(maya.id, "discord").known()
    assert known.thread
    assert known.answers[Medium.DIRECT_MESSAGES].granted
    assert [row.status for row in await house.rows(addresses)] == [AddressStatus.ACTIVE]


async def test_S7_a_no_opens_nothing(house: House, server: DiscordGuild, maya: Person) -> None:
    await join(maya, server.channel, "No thanks", at_least=1)
    assert opened(server) == 0
    assert await maya.sees() == []
    known = await house.person(maya.id, "discord").known()
    assert known.thread is False
    assert Medium.DIRECT_MESSAGES not in known.answers


async def test_a_chat_that_the_person_opened_is_used_as_it_is(house: House, server: DiscordGuild, maya: Person) -> None:
    done = await join(maya, None, "Yes", at_least=2)
    assert "Updates come here from now on" in done.text
    assert opened(server) == 0
    assert (await house.person(maya.id, "discord").known()).thread


async def test_somebody_who_closed_direct_messages_is_told_how_to_open_them(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    await maya.change(dms_open=False)
    refused = await join(maya, server.channel, "Yes", at_least=2)
    assert "Privacy Settings" in refused.text
    assert not (await house.person(maya.id, "discord").known()).thread
    await maya.change(dms_open=True)
    assert "I wrote you a direct message" in (await maya.press("Try again", at_least=2)).text
    assert (await house.person(maya.id, "discord").known()).thread


async def test_S7_after_the_first_40003_nothing_is_opened_for_a_day(house: House, server: DiscordGuild) -> None:
    await server.platform.driver.limits(dm_opens=(1, 600.0))
    people = [await server.person(name) for name in ("ana", "ben", "cora")]
    said = [await join(one, server.channel, "Yes", at_least=2) for one in people]
    assert "I wrote you" in said[0].text
    assert "Nothing is lost" in said[1].text
    assert "Nothing is lost" in said[2].text
    assert opened(server) == 2
    await server.platform.driver.limits(dm_opens=(10, 600.0))
    house.clock.advance(timedelta(hours=25))
    assert "I wrote you" in (await people[2].press("Try again", at_least=2)).text


async def test_S7_no_more_chats_are_opened_than_a_day_allows(house: House) -> None:
    threads = DirectThreads(house.store, house.renderer, house.clock, most_a_day=2)
    assert [await threads.may_open("discord") for _ in range(3)] == [True, True, False]
    house.clock.advance(timedelta(hours=24))
    assert await threads.may_open("discord")
    await threads.stop("discord")
    assert not await threads.may_open("discord")


async def test_S7_the_limit_of_a_day_holds_at_the_taps(house: House, quiet: DiscordGuild) -> None:
    threads = DirectThreads(house.store, house.renderer, house.clock, most_a_day=1)
    async with discord_bot_running(quiet.platform, replace(bot_parts(house), threads=threads)):
        said = [await join(await quiet.person(name), quiet.channel, "Yes", at_least=2) for name in ("ana", "ben")]
    assert "I wrote you" in said[0].text
    assert "Nothing is lost" in said[1].text
    assert opened(quiet) == 1


async def test_who_writes_first_after_a_full_day_gets_updates_there(house: House, server: DiscordGuild) -> None:
    await server.platform.driver.limits(dm_opens=(0, 600.0))
    maya = await server.person()
    assert 'write "hi"' in (await join(maya, server.channel, "Yes", at_least=2)).text
    await maya.say("hi")

    async def here() -> bool:
        return any("Updates come here from now on" in seen.text for seen in await maya.sees())

    await eventually(here)
    assert (await house.person(maya.id, "discord").known()).thread


async def test_S7_an_update_goes_to_the_chats_that_people_asked_for_and_nowhere_else(
    house: House, server: DiscordGuild
) -> None:
    yes, no, off, stopped = [await server.person(name) for name in ("yes", "no", "off", "stopped")]
    await join(no, server.channel, "No thanks", at_least=1)
    for one in (yes, off, stopped):
        await join(one, server.channel, "Yes", at_least=2)
    await house.person(off.id, "discord").press("cs:direct_messages:off")
    await stopped.slash("stop", channel=server.channel)
    await sent_on_discord(house, server)
    assert ["Look out" in seen.text or "pledge" in seen.text for seen in await yes.sees()][-1]
    assert len(await yes.sees()) == 2
    assert [len(await one.sees()) for one in (no, off, stopped)] == [0, 1, 1]
    rows = [row for row in await house.rows(deliveries) if row.lane == "discord"]
    assert [(row.status, row.is_room) for row in rows] == [("sent", False)]


async def test_who_closes_the_chat_later_is_not_written_to_again(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    await join(maya, server.channel, "Yes", at_least=2)
    await maya.change(blocks_bot=True)
    await sent_on_discord(house, server)
    assert [row.status for row in await house.rows(addresses) if row.thread_cipher] == [AddressStatus.UNREACHABLE]


async def test_C8_the_chat_is_in_the_export_and_goes_with_delete(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    await join(maya, server.channel, "Yes", at_least=2)
    held = await maya.slash("export", channel=server.channel)
    assert "Our direct chat, locked with a key" in held.text
    assert "direct messages: yes" in held.text
    await maya.slash("delete", channel=server.channel)
    await maya.press("Yes, delete it", at_least=1)
    assert [row for row in await house.rows(addresses) if row.contact_id is not None] == []


async def test_C5_a_topic_turned_on_asks_once_for_the_chat(house: House, server: DiscordGuild, maya: Person) -> None:
    await join(maya, server.channel, "No thanks", at_least=1)
    phone = house.person(maya.id, "discord")
    await phone.press("cs:area_updates:on")
    assert "can only come as direct messages from me" in phone.text
    await phone.press("cq:direct_messages:no")
    await phone.press("cs:area_updates:off")
    assert "can only come" not in await phone.press("cs:area_updates:on")
    assert (await phone.known()).topics[Topic.AREA_UPDATES]


async def test_S7_the_team_is_told_on_discord_only_in_chats_they_asked_for(house: House, server: DiscordGuild) -> None:
    pace = Pacing()
    rosa = await server.person("rosa")
    phone = house.person(rosa.id, "discord")
    await phone.start(f"r_{await house.invite(Role.APPROVER)}")
    await phone.say("oak12")
    async with open_client() as client:
        await client.login(server.platform.token)
        notifier = ChannelNotifier({"discord": (DiscordChannel(client), pace)})
        waits = Message("A campaign waits for you to read it.")
        await notifier.notify(Destination("discord", rosa.id), waits)
        await notifier.close()
        assert await rosa.sees() == []
        with pytest.raises(SendError, match="no_direct_chat"):
            await DiscordChannel(client).send(waits, Destination("discord", rosa.id))
        await rosa.slash("menu", channel=server.channel, at_least=1)
        await phone.press("cs:direct_messages:on")
        await DirectThreads(house.store, house.renderer, house.clock).opened(
            Destination("discord", rosa.id, thread=str(server.platform.world.open_dm(int(rosa.id)).id))
        )
        async with house.store.read() as work:
            contact = await work.campaigns.staff_contact((await phone.known()).contact_id or 0)
        assert contact is not None
        await notifier.notify(contact.to, waits)
        await notifier.close()
    assert [seen.text for seen in await rosa.sees()] == [waits.text]
