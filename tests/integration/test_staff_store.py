"""Handles, roles and invites, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from campaign_engine.domain.contact import AddressStatus, AgeBand, Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.errors import Conflict, GroundswellError, InvalidInput, NotAllowed
from campaign_engine.domain.message import Destination
from campaign_engine.domain.volunteering import INVITE_LIFE
from campaign_engine.ports.people import NewContact
from campaign_engine.store import tables
from tests.support.engine import House

GRANT = RoleGrant(Role.APPROVER, Scope(ScopeKind.BOROUGH, "Bronx"))


async def contact(house: House, address: str) -> int:
    async with house.store.write() as work:
        new = NewContact(Destination("web", address), AgeBand.FROM_18, "en", AddressStatus.ACTIVE, house.clock())
        return (await work.contacts.create(new))[0]


async def redeem(house: House, code: str, contact_id: int, handle: str) -> None:
    async with house.store.write() as work:
        await house.staffing.redeem(work, Person(contact_id=contact_id), code, handle)


async def test_R2_an_invite_gives_its_role_once_and_is_kept_as_a_hash(house: House) -> None:
    contact_id, code = await contact(house, "1"), await house.invite(GRANT.role, GRANT.scope)
    assert code not in str(await house.rows(tables.role_invites))
    await redeem(house, f" {code[:4].lower()}-{code[4:]} ", contact_id, "River7")
    async with house.store.read() as work:
        assert await work.staff.grants(contact_id) == (GRANT,)
        assert await work.staff.handle(contact_id) == "river7"
        assert await work.staff.handle(99) == ""
        assert await work.staff.handle_taken("river7")
        assert await work.staff.invited(code, house.clock()) is None
    with pytest.raises(InvalidInput):
        await redeem(house, code, await contact(house, "2"), "maple2")


async def test_R2_an_invite_ends_after_its_time(house: House) -> None:
    contact_id, code = await contact(house, "1"), await house.invite(Role.ORGANIZER)
    house.clock.advance(INVITE_LIFE - timedelta(seconds=1))
    async with house.store.read() as work:
        assert await work.staff.invited(code, house.clock()) is not None
    house.clock.advance(timedelta(seconds=1))
    with pytest.raises(InvalidInput):
        await redeem(house, code, contact_id, "river7")
    assert not await house.rows(tables.staff_members)


async def test_a_second_role_keeps_the_first_handle(house: House) -> None:
    contact_id = await contact(house, "1")
    for role, handle in ((Role.ORGANIZER, "river7"), (Role.APPROVER, "other8"), (Role.APPROVER, "third9")):
        await redeem(house, await house.invite(role), contact_id, handle)
    async with house.store.read() as work:
        assert await work.staff.handle(contact_id) == "river7"
        assert [grant.role for grant in await work.staff.grants(contact_id)] == [Role.ORGANIZER, Role.APPROVER]


async def test_a_taken_handle_spends_no_code(house: House) -> None:
    first, second = await contact(house, "1"), await contact(house, "2")
    await redeem(house, await house.invite(Role.ORGANIZER), first, "river7")
    code = await house.invite(Role.ORGANIZER)
    with pytest.raises(Conflict):
        await redeem(house, code, second, "RIVER7")
    await redeem(house, code, second, "river8")


@pytest.mark.parametrize("handle", ["ab", "x" * 21, "two words", "semi;colon", ""])
async def test_a_handle_that_cannot_be_spends_no_code(house: House, handle: str) -> None:
    contact_id, code = await contact(house, "1"), await house.invite(Role.ORGANIZER)
    with pytest.raises(InvalidInput):
        await redeem(house, code, contact_id, handle)
    async with house.store.write() as work:
        with pytest.raises(NotAllowed):
            await house.staffing.redeem(work, Person(), code, "river7")
        assert await work.staff.invited(code, house.clock()) is not None


async def test_R2_one_code_used_twice_at_once_gives_one_role(house: House) -> None:
    code = await house.invite(Role.ADMIN)
    people = [await contact(house, str(number)) for number in range(4)]

    async def take(number: int, contact_id: int) -> bool:
        try:
            await redeem(house, code, contact_id, f"handle{number}")
        except GroundswellError:
            return False
        return True

    taken = await asyncio.gather(*(take(number, contact_id) for number, contact_id in enumerate(people)))
    assert sum(taken) == 1
    assert len(await house.rows(tables.role_grants)) == 1


async def test_one_handle_wanted_twice_at_once_is_given_once(house: House) -> None:
    people = [await contact(house, str(number)) for number in range(3)]
    codes = [await house.invite(Role.ORGANIZER) for _ in people]
    results = await asyncio.gather(
        *(redeem(house, code, one, "river7") for code, one in zip(codes, people, strict=True)), return_exceptions=True
    )
    assert len([one for one in results if one is None]) == 1
    assert len([one for one in results if isinstance(one, Conflict)]) == 2
