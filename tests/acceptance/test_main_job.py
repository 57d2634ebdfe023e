"""The whole job through both bots and the page, with the process killed in the middle of everything."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaign_engine.bootstrap import open_engine
from campaign_engine.domain.audience import LEAST_MIN_AUDIENCE
from campaign_engine.domain.contact import AddressStatus, AgeBand, Topic
from campaign_engine.domain.message import Destination
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.ports.people import NewContact
from campaign_engine.settings import Settings, load_settings
from campaign_engine.store.tables import pledges, rooms
from tests.platforms.discord_person import Person as DiscordPerson
from tests.platforms.discord_server import DiscordServer
from tests.platforms.discord_state import Permission
from tests.platforms.loopback import free_port
from tests.platforms.telegram_driver import Person as TelegramPerson
from tests.platforms.telegram_driver import Room
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.transcript import Direction
from tests.support.page import Page
from tests.support.program import Program

DAY = (to_wall(datetime.now(UTC)) + timedelta(days=1)).date()
"""Tomorrow: 4 pm lies in the window of every day, and invites made now are still good."""

POST = "we look out for each other"


def at(hour: int, minute: int) -> datetime:
    return to_utc(datetime.combine(DAY, time(hour, minute)))


@dataclass
class World:
    """One installation beside both platforms, a group and a server's channel."""

    program: Program
    telegram: TelegramServer
    discord: DiscordServer
    group: Room
    guild: str
    channel: str

    async def restart(self, moment: datetime) -> None:
        """As after a crash: nothing could be tidied up."""
        await self.program.kill()
        await self.program.start(moment)


@pytest.fixture
async def world(tmp_path: Path, empty_database_url: str) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer(limits=None))
        discord = await stack.enter_async_context(DiscordServer())
        environment = {
            "GROUNDSWELL_DATABASE_URL": empty_database_url,
            "GROUNDSWELL_MIN_AUDIENCE": str(LEAST_MIN_AUDIENCE),
            "GROUNDSWELL_TELEGRAM_TOKEN": telegram.token,
            "GROUNDSWELL_TELEGRAM_API": telegram.root,
            "GROUNDSWELL_DISCORD_TOKEN": discord.token,
            "GROUNDSWELL_DISCORD_API": discord.api,
            "GROUNDSWELL_DISCORD_GATEWAY": discord.gateway_address,
        }
        program = Program(tmp_path, free_port(), environment)
        stack.push_async_callback(program.kill)
        teacher = await telegram.telegram.person("Ms. Ortiz")
        group = await telegram.telegram.room("supergroup", "Block 75", [teacher])
        guild = await discord.driver.guild("Maple")
        channel = await discord.driver.channel(guild, "general")
        yield World(program, telegram, discord, group, guild, channel)


def settings_of(world: World) -> Settings:
    environment = world.program.environment
    return load_settings(
        data_dir=Path(environment["GROUNDSWELL_DATA_DIR"]),
        key_file=Path(environment["GROUNDSWELL_KEY_FILE"]),
        database_url=environment["GROUNDSWELL_DATABASE_URL"],
    )


async def neighbours_joined(world: World) -> None:
    """On the page some days ago: as many as a direct post needs (safety S2)."""
    async with open_engine(settings_of(world)) as engine, engine.store.write() as work:
        for number in range(LEAST_MIN_AUDIENCE):
            who = Destination("web", f"neighbour {number}")
            new = NewContact(who, AgeBand.FROM_16, "en", AddressStatus.ACTIVE, engine.time.clock())
            contact_id, _ = await work.contacts.create(new)
            await work.contacts.change(contact_id, {"precinct": 75})
            await work.contacts.answer_topic(contact_id, Topic.AREA_UPDATES, True, engine.time.clock())


async def invite(program: Program, role: str) -> str:
    found = re.search(r"\br_([0-9A-Z]+)", await program.run("invite", role))
    assert found
    return f"r_{found[1]}"


async def add_site(program: Program) -> str:
    found = re.search(r"/s/([0-9A-Z]+)", await program.run("site", "add", "Maple High", "--precinct", "75"))
    assert found
    return found[1]


