"""Discord away and back: the bot backs off, says so, and goes on where people were."""

import pytest
from discord.backoff import ExponentialBackoff

from bots.guard import Health
from bots.parts import BotParts
from tests.platforms.discord_client import Bot, running
from tests.platforms.discord_faults import Fault, FaultKind
from tests.platforms.discord_person import Person
from tests.platforms.discord_server import DiscordServer
from tests.support.bots import DiscordGuild
from tests.support.engine import House
from tests.support.waiting import eventually

EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
TENTH = 0.1
"""Of the library's own pauses, so that a test need not wait for them."""


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long discord.py waited before each further try."""
    waited: list[float] = []

    class Noted(ExponentialBackoff[bool]):
        def delay(self) -> float:
            waited.append(float(super().delay()))
            return waited[-1] * TENTH

    monkeypatch.setattr("discord.client.ExponentialBackoff", Noted)
    return waited


@pytest.fixture
async def maya(server: DiscordGuild) -> Person:
    person = await server.person()
    await person.slash("start", channel=server.channel, at_least=2)
    return person


async def health(parts: BotParts, wanted: Health) -> None:
    async def is_so() -> bool:
        return parts.board.states["discord"] is wanted

    await eventually(is_so)


async def test_a_discord_that_went_away_is_waited_for_and_people_go_on(
    pauses: list[float], parts: BotParts, server: DiscordGuild, maya: Person
) -> None:
    port = server.platform.port
    await server.platform.stop()
    await health(parts, Health.RESTARTING)
    assert parts.board.notes["discord"] == "Discord does not answer."

    async def tried_thrice() -> bool:
        return len(pauses) >= 3

    await eventually(tried_thrice)
    await server.platform.start(port)
    await health(parts, Health.RUNNING)
    assert len(pauses) < 20
    assert "Type your ZIP code" in (await maya.press("13 to 15", at_least=1)).text


async def test_a_storm_of_reconnects_is_resumed_each_time_and_costs_no_identify(
    pauses: list[float], server: DiscordGuild, maya: Person
) -> None:
    for times in range(1, 6):
        await server.platform.driver.gateway("drop" if times % 2 else "reconnect")

        async def resumed(wanted: int = times) -> bool:
            return len(server.platform.transcript.find(path_or_event="RESUMED")) >= wanted

        await eventually(resumed)
    assert len(server.platform.transcript.find(path_or_event="IDENTIFY")) == 1
    assert len(pauses) <= 5
    assert "Type your ZIP code" in (await maya.press("13 to 15", at_least=1)).text


async def test_a_tap_during_a_dropped_line_comes_after_the_resume(
    pauses: list[float], house: House, server: DiscordGuild, maya: Person
) -> None:
    await server.platform.driver.gateway("drop")
    pressed = await maya.press("16 or 17", at_least=1)
    assert pressed.failed is None
    assert "Type your ZIP code" in pressed.text
    assert len(pauses) <= 1


async def test_an_answer_that_met_a_broken_discord_is_not_doubled_and_the_next_tap_works(
    house: House, server: DiscordGuild, maya: Person
) -> None:
    await server.platform.driver.fault(Fault(EDIT, FaultKind.REFUSED, status=503))
    lost = await maya.press("13 to 15")
    assert lost.answers == ()
    assert (await house.person(maya.id, "discord").known()).age_band == "13-15"
    again = await maya.press("13 to 15", at_least=1)
    assert "Type your ZIP code" in again.text


async def test_a_line_whose_heartbeats_are_not_acknowledged_is_given_up_and_resumed() -> None:
    async with DiscordServer() as server:
        server.gateway.heartbeat_interval = 0.05
        async with running(Bot(server, heartbeat_timeout=1.0), server.token) as bot:
            begun = len(server.transcript.find(path_or_event="IDENTIFY"))
            server.gateway.acknowledges = False
            await bot.until("RESUMED")
            server.gateway.acknowledges = True
            assert len(server.transcript.find(path_or_event="IDENTIFY")) == begun
