"""What a dialogue step costs in statements, on both databases; BEGIN, COMMIT and PRAGMA are not counted."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.message import InboundKind
from campaign_engine.store.tables import audit_entries, campaigns
from tests.integration.test_conversation_staff import draft, move_on, running, submitted
from tests.support.engine import House, Phone

ROOM = "-100777"
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
        *("ar", "jj:1:in", "jj:1:out"),
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
        await cost(house, phone.tap(label)) for label in ("🌐", "Español", "13 a 15", "Cuidar", "Camino", "No, gracias")
    ]
    assert max(costs) <= ANSWER, costs
    other = house.person("other")
    costs = [await cost(house, other.start())]
    costs += [await cost(house, other.tap(label)) for label in ("13 to 15", "Brooklyn", "East New York")]
    assert max(costs) <= ANSWER, costs


async def test_N4_invites_cost_at_most_three_and_so_does_the_join_that_uses_one(house: House, ally: Phone) -> None:
    assert await cost(house, ally.press("iv")) <= ANSWER
    assert await cost(house, ally.press("iv:3")) <= ANSWER
    code = ally.screen[0].text.split("start=i_")[-1].split("/i/")[-1][:16]
    friend = house.person("friend")
    assert await cost(house, friend.start(f"i_{code}")) <= ANSWER
    for payload in ("i_" + "9" * 16, "r_nonsense", f"r_{await house.invite(Role.ORGANIZER)}"):
        assert await cost(house, house.person(payload).start(payload)) <= ANSWER, payload
        assert await cost(house, ally.start(payload)) <= ANSWER, payload
    for label in ("16 or 17", "Brooklyn", "East New York"):
        assert await cost(house, friend.tap(label)) <= ANSWER, label
    for data in ("an", "an:site", "ns", "m:pledge", "fq", "fq:1", "m:more", "m:verify"):
        assert await cost(house, friend.press(data)) <= ANSWER, data


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
    assert await cost(house, ally.command("export")) <= ANSWER
    assert await cost(house, ally.press("del:yes")) <= ANSWER
    assert await cost(house, ally.start()) <= ANSWER


async def test_C2_a_refused_age_costs_at_most_three_after_a_join_too(house: House, ally: Phone) -> None:
    assert await cost(house, ally.press("a:u13:yes")) <= ANSWER
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


@pytest.fixture
async def posted(house: House) -> House:
    """A pledge drive runs; one of its posts stands in a room of the 75th."""
    await running(house)
    await move_on(house, CampaignStatus.RUNNING)
    linker = Person(contact_id=1, handle="river7", grants=(RoleGrant(Role.ADMIN),))
    scope = Scope(ScopeKind.PRECINCT, "75")
    async with house.store.write() as work:
        await house.rooms.link(work, linker, NewRoom("telegram", ROOM, RoomKind.GROUP, "Block", scope, 40))
    return house


@pytest.mark.parametrize("data", ["g:1", "g:1:16-17", "g:1:u13", "g:99"])
async def test_a_button_under_a_post_in_a_room_costs_at_most_three_for_strangers_and_contacts(
    posted: House, data: str
) -> None:
    stranger = posted.person("passer-by", "telegram")
    assert await cost(posted, stranger.press(data, room=ROOM)) <= ANSWER
    ally = await posted.person("ally", "telegram").join()
    posted.clock.advance(timedelta(days=2))
    assert await cost(posted, ally.press(data, room=ROOM)) <= ANSWER


async def test_a_link_to_a_post_and_all_that_follows_cost_at_most_three(posted: House) -> None:
    phone = posted.person("passer-by", "telegram")
    assert await cost(posted, phone.start("p_1")) <= ANSWER
    for data in ("a:16-17", "n:75", "pl:A", "if:walk", "t:yes", "m"):
        assert await cost(posted, phone.press(data)) <= ANSWER, data


@pytest.mark.parametrize("role", list(Role))
async def test_menus_of_staff_cost_at_most_three_whatever_waits(posted: House, role: Role) -> None:
    ally = await posted.person("wishes", "telegram").join(age="18 to 21")
    await ally.press("w:yes")
    author = await posted.staff("author3", Role.ORGANIZER)
    await author.press("k:pledge")
    member = await posted.staff("oak3", role)
    for data in ("m:back", "m:help", "l:es", "l:en", "cs", "rq", "tr", "bb", "nonsense"):
        assert await cost(posted, member.press(data)) <= ANSWER, data
    assert await cost(posted, member.command("menu")) <= ANSWER


async def test_every_field_of_a_draft_costs_at_most_three(house: House) -> None:
    organizer = await house.staff("river7", Role.ORGANIZER)
    await organizer.press("k:pledge")
    for step in (
        organizer.say("Winter"),
        organizer.press("tg:top"),
        organizer.press("gl:300"),
        organizer.press("ed:title"),
        organizer.say("Winter again"),
        organizer.press("ed:text_en"),
        organizer.say("Hi {{ area }}, one small promise keeps a friend safe."),
        organizer.press("ed:channels"),
        organizer.press("ch:web"),
        organizer.press("o:change"),
    ):
        assert await cost(house, step) <= ANSWER
    draft = (await organizer.house.rows(campaigns))[0]
    assert (draft.title, draft.goal) == ("Winter again", 300)
    assert [row.action for row in await house.rows(audit_entries)].count("change") == 6


async def test_reading_what_waits_costs_two_for_each_and_thirteen_for_all(house: House) -> None:
    """Of each its people and what they got lately, by thousands (F12)."""
    organizer, approver = await submitted(house)
    await house.person("ally").join()
    for waiting in (1, 3):
        while len(await house.rows(campaigns)) < waiting:
            await draft(organizer)
            await organizer.tap("Send for approval")
        assert await cost(house, approver.press("o:waiting")) <= 13 + 2 * waiting
        assert len(approver.screen) == waiting
        assert all("under 20 people" in card.text for card in approver.screen)


OPERATIONS = {
    "k:pledge": 8,
    "o:status": 6,
    "o:mine": 4,
    "o:waiting": 4,
    "au": 3,
    "st:1": 5,
    "rh:1": 11,
    "mv:1:pause": 9,
    "w:yes": 6,
}
"""What steps that plan, move or list campaigns cost at most; they are operations, not answers (ADR 12)."""


@pytest.mark.parametrize("data", OPERATIONS)
async def test_an_operation_costs_what_is_written_here(posted: House, data: str) -> None:
    member = await posted.staff("oak3", Role.SAFETY_LEAD)
    await posted.grant(await member.contact_id() or 0, "oak3", Role.ORGANIZER, Role.APPROVER, Role.AUDITOR)
    if data == "w:yes":
        member = await posted.person("wishes", "telegram").join(age="18 to 21")
    found = await cost(posted, member.press(data))
    assert found <= OPERATIONS[data], found