async def tap(person: TelegramPerson, words: str, answer: str) -> None:
    """The newest button that begins with these words, and the answer to it."""
    message = await person.wait_for(words)
    label = next(label for label in message.labels if label.startswith(words))
    await person.tap(label, message_id=message.message_id)
    await person.wait_for(answer)


async def begin_draft(organizer: TelegramPerson, code: str) -> None:
    await organizer.start(code)
    await organizer.wait_for("Choose a work name")
    await organizer.say("river7")
    await organizer.wait_for("river7")
    await organizer.say("menu")
    await tap(organizer, "Start the training", "1 of 3")
    await tap(organizer, "Somebody else", "2 of 3")
    await tap(organizer, "We look out for each other", "3 of 3")
    await tap(organizer, "I hold the area", "all three")
    await organizer.say("menu")
    await organizer.wait_for("New campaign")
    await tap(organizer, "New campaign", "What kind of campaign?")
    await tap(organizer, "Pledge drive", "What should it be called?")
    await organizer.say("Maple cools down")
    await organizer.wait_for("Where?")


async def finish_draft(organizer: TelegramPerson) -> None:
    await organizer.say("73, 75")
    await organizer.wait_for("How many pledges")
    await tap(organizer, "100", "Write the message in English")
    await tap(organizer, "Use the starter text", "same message in Spanish")
    await organizer.tap("Use the starter text")
    await organizer.wait_for("Send one picture")
    await tap(organizer, "No picture", "When?")
    await organizer.say(f"{DAY:%B} {DAY.day} at 4:05 pm")
    await organizer.wait_for("Where should it be posted?")
    await tap(organizer, "Everywhere", "It goes to 1 of 1 linked room")
    await tap(organizer, "These rooms", "pledge right under the post")
    await tap(organizer, "Look out", "Send for approval")
    await tap(organizer, "Send for approval", "is handed in")


async def begin_approval(approver: DiscordPerson, code: str, channel: str) -> None:
    """Up to the card with the approver's buttons, still unanswered."""
    opened = await approver.slash("start", {"code": code})
    assert "Choose a work name" in opened.text
    await approver.press("Type an answer")
    named = await approver.submit_modal({"text": "oak12"}, at_least=1)
    assert "oak12" in named.text
    linked = await approver.slash("link", {"area": "75"}, channel=channel)
    assert "75" in linked.text, linked.text
    await approver.slash("menu")
    await approver.press("sm:waiting", at_least=1)
    card = await approver.press("Campaigns to read (1)", at_least=1)
    assert "Maple cools down" in card.text


async def test_a_campaign_from_draft_to_report_with_crashes(world: World) -> None:
    program, telegram = world.program, world.telegram.telegram
    await program.run("init")
    await neighbours_joined(world)
    site = await add_site(program)
    organizer = await telegram.person("Ana")
    joining, pledging = await telegram.person("Bo"), await telegram.person("Cy", language_code="es")
    approver = await world.discord.driver.person("dee", guilds=[world.guild], may=Permission.MANAGE_CHANNELS)

    await program.start(at(15, 30))
    await world.discord.driver.wait_connected()
    await begin_draft(organizer, await invite(program, "organizer"))
    await organizer.join(world.group)
    await world.group.set_bot("member", by=organizer)
    await organizer.say("/link 75", world.group)
    await organizer.wait_for("is linked to East New York")
    await joining.start(f"s_{site}")
    await joining.wait_for("How old are you?")
    await tap(joining, "13 to 15", "Pick one pledge")
    await pledging.start(f"s_{site}")
    await pledging.wait_for("¿Cuántos años tienes?")

    await world.restart(at(15, 40))
    await world.discord.driver.wait_connected(sessions=2)
    await finish_draft(organizer)
    await tap(joining, "Look out", "Now one plan")
    await tap(pledging, "16 o 17", "promesa")
    await begin_approval(approver, await invite(program, "approver"), world.channel)

    await world.restart(at(15, 50))
    await world.discord.driver.wait_connected(sessions=3)
    approved = await approver.press("Approve", at_least=1)
    assert "is approved" in approved.text
    assert approved.first_answer_ms is not None
    assert approved.first_answer_ms < 3000
    edited = [entry for entry in await world.discord.driver.transcript() if "is approved" in json.dumps(entry.body)]
    assert edited[0].path_or_event.startswith("PATCH /webhooks/")

    # Ten minutes to cancel have passed (safety S3).
    await world.restart(at(16, 3))
    await world.discord.driver.wait_connected(sessions=4)
    await tap(joining, "Too much: text 988", "at most 2 a week?")
    await tap(joining, "Yes", "You're in")
    await on_the_page(world, site, organizer, joining)


