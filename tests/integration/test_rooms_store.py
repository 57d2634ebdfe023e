"""Rooms and their areas, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from campaign_engine.domain.audience import NewRoom, RoomKind
from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Person, Role, RoleGrant, Scope, ScopeKind
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.schedule import to_wall
from campaign_engine.services.room_figures import RoomFigures
from campaign_engine.store import tables
from tests.integration.test_conversation_staff import move_on, running
from tests.support.engine import House

CHAT = "-1001234567890"
BROOKLYN = Scope(ScopeKind.BOROUGH, "Brooklyn")
ORGANIZER = Person(contact_id=1, handle="river7", grants=(RoleGrant(Role.ORGANIZER, BROOKLYN),))


def chat(scope: Scope = BROOKLYN, address: str = CHAT, title: str = "Block group", members: int = 40) -> NewRoom:
    return NewRoom("telegram", address, RoomKind.GROUP, title, scope, members)


async def test_a_linked_room_is_found_by_its_address_only(house: House) -> None:
    async with house.store.write() as work:
        room = await house.rooms.link(work, ORGANIZER, chat())
        assert await work.rooms.by_address("telegram", CHAT) == room
        assert await work.rooms.by_address("discord", CHAT) is None
        assert await work.rooms.linked() == (room,)
    assert (room.title, room.scope, room.members, room.active) == ("Block group", BROOKLYN, 40, True)


async def test_linking_again_changes_title_area_and_members(house: House) -> None:
    precinct = Scope(ScopeKind.PRECINCT, "75")
    async with house.store.write() as work:
        first = await house.rooms.link(work, ORGANIZER, chat())
        again = await house.rooms.link(work, ORGANIZER, chat(precinct, title="New name", members=50))
        assert await work.rooms.linked() == (again,)
    assert again.id == first.id
    assert (again.title, again.scope, again.members) == ("New name", precinct, 50)


async def test_A1_an_unlinked_room_is_forgotten_and_can_be_linked_anew(house: House) -> None:
    async with house.store.write() as work:
        room = await house.rooms.link(work, ORGANIZER, chat())
        await house.rooms.unlink(work, ORGANIZER, room)
        assert await work.rooms.by_address("telegram", CHAT) is None
        assert not await work.rooms.linked()
        with pytest.raises(NotFound):
            await house.rooms.unlink(work, ORGANIZER, room)
        assert (await house.rooms.link(work, ORGANIZER, chat())).id != room.id
    async with house.store.database.read() as connection:
        forgotten = (await connection.execute(sa.select(tables.rooms).where(tables.rooms.c.id == room.id))).one()
    assert forgotten.address_cipher == b""


async def test_a_chat_that_moved_keeps_its_room(house: House) -> None:
    async with house.store.write() as work:
        room = await house.rooms.link(work, ORGANIZER, chat())
        await work.rooms.migrate("telegram", CHAT, "-1009")
        await work.rooms.set_members(room.id, 7)
        moved = await work.rooms.by_address("telegram", "-1009")
        assert await work.rooms.by_address("telegram", CHAT) is None
        with pytest.raises(NotFound):
            await work.rooms.migrate("telegram", CHAT, "-1009")
        with pytest.raises(NotFound):
            await work.rooms.set_members(99, 7)
    assert moved is not None
    assert (moved.id, moved.members) == (room.id, 7)


async def test_a_join_by_the_rooms_own_link_counts_to_campaigns_that_run_and_posted_there(house: House) -> None:
    await running(house)
    await move_on(house, CampaignStatus.RUNNING)
    figures = RoomFigures(house.store, house.clock)
    async with house.store.write() as work:
        room = await house.rooms.link(work, ORGANIZER, chat())
        await house.rooms.link(work, ORGANIZER, chat(address="-5"))
    for number, subject in enumerate(("room", "campaign 1", "site 1", "room")):
        if number == 1:
            await posted_in(house, room.id)
        for address in (CHAT, "-5"):
            await figures.joined(("telegram", address), subject, f"{number} in {address}")
    await figures.joined(("telegram", CHAT), "room", f"3 in {CHAT}")
    rows = {(row.figure, row.subject): row.count for row in await house.rows(tables.room_figures) if row.room_id == 1}
    assert rows == {
        ("joins", "room"): 2,
        ("joins", "campaign 1"): 1,
        ("joins", "site 1"): 1,
        ("joins_meanwhile", "campaign 1"): 2,
    }
    assert {row.figure for row in await house.rows(tables.room_figures) if row.room_id == 2} == {"joins"}


async def posted_in(house: House, room_id: int) -> None:
    """Posts of two weeks arrived there; their reactions are counted apart."""
    now = house.clock()
    figures = RoomFigures(house.store, house.clock)
    async with house.store.database.write() as connection:
        for number in (1, 2):
            made = tables.occurrences.insert().values(
                post_id=1, version=1, wall_time=to_wall(now + timedelta(days=number)), due_at=now, stale_at=now,
                status="frozen", frozen_at=now,
            )  # fmt: skip
            occurrence = (await connection.execute(made.returning(tables.occurrences.c.id))).scalar_one()
            sent = tables.deliveries.insert().values(
                occurrence_id=occurrence, room_id=room_id, is_room=True, lane="telegram", language="en", reason="",
                status="sent", attempts=1, epoch=1, platform_id=f"{number}", updated_at=now,
            )  # fmt: skip
            await connection.execute(sent)
    for message in ("1", "2", "3"):
        await figures.reactions(("telegram", CHAT), message, f"reactions of {message}", 10)
    async with house.store.database.write() as connection:
        reactions = tables.room_figures.c.figure == "reactions"
        counted = sa.select(tables.room_figures.c.subject).where(reactions).order_by("subject")
        assert (await connection.scalars(counted)).all() == ["post 1/1", "post 1/2"]
        await connection.execute(tables.room_figures.delete().where(reactions))


async def test_R1_a_room_is_tied_only_by_staff_whose_scope_covers_it(house: House) -> None:
    ally, host = Person(contact_id=2), Person(contact_id=3, grants=(RoleGrant(Role.SITE_HOST),))
    async with house.store.write() as work:
        for person, scope in ((ORGANIZER, Scope()), (ORGANIZER, Scope(ScopeKind.PRECINCT, "44")), (ally, BROOKLYN)):
            with pytest.raises(NotAllowed):
                await house.rooms.link(work, person, chat(scope))
        with pytest.raises(NotAllowed):
            await house.rooms.link(work, host, chat())
        with pytest.raises(NotFound):
            await house.rooms.link(work, ORGANIZER, chat(Scope(ScopeKind.SITE, "1")))
        assert not await work.rooms.linked()


async def test_a_room_of_a_site_belongs_to_whoever_covers_its_precinct(house: House) -> None:
    here, elsewhere = await house.site(75), await house.site(44)
    async with house.store.write() as work:
        room = await house.rooms.link(work, ORGANIZER, chat(Scope(ScopeKind.SITE, str(here.id))))
        assert room.scope == Scope(ScopeKind.SITE, str(here.id))
        with pytest.raises(NotAllowed):
            await house.rooms.link(work, ORGANIZER, chat(Scope(ScopeKind.SITE, str(elsewhere.id))))


async def test_A2_a_room_to_be_linked_shows_no_address() -> None:
    assert CHAT not in repr(chat())
