"""`groundswell up` as an operator sees it: it starts at once, says what is off, and stops at Ctrl-C."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from tests.platforms.loopback import free_port
from tests.platforms.telegram_server import TelegramServer
from tests.support.cli import Cli
from tests.support.page import Page
from tests.support.postgres import PostgresServer as Postgres
from tests.support.program import GROUNDSWELL, Program


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer(limits=None) as server:
        yield server


async def test_a_wrong_token_switches_that_bot_off_and_nothing_else(tmp_path: Path, telegram: TelegramServer) -> None:
    tokens = {
        "GROUNDSWELL_TELEGRAM_API": telegram.root,
        "GROUNDSWELL_TELEGRAM_TOKEN": "999:a-token-that-was-mistyped-by-somebody",
    }
    async with AsyncExitStack() as stack:
        program = Program(tmp_path, free_port(), tokens)
        stack.push_async_callback(program.kill)
        await program.run("init")
        await program.start()
        parts = await health(program)
        assert parts["telegram"] == "misconfigured"
        assert parts["web"] == parts["clock"] == parts["lane web"] == "running"
        async with Page(program.page) as page:
            assert "How old are you?" in await page.open("/chat")
        assert await program.stop() == 0
    said = program.log.read_text(encoding="utf-8")
    assert "GROUNDSWELL_TELEGRAM_TOKEN" in said
    assert "mistyped" not in said


async def health(program: Program) -> dict[str, str]:
    """As soon as every part has begun."""
    async with httpx.AsyncClient() as client:
        while True:
            parts: dict[str, str] = (await client.get(f"{program.page}/health")).json()["parts"]
            if "starting" not in parts.values():
                return parts


async def test_a_taken_port_is_said_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        program = Program(tmp_path, taken.getsockname()[1], {})
        await program.run("init")
        with pytest.raises(AssertionError, match=r"Port \d+ is taken"):
            await program.run("up")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("worker",), "On SQLite one process does everything"),
        (("up", "--roles", "web,bots"), "Several machines"),
        (("up", "--roles", "web,sendr"), "There is no role sendr"),
        (("up", "--roles", " , "), "No role is named"),
    ],
)
def test_roles_that_cannot_be_had_are_refused_before_anything_starts(
    tmp_path: Path, command: tuple[str, ...], said: str
) -> None:
    """In this process: nothing of them comes to run."""
    refused = Cli(tmp_path).invoke(*command)
    assert refused.exit_code != 0
    assert said in refused.output
    assert not list(tmp_path.iterdir())


@pytest.mark.postgres
async def test_roles_run_apart_and_each_process_says_which_it_has(tmp_path: Path, postgres_server: Postgres) -> None:
    postgres_server.execute("CREATE DATABASE apart")
    first = Program(tmp_path, free_port(), {"GROUNDSWELL_DATABASE_URL": postgres_server.url("apart")})
    pages, worker = first.beside("pages", "web,bots"), first.beside("worker", "")
    async with AsyncExitStack() as stack, httpx.AsyncClient() as client:
        for program in (pages, worker):
            stack.push_async_callback(program.kill)
        await first.run("init")
        await worker.begin(str(GROUNDSWELL), "worker", "--port", worker.environment["GROUNDSWELL_WEB_PORT"])
        await pages.start()
        await worker.until_it_answers()
        async with Page(pages.page) as page:
            assert "How old are you?" in await page.open("/chat")
        assert (await client.get(f"{worker.page}/chat")).status_code == 404
        assert (await client.get(f"{pages.page}/health")).json()["roles"] == ["web", "bots"]
        assert (await client.get(f"{worker.page}/health")).json()["roles"] == ["sender"]
        assert {"jobs", "lane web"} <= set(await health(worker)) - set(await health(pages))
        assert "Nobody does: scheduler." in await first.run("doctor", "--json")
        assert (await worker.stop(), await pages.stop()) == (0, 0)
    postgres_server.execute("DROP DATABASE apart WITH (FORCE)")


async def test_without_init_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="groundswell init"):
        await Program(tmp_path, free_port(), {}).run("up")
