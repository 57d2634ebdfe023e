"""Pause, hold, cancel and the kill switch from one process act on what another one sends, within two seconds.

Judged by the log of the local Telegram: when the last request came, beside when the row of the decision was there; in
the soak also when the first one came after a resume.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

import pytest
import sqlalchemy as sa

from campaign_engine.domain.campaign import CampaignStatus
from campaign_engine.domain.contact import Role, RoleGrant, Topic
from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.store import tables
from campaign_engine.store.cipher import load_cipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.latency import Latency
from tests.platforms.loopback import free_port
from tests.platforms.telegram_server import TelegramServer
from tests.support.clock import FakeClock
from tests.support.planned import House, Planned
from tests.support.postgres import PostgresServer
from tests.support.program import Program
from tests.support.waiting import eventually

WITHIN = 2.0
"""Seconds from the commit of a decision to the last message that may still leave."""

PEOPLE = 2000
"""A hundred seconds of the pace that is left to broadcasts."""

SLOW = 0.8
"""Seconds in which the local Telegram answers at most: many requests are on their way when somebody decides."""

CHOSEN = tuple(os.environ.get("SOAK_STOPS", "").split())
"""Of the ways to stop, in this order; one for each database without."""


@dataclass
class Site:
    """What sends runs in a process of its own, or two; `command` is where somebody sits at a terminal."""

    command: Program
    telegram: TelegramServer
    house: House
    ahead: timedelta
    senders: list[Program] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def requests(self) -> list[float]:
        """When each message was asked for, in seconds since the epoch."""
        return [one.at for one in self.telegram.transcript.find(kind="request") if one.path_or_event == "sendMessage"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'groundswell.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.execute("CREATE DATABASE stops")
    yield server.url("stops")
    server.execute("DROP DATABASE stops WITH (FORCE)")


@pytest.fixture
async def site(url: str, tmp_path: Path) -> AsyncIterator[Site]:
    four = datetime.combine(to_wall(datetime.now(UTC)).date() + timedelta(days=1), time_of_day(16))
    ahead = to_utc(four) - datetime.now(UTC)
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer(limits=None, latency=Latency(0, SLOW, 1)))
        environment = {
            "GROUNDSWELL_DATABASE_URL": url,
            "GROUNDSWELL_TELEGRAM_TOKEN": telegram.token,
            "GROUNDSWELL_TELEGRAM_API": telegram.root,
        }
        program = Program(tmp_path, free_port(), environment)
        await program.run("init")
        database = Database(url, load_cipher(tmp_path / "key.json"))
        stack.push_async_callback(database.close)
        made = Site(program, telegram, House(SqlStore(database), FakeClock(to_utc(four))), ahead)
        for roles in ("",) if url.startswith("sqlite") else ("sender", "scheduler"):
            sender = program.beside(roles or "all", roles, ahead)
            stack.push_async_callback(sender.kill)
            made.senders.append(sender)
        yield made


async def begin(site: Site) -> Planned:
    """A campaign to many people that has begun to go out; "river7" may hold their precinct."""
    house = site.house
    ids = await site.telegram.telegram.act("add_people", number=PEOPLE)
    await fill(house, ids)
    contact_id = await house.ally("staff", "web", None, precinct=None)
    async with house.store.write() as work:
        code = await work.staff.invite(RoleGrant(Role.SAFETY_LEAD), house.clock() + timedelta(days=9))
        await work.staff.redeem(code, contact_id, "river7", house.clock())
    await asyncio.gather(*(sender.start() for sender in site.senders))
    house.clock.now = site.now()
    return await house.plan(to_wall(site.now()))


async def fill(house: House, chats: list[int]) -> None:
    """Allies of precinct 75 in few statements."""
    cipher, now = house.store.database.cipher, house.clock()
    each = [(number, str(chat)) for number, chat in enumerate(chats, 1)]
    person = {
        "age_band": "16-17", "language": "en", "precinct": 75, "precinct_declined": False, "generation": 0,
        "created_at": now, "last_seen_at": now, "simulated": False,
    }  # fmt: skip
    rows = {
        tables.contacts: [{"id": number, "pseudonym": f"p{number}", **person} for number, _ in each],
        tables.addresses: [
            {
                "contact_id": number, "channel": "telegram", "status": "active",
                "address_hash": cipher.lookup("telegram", chat), "address_cipher": cipher.encrypt("telegram", chat),
            }
            for number, chat in each
        ],
        tables.consents: [
            {"contact_id": number, "topic": Topic.AREA_UPDATES, "granted": True, "changed_at": now}
            for number, _ in each
        ],
    }  # fmt: skip
    async with house.store.database.write() as connection:
        for table, values in rows.items():
            await connection.execute(table.insert(), values)
        if connection.dialect.name == "postgresql":
            sequence = sa.func.pg_get_serial_sequence("contacts", "id")
            await connection.execute(sa.select(sa.func.setval(sequence, len(chats))))


async def soon(true: Callable[[], Awaitable[bool]], seconds: float = 120) -> float:
    """The moment at which it was, in seconds since the epoch."""
    await eventually(true, seconds)
    return time.time()


async def goes_on(site: Site) -> None:
    """Some more messages leave."""
    begun = len(site.requests())

    async def more() -> bool:
        return len(site.requests()) > begun + 20

    await soon(more)


async def stops(site: Site, decided: Callable[[], Awaitable[bool]], *command: str) -> float:
    """Seconds from the decision's row to the last message, which may lie before it."""
    async with asyncio.TaskGroup() as both:
        running = both.create_task(site.command.run(*command))
        seen = both.create_task(soon(decided))
    assert running.done()
    at = seen.result()
    await asyncio.sleep(max(0.0, at + WITHIN + 1 - time.time()))
    late = site.requests()[-1] - at
    assert late <= WITHIN, f"{command}: a message left {late:.2f} s after it was decided"
    count = len(site.requests())
    await asyncio.sleep(0.5)
    assert len(site.requests()) == count
    return late


