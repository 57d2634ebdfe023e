"""Whatever a check-in's row was turned into behind the dialogue, it is not approved (safety I2)."""

from typing import Any

import pytest

from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.contact import Role
from campaign_engine.store import tables
from tests.support.engine import House
from tests.support.engine import Phone as Chat

CHANGES: dict[str, dict[str, Any]] = {
    "another text": {"texts": {"en": "On Main Street. Call 988. {{ link }}", "es": "En la calle. 988 {{ link }}"}},
    "two precincts": {"targets": {"kind": "precincts", "boroughs": [], "precincts": [73, 75], "without": []}},
    "another precinct": {"targets": {"kind": "precincts", "boroughs": [], "precincts": [73], "without": []}},
}


async def handed_in(house: House) -> tuple[Chat, Chat]:
    organizer = await house.staff("ana7", Role.ORGANIZER)
    lead = await house.staff("dee4", Role.SAFETY_LEAD)
    await organizer.press("hd:i:75")
    await lead.press("hd:k:1")
    await organizer.press("hd:a:75")
    await organizer.tap("English and Spanish")
    await organizer.say("November 25 at 4 pm")
    assert "is handed in" in await organizer.tap("Send for approval")
    return organizer, lead


async def test_I2_S2_what_is_handed_in_is_marked_as_fixed_and_an_adult_approves_it(house: House) -> None:
    _, lead = await handed_in(house)
    content = PostContent.from_json((await house.rows(tables.post_versions))[0].content)
    assert (content.fixed, content.rooms_only, content.pledge, content.needs_minimum) == (True, False, None, False)
    await lead.press("o:waiting")
    assert "is approved" in await lead.tap("Approve")


@pytest.mark.parametrize("how", CHANGES)
async def test_I2_a_changed_check_in_is_not_approved(house: House, how: str) -> None:
    _, lead = await handed_in(house)
    (version,) = await house.rows(tables.post_versions)
    changed = PostContent.from_json({**version.content, **CHANGES[how]})
    async with house.store.database.write() as connection:
        values = {"content": changed.as_json(), "content_hash": changed.content_hash()}
        await connection.execute(tables.post_versions.update().values(values))
    await lead.press("o:waiting")
    said = await lead.tap("Approve")
    assert "is approved" not in said
    assert (await house.rows(tables.post_versions))[0].approved_at is None


async def test_I2_the_incident_must_still_be_near_when_it_is_approved(house: House) -> None:
    _, lead = await handed_in(house)
    async with house.store.database.write() as connection:
        await connection.execute(tables.incidents.update().values(confirmed_at=None))
    await lead.press("o:waiting")
    assert "First two people say" in await lead.tap("Approve")
