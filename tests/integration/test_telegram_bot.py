"""The Telegram bot over a socket: people join, pledge, get help and leave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from telegram.error import NetworkError

from bots.guard import Health, HealthBoard, supervise
from bots.parts import BotParts
from bots.telegram_answers import Answers
from bots.telegram_bot import TelegramBot
from campaign_engine.channels.telegram import TelegramChannel, open_bot
from campaign_engine.domain.contact import AddressStatus, Person, Role, Topic
from campaign_engine.domain.errors import ConfigurationError
from campaign_engine.domain.message import Destination
from campaign_engine.store.cipher import AddressCipher
from campaign_engine.store.database import Database
from campaign_engine.store.tables import addresses, pledges
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.telegram_driver import Person as Human
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.telegram_traffic import Fault, FaultKind
from tests.support import FakeClock
from tests.support.bots import Pacing, bot_parts, telegram_bot_running, told
from tests.support.engine import House
from tests.support.waiting import eventually


@pytest.fixture
async def parts(house: House, telegram_server: TelegramServer) -> AsyncIterator[BotParts]:
    parts = bot_parts(house)
    async with telegram_bot_running(telegram_server, parts):
        yield parts


@pytest.fixture
async def maya(telegram_server: TelegramServer, parts: BotParts) -> Human:
    return await telegram_server.telegram.person("Maya")


async def known(house: House, human: Human) -> Person:
    async with house.store.read() as work:
        return (await work.dialogues.look(Destination("telegram", str(human.id)), house.clock())).person


async def tap(human: Human, label: str, answer: str) -> None:
    await human.tap(label)
    await told(human, answer)


async def join(human: Human, payload: str = "") -> None:
    """From Start to the last question, with no area asked where the link brings one."""
    await human.start(payload)
    await told(human, "How old are you?")
    await tap(human, "13 to 15", "Pick one pledge" if payload else "Type your ZIP code")
    if not payload:
        await tap(human, "Bronx", "which neighborhood?")
        await tap(human, (await told(human, "neighborhood")).labels[0], "Pick one pledge")
    await tap(human, "Look out: slow it down, get backup", "Now one plan")
    await tap(human, "I feel unsafe: my other route", "at most 2 a week?")
    await tap(human, "Yes", "You're in")


async def test_C9_a_whole_join_by_buttons(house: House, maya: Human) -> None:
    await maya.start()
    await told(maya, "How old are you?")
    welcome, _ = (await maya.messages())[-2:]
    assert "an automated program, not a person. Nobody watches this chat" in welcome.text
    await tap(maya, "16 or 17", "Type your ZIP code")
    await tap(maya, "Brooklyn", "Brooklyn: which neighborhood?")
    await tap(maya, next(label for label in (await maya.messages())[-1].labels if "(75)" in label), "Pick one pledge")
    await tap(maya, "Be an ally: learn, invite three", "Now one plan")
    await tap(maya, "Too much: text 988", "Updates for East New York")
    await tap(maya, "Yes", "You're in")
    person = await known(house, maya)
    assert (person.precinct, person.topics, person.pledged) == (75, {Topic.AREA_UPDATES: True}, True)


async def test_the_neighborhoods_of_a_borough_take_the_place_of_the_boroughs(
    maya: Human, telegram_server: TelegramServer
) -> None:
    await maya.start()
    await told(maya, "How old are you?")
    await tap(maya, "13 to 15", "Type your ZIP code")
    before = await maya.messages()
    await tap(maya, "Queens", "Queens: which neighborhood?")
    pages = await maya.wait_until(lambda seen: seen[-1].labels != before[-1].labels)
    assert pages[-1].edited
    assert [one.message_id for one in pages] == [one.message_id for one in before]


async def test_a_list_that_can_no_longer_be_edited_is_sent_anew(maya: Human, telegram_server: TelegramServer) -> None:
    await maya.start()
    await told(maya, "How old are you?")
    await tap(maya, "13 to 15", "Type your ZIP code")
    await telegram_server.telegram.fault(
        Fault(
            FaultKind.REFUSE, method="editMessageText", status=400, description="Bad Request: message can't be edited"
        )
    )
    await tap(maya, "Queens", "Queens: which neighborhood?")
    assert "Type your ZIP code" in (await maya.messages())[-2].text


async def test_a_zip_code_suggests_and_a_wrong_one_is_explained(house: House, maya: Human) -> None:
    await maya.start()
    await told(maya, "How old are you?")
    await tap(maya, "13 to 15", "Type your ZIP code")
    await maya.say("90210")
    await maya.wait_for("not in New York City")
    await maya.say("11212")
    shown = await told(maya, "closest to you")
    await tap(maya, shown.labels[0], "Pick one pledge")
    assert (await known(house, maya)).precinct == 73


async def test_a_link_of_a_site_brings_its_precinct_and_is_counted(house: House, maya: Human) -> None:
    site = await house.site(47)
    await join(maya, f"s_{site.code}")
    (pledge,) = await house.rows(pledges)
    assert (pledge.site_id, pledge.precinct, pledge.channel) == (site.id, 47, "telegram")


async def test_a_word_code_can_be_typed_instead(house: House, maya: Human) -> None:
    site = await house.site(47)
    await maya.start()
    await told(maya, "How old are you?")
    await tap(maya, "18 to 21", "Type your ZIP code")
    await maya.say(site.word_code.lower())
    await told(maya, "Pick one pledge")
    assert (await known(house, maya)).site_id == site.id


async def test_the_clients_language_is_spoken_and_can_be_changed(telegram_server: TelegramServer, maya: Human) -> None:
    luz = await telegram_server.telegram.person("Luz", language_code="es-MX")
    await luz.start()
    await told(luz, "¿Cuántos años tienes?")
    await luz.tap("🌐 Idioma · Language", message_id=(await luz.messages())[-2].message_id)
    asked = (await luz.wait_until(lambda seen: "¿Qué idioma?" in seen[-2].text))[-2]
    await luz.tap("English", message_id=asked.message_id)
    await told(luz, "How old are you?")
    await luz.say("/language")
    await told(luz, "Which language?")
    await tap(luz, "Español", "¿Cuántos años tienes?")


async def test_H1_H2_a_cry_for_help_gets_the_card_first(maya: Human) -> None:
    await maya.start()
    await told(maya, "How old are you?")
    await maya.say("i dont want to be here anymore, someone got shot")
    card = await told(maya, "call or text 988")
    assert len(card.text) <= 600
    assert "Nobody is watching this chat" in card.text


async def test_H1_what_nobody_understands_gets_help_and_a_way_on(maya: Human) -> None:
    await join(maya)
    await maya.say("qwertz")
    assert "call or text 988" in (await told(maya, "What would you like to do?")).text


@pytest.fixture
async def breakable(sqlite_url: str, cipher: AddressCipher, clock: FakeClock) -> AsyncIterator[House]:
    """Over a file that the test destroys."""
    database = Database(sqlite_url, cipher)
    house = House(SqlStore(database), clock)
    await house.furnish()
    yield house
    await database.close()


async def test_H4_everything_is_answered_while_the_database_is_broken(
    telegram_server: TelegramServer, breakable: House, sqlite_url: str
) -> None:
    maya = await telegram_server.telegram.person("Maya", language_code="es")
    async with telegram_bot_running(telegram_server, bot_parts(breakable)):
        await maya.start()
        asked = await told(maya, "¿Cuántos años tienes?")
        break_file(Path(sqlite_url.removeprefix("sqlite:///")))
        await maya.say("me quiero morir")
        assert "Nadie vigila este chat" in (await told(maya, "988")).text
        await maya.tap("13 a 15", message_id=asked.message_id)
        await told(maya, "Algo está roto")
        assert "988" in (await maya.messages())[-2].text


def break_file(path: Path) -> None:
    """Every page of the database and of its log is overwritten."""
    for file in path.parent.glob(f"{path.name}*"):
        file.write_bytes(b"\xff" * max(file.stat().st_size, 4096))


async def test_C7_stop_in_the_middle_of_a_join_is_confirmed_once(house: House, maya: Human) -> None:
    await maya.start()
    await told(maya, "How old are you?")
    await tap(maya, "13 to 15", "Type your ZIP code")
    await maya.say("¡S T O P!")
    await told(maya, "no more messages")
    await maya.say("/privacy")
    await told(maya, "This is not a tip line")
    assert sum("no more messages" in seen.text for seen in await maya.messages()) == 1
    assert (await known(house, maya)).opted_out
    await maya.start()
    await maya.wait_for("Welcome back")
    await told(maya, "Type your ZIP code")
    assert not (await known(house, maya)).opted_out


async def test_C4_what_i_get_is_changed_in_place_by_one_tap(house: House, maya: Human) -> None:
    await join(maya)
    await maya.say("/menu")
    await told(maya, "What would you like to do?")
    await tap(maya, "What I get, and why", "Area updates: on. You said yes on")
    before = len(await maya.messages())
    await tap(maya, "Turn off area updates", "Area updates: off since")
    assert len(await maya.messages()) == before
    assert not any((await known(house, maya)).topics.values())


async def test_C8_export_shows_and_delete_removes_everything(house: House, maya: Human) -> None:
    await join(maya)
    await maya.say("/export")
    assert "13 to 15" in (await told(maya, "This is all we hold about you")).text
    await maya.say("/delete")
    await told(maya, "This can't be undone")
    await tap(maya, "Yes, delete it", "It is deleted")
    assert (await known(house, maya)).contact_id is None
    assert await house.rows(addresses) == []


async def test_C2_twelve_or_under_is_not_asked_again_for_a_day(house: House, maya: Human) -> None:
    await maya.start()
    await told(maya, "How old are you?")
    await tap(maya, "12 or under", "for people 13 and older")
    await maya.tap("13 to 15")
    await told(maya, "This chat is for people 13 and older. If something worries you")
    assert await house.rows(addresses) == []
    house.clock.advance(timedelta(hours=24, seconds=1))
    await maya.start()
    await told(maya, "How old are you?")


async def test_A3_an_update_that_comes_again_has_no_effect(house: House, telegram_server: TelegramServer) -> None:
    maya = await telegram_server.telegram.person("Maya")
    async with telegram_bot_running(telegram_server, bot_parts(house)):
        await maya.start()
        await told(maya, "How old are you?")
        await tap(maya, "13 to 15", "Type your ZIP code")
    sent = [entry.body for entry in telegram_server.transcript.find(kind="update")]
    telegram_server.world.updates.pending[:] = sent
    async with telegram_bot_running(telegram_server, bot_parts(house)):
        await maya.say("/privacy")
        await told(maya, "This is not a tip line")
    said = [seen.text for seen in await maya.messages() if seen.from_bot]
    assert len(said) == 3
    assert (await house.counts())["contacts"] == 1


async def test_somebody_who_blocks_the_bot_is_not_written_to_until_they_start(house: House, maya: Human) -> None:
    await join(maya)
    await maya.block()
    await status_becomes(house, AddressStatus.UNREACHABLE)
    await maya.start()
    await status_becomes(house, AddressStatus.ACTIVE)


async def test_an_answer_that_a_blocked_chat_refuses_marks_it_too(
    house: House, maya: Human, telegram_server: TelegramServer
) -> None:
    await join(maya)
    gone = "Forbidden: user is deactivated"
    await telegram_server.telegram.fault(Fault(FaultKind.REFUSE, method="sendMessage", status=403, description=gone))
    await maya.say("/privacy")
    await status_becomes(house, AddressStatus.UNREACHABLE)


async def status_becomes(house: House, wanted: AddressStatus) -> None:
    async def there() -> bool:
        return [row.status for row in await house.rows(addresses)] == [wanted]

    await eventually(there)


async def test_C7_stop_inside_a_draft_keeps_it_and_is_confirmed_once(house: House, maya: Human) -> None:
    await maya.start(f"r_{await house.invite(Role.ORGANIZER)}")
    await told(maya, "Choose a work name")
    await maya.say("river7")
    await told(maya, "You are an organizer now")
    await maya.say("/menu")
    await told(maya, "What would you like to do?")
    await tap(maya, "New campaign", "What kind of campaign?")
    await tap(maya, "Pledge drive", "What should it be called?")
    await maya.say("para")
    await told(maya, "no more messages")
    await maya.say("/menu")
    await told(maya, "My draft")
    assert sum("no more messages" in seen.text for seen in await maya.messages()) == 1


async def test_a_429_holds_the_whole_account_and_the_answer_comes_after_it(
    house: House, telegram_server: TelegramServer
) -> None:
    maya, pacing = await telegram_server.telegram.person("Maya"), Pacing()
    await telegram_server.telegram.fault(Fault(FaultKind.FLOOD, method="sendMessage", retry_after=1))
    async with telegram_bot_running(telegram_server, bot_parts(house, pacing)):
        await maya.start()
        await told(maya, "How old are you?")
    assert set(pacing.held) == {1.0}
    assert set(pacing.asked) == {(str(maya.id), True)}


async def test_the_bot_is_running_before_anybody_writes_and_says_so_when_the_platform_is_away(
    parts: BotParts, telegram_server: TelegramServer
) -> None:
    async def shows(state: Health) -> bool:
        return parts.board.states.get("telegram") is state

    await eventually(lambda: shows(Health.RUNNING))
    await telegram_server.transcript.wait_for(lambda entry: entry.path_or_event == "getUpdates")
    maya = await telegram_server.telegram.person("Maya")
    await telegram_server.telegram.fault(Fault(FaultKind.RESET_BEFORE, method="getUpdates"))
    await maya.start()
    await eventually(lambda: shows(Health.RESTARTING))
    assert parts.board.notes["telegram"] == "Telegram does not answer."
    await maya.say("/privacy")
    await told(maya, "This is not a tip line")
    await eventually(lambda: shows(Health.RUNNING))


async def test_a_wrong_token_switches_this_bot_off_and_the_rest_runs(
    house: House, telegram_server: TelegramServer
) -> None:
    bot, parts, stop = open_bot("42:wrong", telegram_server.root), bot_parts(house), asyncio.Event()
    running = TelegramBot(bot, TelegramChannel(bot), parts)
    with pytest.raises(ConfigurationError, match="Telegram does not know this token") as caught:
        await running.run(stop)
    assert "42:wrong" not in str(caught.value)
    other = asyncio.create_task(supervise("other", waiting(parts.board), stop, parts.board))
    await supervise("telegram", running.run, stop, parts.board)
    assert parts.board.states == {"telegram": Health.MISCONFIGURED, "other": Health.RUNNING}
    assert "GROUNDSWELL_TELEGRAM_TOKEN" in parts.board.notes["telegram"]
    stop.set()
    await other
    await running.close()


def waiting(board: HealthBoard) -> Callable[[asyncio.Event], Awaitable[None]]:
    async def run(stop: asyncio.Event) -> None:
        board.set("other", Health.RUNNING)
        await stop.wait()

    return run


async def test_a_platform_that_is_away_at_the_start_is_tried_again(
    house: House, telegram_server: TelegramServer
) -> None:
    bot, stop = open_bot(telegram_server.token, telegram_server.root), asyncio.Event()
    running = TelegramBot(bot, TelegramChannel(bot), bot_parts(house))
    await telegram_server.telegram.fault(Fault(FaultKind.RESET_BEFORE, method="getMe"))
    with pytest.raises(NetworkError):
        await running.run(stop)
    maya = await telegram_server.telegram.person("Maya")
    again = asyncio.create_task(running.run(stop))
    await maya.start()
    await told(maya, "How old are you?")
    stop.set()
    await again
    await running.close()


async def test_a_429_to_whatever_holds_the_account_and_no_button_is_confirmed_meanwhile(
    house: House, telegram_server: TelegramServer
) -> None:
    maya, pacing = await telegram_server.telegram.person("Maya"), Pacing()
    async with telegram_bot_running(telegram_server, bot_parts(house, pacing)):
        await maya.start()
        await told(maya, "How old are you?")
        await telegram_server.telegram.fault(Fault(FaultKind.FLOOD, method="answerCallbackQuery", retry_after=1))
        await tap(maya, "16 or 17", "Type your ZIP code")
        await eventually(lambda: 1.0 in pacing.held)
    asked = len(telegram_server.transcript.find(kind="request", path_or_event="answerCallbackQuery"))
    assert asked == 1
    pacing.hold(3600)
    async with open_bot(telegram_server.token, telegram_server.root) as bot:
        answers = Answers(bot, TelegramChannel(bot), bot_parts(house, pacing))
        await answers.confirm("1")
        await answers.confirm("1", "You are in.")
    assert len(telegram_server.transcript.find(kind="request", path_or_event="answerCallbackQuery")) == asked
