"""Which sign-ups on the open web count, and when (threats T10, ADR 19), on both databases."""

from datetime import timedelta

import sqlalchemy as sa

from campaign_engine.domain.confirming import CROWD, MOST_OF_A_SOURCE
from campaign_engine.domain.message import InboundKind
from campaign_engine.store import tables as t
from campaign_engine.store.confirming import CONFIRMED
from tests.support.engine import House, Phone

HOUR = timedelta(hours=1)


async def sign_up(house: House, name: str, code: str = "", origin: str = "network") -> Phone:
    phone = house.person(name)
    await phone.send(InboundKind.START, data=f"s_{code}" if code else "", origin=origin)
    await phone.send(InboundKind.CHOICE, data="a:16-17", origin=origin)
    return phone


async def counted(house: House) -> int:
    async with house.store.database.read() as connection:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(t.contacts).where(CONFIRMED)) or 0)


async def settle(house: House, hours: float) -> int:
    house.clock.advance(HOUR * hours)
    async with house.store.write() as work:
        return await work.signups.settle(house.clock())


async def test_T10_a_sign_up_on_the_open_web_counts_when_its_hour_was_no_burst(house: House) -> None:
    site = await house.site()
    for number in range(3):
        await sign_up(house, f"pupil{number}", site.code)
    await sign_up(house, "elsewhere")
    telegram = house.person("phone", "telegram")
    await telegram.start()
    await telegram.tap("16 or 17")
    assert await counted(house) == 1, "behind a chat stands an account"
    assert await settle(house, 1) == 0, "whoever comes later in the same hour is compared with them"
    assert await settle(house, 2) == 4
    assert await counted(house) == 5


async def test_T10_a_burst_waits_until_each_acts_again_and_one_source_brings_few_back(house: House) -> None:
    site = await house.site()
    crowd = [await sign_up(house, f"fake{number}", site.code) for number in range(CROWD + 1)]
    assert await settle(house, 3) == 0
    assert await settle(house, 30) == 0
    assert await counted(house) == 0
    await crowd[0].send(InboundKind.CHOICE, data="m", origin="home")
    assert await counted(house) == 1
    await crowd[0].send(InboundKind.CHOICE, data="m", origin="home")
    async with house.store.database.write() as connection:
        await connection.execute(t.signup_sources.update().values(count=MOST_OF_A_SOURCE))
    await crowd[1].send(InboundKind.CHOICE, data="m", origin="home")
    assert await counted(house) == 1, "beyond what one network may bring back in a day"
    await crowd[1].send(InboundKind.CHOICE, data="m", origin="another")
    assert await counted(house) == 2


async def test_T10_acting_on_at_once_is_part_of_the_sign_up(house: House) -> None:
    site = await house.site()
    crowd = [await sign_up(house, f"fake{number}", site.code) for number in range(2)]
    for phone in crowd:
        for data in ("pl:A", "if:unsafe", "t:no", "m"):
            await phone.send(InboundKind.CHOICE, data=data, origin="network")
    assert await counted(house) == 0


async def test_T10_who_never_counted_leaves_no_count_behind(house: House) -> None:
    fake, friend = await sign_up(house, "fake"), house.person("friend", "telegram")
    await friend.join()
    for data in ("n:75", "pl:A", "del:yes"):
        await fake.send(InboundKind.CHOICE, data=data, origin="network")
    await friend.press("del:yes")
    [pledge] = await house.rows(t.pledges)
    assert (pledge.contact_id, pledge.channel) == (None, "telegram")
    assert {row.channel for row in await house.rows(t.actions)} == {"telegram"}
    assert await house.rows(t.unconfirmed_contacts) == []
