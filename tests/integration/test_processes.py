"""Several processes over one PostgreSQL: whoever dies or freezes is taken over, and nothing happens twice."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from campaign_engine.domain.schedule import to_utc, to_wall
from campaign_engine.store.cipher import load_cipher
from campaign_engine.store.database import Database
from campaign_engine.store.unit_of_work import SqlStore
from tests.platforms.loopback import free_port
from tests.platforms.telegram_server import TelegramServer
from tests.platforms.transcript import Direction
from tests.support.cable import cable_to
from tests.support.clock import FakeClock
from tests.support.planned import House
from tests.support.postgres import PostgresServer
from tests.support.program import Program
from tests.support.sending import claim_window
from tests.support.waiting import eventually

pytestmark = pytest.mark.postgres

PEOPLE = 100
"""Five seconds of the pace that is left to broadcasts."""

TAKEOVER = int(os.environ.get("SOAK_TAKEOVER", "3"))
"""Seconds; the soak takes the 30 that an installation has."""

BUSY_MACHINE = 6
"""Seconds that a takeover may take here at the least: eight processes share the machine with other tests."""


@dataclass
class Site:
    """An installation on PostgreSQL with people on a local Telegram; clocks of all processes go `ahead` alike."""

    first: Program
    telegram: TelegramServer
    house: House
    ahead: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def counts(self) -> dict[str, int]:
        return await self.house.counts()

    def texts(self) -> Counter[str]:
        """How many messages each chat got, as Telegram saw them."""
        asked = [entry for entry in self.telegram.transcript.entries if entry.path_or_event.lower() == "sendmessage"]
        return Counter(str(entry.body["chat_id"]) for entry in asked if entry.direction is Direction.RECEIVED)

    async def owner(self) -> str:
        async with self.house.store.read() as work:
            return next((state.owner for state in await work.lanes.states() if state.name == "telegram"), "")


@pytest.fixture
async def site(tmp_path: Path, postgres_server: PostgresServer) -> AsyncIterator[Site]:
    four = datetime.combine(to_wall(datetime.now(UTC)).date() + timedelta(days=1), time(16))
    ahead = to_utc(four) - datetime.now(UTC)
    postgres_server.execute("CREATE DATABASE processes")
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer(limits=None))
        environment = {
            "GROUNDSWELL_DATABASE_URL": postgres_server.url("processes"),
            "GROUNDSWELL_TELEGRAM_TOKEN": telegram.token,
            "GROUNDSWELL_TELEGRAM_API": telegram.root,
            "GROUNDSWELL_TAKEOVER_SECONDS": str(TAKEOVER),
        }
        program = Program(tmp_path, free_port(), environment)
        await program.run("init")
        database = Database(postgres_server.url("processes"), load_cipher(tmp_path / "key.json"))
        stack.push_async_callback(database.close)
        house = House(SqlStore(database), FakeClock(to_utc(four)))
        yield Site(program, telegram, house, ahead)
    postgres_server.execute("DROP DATABASE processes WITH (FORCE)")


async def test_a_process_that_starts_before_its_database_waits_for_it(site: Site) -> None:
    address = urlsplit(site.first.environment["GROUNDSWELL_DATABASE_URL"])
    async with cable_to(f"http://{address.hostname}:{address.port}") as cable:
        await cable.pull_out()
        late = site.first.beside("late", "sender", site.ahead)
        through = address._replace(netloc=f"{address.username}@{urlsplit(cable.root).netloc}")
        late.environment["GROUNDSWELL_DATABASE_URL"] = through.geturl()
        starting = asyncio.create_task(late.start())
        try:
            await eventually(lambda: late.log.exists() and "does not answer yet" in late.log.read_text("utf-8"))
            await cable.plug_in()
            await starting
            assert await late.stop() == 0
        finally:
            await late.kill()


async def is_holder(program: Program) -> bool:
    async with httpx.AsyncClient() as client:
        said = (await client.get(f"{program.page}/health")).json()
    assert said["roles"] == ["sender"]
    return bool(said["parts"]["lane telegram"] == "running")


async def test_dead_and_frozen_processes_are_taken_over_and_nothing_is_sent_twice(site: Site) -> None:
    """Two schedulers tick, three workers send: the first is killed, the second is frozen past its lease."""
    async with AsyncExitStack() as stack:

        async def begin(name: str, roles: str) -> Program:
            started = site.first.beside(name, roles, site.ahead)
            stack.push_async_callback(started.kill)
            await started.start()
            return started

        for number in range(PEOPLE):
            person = site.telegram.control.add_person(f"Ally {number}", started=True)
            await site.house.ally(str(person))
        first = await begin("w1", "sender")

        async def has_owner() -> bool:
            return bool(await site.owner())

        await eventually(has_owner)
        second, third, *clocks = await asyncio.gather(
            begin("w2", "sender"), begin("w3", "sender"), begin("s1", "scheduler"), begin("s2", "scheduler")
        )
        site.house.clock.now = site.now()
        await site.house.plan(to_wall(site.now()))

        async def sent(count: int) -> None:
            async def so_many() -> bool:
                return len(site.texts()) >= count

            await eventually(so_many)

        await sent(PEOPLE // 4)
        owner, died = await site.owner(), datetime.now(UTC)
        await first.kill()

        async def taken() -> bool:
            return await site.owner() not in ("", owner)

        await eventually(taken)
        assert datetime.now(UTC) - died < timedelta(seconds=max(TAKEOVER, BUSY_MACHINE))
        await sent(PEOPLE // 2)
        owner = await site.owner()
        holder, other = (second, third) if await is_holder(second) else (third, second)
        holder.freeze()
        await eventually(taken)
        await sent(PEOPLE * 3 // 4)
        holder.thaw()

        async def settled() -> bool:
            return set(await site.counts()) <= {"sent", "unconfirmed"} and sum((await site.counts()).values()) == PEOPLE

        await eventually(settled)
        assert set(site.texts().values()) == {1}
        assert (await site.counts()).get("unconfirmed", 0) <= 2 * claim_window("telegram")
        assert await other.stop() == 0
        for clock in clocks:
            assert await clock.stop() == 0
