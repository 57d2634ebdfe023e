"""The command line in this process, over an installation that is made once and copied for each test."""

import asyncio
import functools
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from typer import main, testing
from typer.testing import CliRunner, Result

from campaign_engine.bootstrap import Engine, open_engine
from campaign_engine.cli import app
from campaign_engine.demo.cast import Plan, Player, approve_waiting, plan_campaign, train
from campaign_engine.domain.campaign import CampaignKind
from campaign_engine.domain.schedule import to_wall
from campaign_engine.settings import Settings
from tests.support.postgres import PostgresServer

T = TypeVar("T")
TEMPLATE = "groundswell_installed"

# Otherwise every run makes all seventy commands anew, a third of a short one's time.
vars(testing)["_get_command"] = functools.cache(main.get_command)


@dataclass(frozen=True)
class Cli:
    """One installation; `folder` is free for a test's own files."""

    folder: Path
    database_url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        mine = {"DATA_DIR": self.folder / "data", "KEY_FILE": self.folder / "keys" / "key.json"}
        others = {"DATABASE_URL": self.database_url} if self.database_url else {}
        return {f"GROUNDSWELL_{name}": str(value) for name, value in {**mine, **others}.items()}

    @property
    def settings(self) -> Settings:
        return Settings(
            data_dir=self.folder / "data",
            key_file=self.folder / "keys" / "key.json",
            database_url=self.database_url,  # type: ignore[arg-type] # as in the environment
        )

    def run(self, *arguments: str, code: int = 0, typed: str | None = None, **settings: str) -> str:
        """What it prints on both streams; it must end with this exit code. `settings` are added to the environment."""
        result = self.invoke(*arguments, typed=typed, **settings)
        assert result.exit_code == code, result.output
        return result.output

    def invoke(self, *arguments: str, typed: str | None = None, **settings: str) -> Result:
        others: dict[str, str | None] = {name: None for name in os.environ if name.startswith("GROUNDSWELL_")}
        added = {f"GROUNDSWELL_{name}": value for name, value in settings.items()}
        environment = {**others, "COLUMNS": "160", **self.environment, **added}
        result = CliRunner().invoke(app, arguments, env=environment, input=typed, catch_exceptions=False)
        assert "Traceback" not in result.output
        return result

    def within(self, work: Callable[[Engine], Awaitable[T]]) -> T:
        """Do something with the engine of this installation."""

        async def run() -> T:
            async with open_engine(self.settings) as engine:
                return await work(engine)

        return asyncio.run(run())


def code_of(said: str) -> str:
    """The start payload of an invite that was printed."""
    found = re.search(r"/join/(r_\w+)", said)
    assert found is not None
    return found[1]


async def with_role(engine: Engine, payload: str, handle: str) -> Player:
    player = Player(engine.conversation, "web", f"chat of {handle}")
    await player.start(payload)
    await player.say(handle)
    return player


def approved_campaign(cli: Cli) -> int:
    """Planned and approved in the conversation by two people who were invited from the command line."""
    codes = [code_of(cli.run("invite", role)) for role in ("organizer", "approver")]

    async def play(engine: Engine) -> int:
        day = to_wall(engine.time.clock() + timedelta(days=3))
        plan = Plan(CampaignKind.AWARENESS, "Brownsville [b]rises[/b]", 300, f"{day:%Y-%m-%d} at 4 pm")
        organizer, approver = [await with_role(engine, *who) for who in zip(codes, ("river7", "harbor3"), strict=True)]
        await train(organizer)
        number = await plan_campaign(organizer, plan)
        assert await approve_waiting(approver) == 1
        return number

    return cli.within(play)


@pytest.fixture(scope="session")
def sqlite_installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    Cli(folder).run("init")
    return folder


@pytest.fixture(scope="session")
def postgres_installation(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    postgres_server.execute(f"CREATE DATABASE {TEMPLATE}")
    Cli(folder, postgres_server.url(TEMPLATE)).run("init")
    return folder


@pytest.fixture
def sqlite_cli(sqlite_installation: Path, tmp_path: Path) -> Cli:
    shutil.copytree(sqlite_installation, tmp_path, dirs_exist_ok=True)
    return Cli(tmp_path)


@pytest.fixture
def postgres_cli(postgres_installation: Path, postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Cli]:
    shutil.copytree(postgres_installation, tmp_path, dirs_exist_ok=True)
    name = f"cli_{tmp_path.parent.name}_{tmp_path.name}".lower().replace("-", "_")[:63]
    postgres_server.execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
    yield Cli(tmp_path, postgres_server.url(name))
    postgres_server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def cli(request: pytest.FixtureRequest) -> Cli:
    """After `groundswell init`, on both databases."""
    found = request.getfixturevalue(f"{request.param}_cli")
    assert isinstance(found, Cli)
    return found