async def resumes(site: Site, decided: Callable[[], Awaitable[bool]], *command: str) -> float:
    """Seconds from the decision's row to the first message after it."""
    before = len(site.requests())
    async with asyncio.TaskGroup() as both:
        both.create_task(site.command.run(*command))
        seen = both.create_task(soon(decided))

    async def more() -> bool:
        return len(site.requests()) > before

    await soon(more)
    late = site.requests()[before] - seen.result()
    assert late <= WITHIN, f"{command}: the first message left {late:.2f} s after it was decided"
    return late


async def test_S3_I1_what_one_process_decides_stops_what_another_one_sends(site: Site) -> None:
    house, plan = site.house, await begin(site)

    async def is_now(status: CampaignStatus) -> bool:
        async with house.store.read() as work:
            return (await work.campaigns.get(plan.campaign_id)).status is status

    async def is_stopped() -> bool:
        async with house.store.read() as work:
            switch = await work.kill_switch.state()
        return switch is not None and switch.lifted_at is None

    async def is_held() -> bool:
        return bool(await house.rows(tables.holds))

    async def goes_on_again() -> bool:
        return not await is_stopped()

    resumed = {"pause": lambda: is_now(CampaignStatus.RUNNING), "kill-switch": goes_on_again}
    number = str(plan.campaign_id)
    steps = {
        "pause": (lambda: is_now(CampaignStatus.PAUSED), ("campaign", "pause", number), ("campaign", "resume", number)),
        "kill-switch": (is_stopped, ("pause", "--all"), ("resume", "--all")),
        "hold": (is_held, ("hold", "75", "--as", "river7"), ()),
        "cancel": (lambda: is_now(CampaignStatus.CANCELLED), ("campaign", "cancel", number, "--yes"), ()),
    }
    chosen = CHOSEN or ("pause" if len(site.senders) == 1 else "kill-switch",)
    for step in chosen:
        decided, command, back = steps[step]
        await goes_on(site)
        late = await stops(site, decided, *command)
        sys.stdout.write(f"{step}: the last message came {late:.2f} s after the decision\n")
        if back and len(chosen) > 1:
            late = await resumes(site, resumed[step], *back)
            sys.stdout.write(f"{step}: the first message came {late:.2f} s after it was taken back\n")
    counts = await house.counts()
    assert counts.get("sent", 0) + counts.get("unconfirmed", 0) <= len(site.requests()) < PEOPLE