async def on_the_page(world: World, site: str, organizer: TelegramPerson, ally: TelegramPerson) -> None:
    async with Page(world.program.page) as page:
        await page.open(f"/s/{site}")
        await page.press("18 to 21")
        await page.press("Learn twelve skills")
        await page.press("Too much")
        await page.press("Yes")
        chat = page.path.replace(f"/s/{site}", "/chat")
        world.program.turn(at(16, 5))
        await posts_arrive(world, ally)
        await pledges_from_the_post(world, page, chat)
    await the_report_is_there(world, organizer)
    await every_pledge_is_counted(world)


async def posts_arrive(world: World, ally: TelegramPerson) -> None:
    """Each address and room gets the post once."""
    await ally.wait_for(POST, within=60)
    await world.group.wait_for(POST)
    await world.discord.driver.wait_for(
        lambda entry: (
            entry.path_or_event == "POST /channels/{channel_id}/messages"
            and POST in json.dumps(entry.body, ensure_ascii=False)
        ),
    )
    sent = [seen for seen in await ally.messages() if seen.from_bot and POST in seen.text]
    in_group = [seen for seen in await world.group.messages() if POST in seen.text]
    in_channel = [seen for seen in await world.discord.driver.messages(world.channel) if POST in seen.text]
    assert (len(sent), len(in_group), len(in_channel)) == (1, 1, 1)


async def pledges_from_the_post(world: World, page: Page, chat: str) -> None:
    passer_by = await world.telegram.telegram.person("Eli")
    await passer_by.join(world.group)
    query = await passer_by.tap("16 or 17", world.group)
    await world.telegram.telegram.wait_for_entry(
        lambda entry: entry.direction is Direction.RECEIVED and query in json.dumps(entry.body)
    )
    popup = await world.telegram.telegram.answer_of(query)
    assert popup is not None
    assert "Your pledge counts" in popup["text"]
    stranger = await world.discord.driver.person("fay", guilds=[world.guild])
    asked = await stranger.press("I pledge", at_least=2)
    assert "How old are you?" in asked.text
    assert all(answer.ephemeral for answer in asked.answers)
    await stranger.press("13 to 15", at_least=1)
    given = await stranger.press("Look out: slow it down, get backup", at_least=1)
    assert "Your pledge counts" in given.text
    await page.open(chat)
    assert POST in page.text
    await page.press("I pledge")
    assert "Your pledge counts" in page.text


async def the_report_is_there(world: World, organizer: TelegramPerson) -> None:
    await organizer.say("menu")
    await organizer.wait_for("Campaigns")
    await tap(organizer, "Campaigns", "Maple cools down (finished)")
    await tap(organizer, "Maple cools down (finished)", "Report")
    await tap(organizer, "Report", "Delivered: ")
    assert await world.program.stop() == 0
    await world.program.run("report", "1", "--view", "organizer", "--format", "json", "--out", "out")
    report = json.loads((world.program.folder / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["campaign"]["title"] == "Maple cools down"
    checked = json.loads(await world.program.run("doctor", "--json"))
    assert not [finding for finding in checked["findings"] if finding["level"] == "red"]


async def every_pledge_is_counted(world: World) -> None:
    """To campaign, room and precinct, whichever way it came."""
    async with open_engine(settings_of(world)) as engine, engine.database.read() as connection:
        linked = await connection.execute(sa.select(rooms.c.id, rooms.c.channel))
        room_channels: dict[int | None, str] = {row.id: row.channel for row in linked}
        given = sa.select(pledges.c.channel, pledges.c.room_id, pledges.c.precinct).where(pledges.c.campaign_id == 1)
        counted = {
            (row.channel, room_channels.get(row.room_id), row.precinct) for row in await connection.execute(given)
        }
    assert counted >= {("telegram", "telegram", 75), ("discord", "discord", 75), ("web", None, 75)}
