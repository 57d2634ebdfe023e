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


async def test_T10_sign_ups_on_the_open_web_count_until_they_turn_out_to_be_a_burst(house: House) -> None:
    site, other = await house.site(), await house.site(73, "Oak Center")
    for number in range(CROWD):
        await sign_up(house, f"pupil{number}", site.code, f"home {number}")
    await sign_up(house, "elsewhere", other.code)
    assert await counted(house) == CROWD + 1
    await sign_up(house, "one too many", site.code)
    assert await counted(house) == 1, "none of the burst"
    house.clock.advance(HOUR)
    await sign_up(house, "later", site.code)
    assert await counted(house) == 2
    house.clock.advance(HOUR * 25)
    await house.retention.run(house.clock())
    assert len(await house.rows(t.recent_signups)) == CROWD + 1
    assert await counted(house) == 2


async def test_T10_of_one_network_few_count_in_a_day_wherever_they_sign_up(house: House) -> None:
    codes = [(await house.site(75, f"Site {number}")).code for number in range(3)]
    for number in range(MOST_OF_A_SOURCE + 6):
        await sign_up(house, f"fake{number}", codes[number % 3])
    assert await counted(house) == MOST_OF_A_SOURCE


async def test_T10_whoever_acts_again_counts_and_one_network_brings_few_back(house: House) -> None:
    site = await house.site()
    crowd = [await sign_up(house, f"fake{number}", site.code) for number in range(CROWD + 1)]
    assert await counted(house) == 0
    house.clock.advance(HOUR)
    await crowd[0].send(InboundKind.CHOICE, data="m", origin="home")
    assert await counted(house) == 1
    await crowd[0].send(InboundKind.CHOICE, data="m", origin="home")
    async with house.store.database.write() as connection:
        of_network = ~t.signup_sources.c.source_hash.startswith("returned")
        await connection.execute(t.signup_sources.update().where(of_network).values(count=MOST_OF_A_SOURCE))
    await crowd[1].send(InboundKind.CHOICE, data="m", origin="home")
    assert await counted(house) == 1, "beyond what one network may bring back in a day"
    await crowd[1].send(InboundKind.CHOICE, data="m", origin="another")
    assert await counted(house) == 2
    page = await house.person("tab", "telegram").join()
    assert await counted(house) == 3, page.text


async def test_T10_a_burst_that_returns_from_many_networks_is_still_one(house: House) -> None:
    site = await house.site()
    crowd = [await sign_up(house, f"fake{number}", site.code, f"net {number}") for number in range(CROWD + 6)]
    assert await counted(house) == 0
    house.clock.advance(HOUR)
    for number, fake in enumerate(crowd):
        await fake.send(InboundKind.CHOICE, data="m", origin=f"net {number}")
    assert await counted(house) == CROWD, "as many as one code brings in an hour"
    house.clock.advance(HOUR)
    for fake in crowd[CROWD:]:
        await fake.send(InboundKind.CHOICE, data="m", origin="home")
    assert await counted(house) == CROWD + 6


async def burst(house: House) -> list[Phone]:
    site = await house.site()
    return [await sign_up(house, f"fake{number}", site.code) for number in range(CROWD + 1)]


async def test_T10_acting_on_at_once_is_part_of_the_sign_up(house: House) -> None:
    for phone in (await burst(house))[:2]:
        for data in ("pl:A", "if:unsafe", "t:no", "m"):
            await phone.send(InboundKind.CHOICE, data=data, origin="network")
    assert await counted(house) == 0


async def test_T10_who_never_counted_leaves_no_count_behind(house: House) -> None:
    (fake, *_), friend = await burst(house), house.person("friend", "telegram")
    await friend.join()
    for data in ("n:75", "pl:A", "del:yes"):
        await fake.send(InboundKind.CHOICE, data=data, origin="network")
    await friend.press("del:yes")
    [pledge] = await house.rows(t.pledges)
    assert (pledge.contact_id, pledge.channel) == (None, "telegram")
    assert {row.channel for row in await house.rows(t.actions) if row.contact_id is None} == {"telegram"}
    assert len(await house.rows(t.recent_signups)) == CROWD
