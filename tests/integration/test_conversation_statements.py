"""What a dialogue step costs in statements, on both databases; BEGIN, COMMIT and PRAGMA are not counted."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from campaign_engine.domain.contact import Role
from campaign_engine.domain.message import InboundKind
from tests.support.engine import House, Phone

ANSWER = 3
"""The de-duplication insert that returns the joined read, the answer, the state with all that changed of its person."""


async def cost(house: House, step: Awaitable[Any]) -> int:
    with house.statements() as seen:
        await step
    return len(seen)


@pytest.fixture
async def ally(house: House) -> Phone:
    """Somebody who was here before on this day."""
    return await house.person("ally").join()


@pytest.mark.parametrize(
    "data",
    [
        *("a:16-17", "b:2", "n:44", "n:0", "pl:B", "pl:A", "if:video", "t:yes", "t:no", "l:es", "l", "bb", "nonsense"),
        *("m", "m:back", "m:pledge", "m:help", "m:privacy", "m:delete", "pa", "pa:end"),
        *("ln", "ln:B1:a", "ln:B1:1", "ln:paper", "ln:nonsense", "ln:B1:99"),
        *("cs", "cs:area_updates:on", "cs:check_ins:on", "cs:survey:off", "cq:event_news:no", "cq:lesson_series:yes"),
    ],
)
async def test_a_button_costs_at_most_three_statements(house: House, ally: Phone, data: str) -> None:
    await ally.press("m:pledge")
    await ally.press("pl:A")
    assert await cost(house, ally.press(data)) <= ANSWER


@pytest.mark.parametrize("text", ["11207", "hello", "menu", "privacy", "language", "idioma"])
async def test_a_typed_answer_costs_at_most_three_statements(house: House, ally: Phone, text: str) -> None:
    await ally.say("hello")
    await ally.press("bb")
    assert await cost(house, ally.say(text)) <= ANSWER


async def test_every_step_of_a_join_costs_at_most_three_first_rows_too(house: House) -> None:
    """Contact with address, pledge, the day's first action of a kind, a code that is looked up."""
    site = await house.site()
    phone = house.person("newcomer")
    costs = [await cost(house, phone.start(f"s_{site.code}"))]
    costs += [
        await cost(house, phone.tap(label)) for label in ("Español", "13 a 15", "Cuidar", "Camino", "No, gracias")
    ]
    assert max(costs) <= ANSWER, costs
    other = house.person("other")
    costs = [await cost(house, other.start())]
    costs += [await cost(house, other.tap(label)) for label in ("13 to 15", "Brooklyn", "More", "East New York")]
    assert max(costs) <= ANSWER, costs


async def test_the_first_tap_of_another_day_costs_no_more_whatever_it_answers(house: House, ally: Phone) -> None:
    site = await house.site()
    for answer in ("m:pledge", "pl:A", "cs:survey:on", "n:44", "m", "pa:end"):
        house.clock.advance(timedelta(days=3))
        assert await cost(house, ally.press(answer)) <= ANSWER, answer
    house.clock.advance(timedelta(days=3))
    assert await cost(house, ally.say(site.word_code)) <= ANSWER


async def test_C7_C8_stop_start_export_and_delete_cost_at_most_three(house: House, ally: Phone) -> None:
    await ally.press("cs:area_updates:on")
    assert await cost(house, ally.say("stop")) <= ANSWER
    assert await cost(house, ally.start()) <= ANSWER
    assert await cost(house, ally.press("del:yes")) <= ANSWER
    assert await cost(house, ally.start()) <= ANSWER


async def test_C2_a_refused_age_costs_at_most_three_after_a_join_too(house: House, ally: Phone) -> None:
    assert await cost(house, ally.press("a:u13")) <= ANSWER
    stranger = house.person("stranger")
    await stranger.start()
    assert await cost(house, stranger.press("a:u13")) <= ANSWER


async def test_a_step_does_not_cost_more_when_many_others_have_joined(house: House, ally: Phone) -> None:
    alone = await cost(house, ally.press("cs:survey:on"))
    for number in range(5):
        await house.person(f"other {number}").join()
    assert await cost(house, ally.press("cs:survey:on")) == alone


async def test_H3_help_costs_two_reads_and_the_silence_and_a_repeated_update_one_insert(
    house: House, ally: Phone
) -> None:
    assert await cost(house, ally.say("I want to die")) == 3
    await ally.send(InboundKind.CHOICE, "9", data="m")
    assert await cost(house, ally.send(InboundKind.CHOICE, "9", data="m")) == 1


async def test_staff_cost_three_more_reads_for_their_draft_their_list_and_their_tasks(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    assert await cost(house, organizer.command("menu")) <= ANSWER + 3
    approver = await house.staff("oak3", Role.APPROVER)
    assert await cost(house, approver.command("menu")) <= ANSWER + 1
