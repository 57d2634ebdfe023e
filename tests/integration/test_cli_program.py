"""The installed program as an operator starts it: streams, exit codes, Ctrl-C."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from campaign_engine.cli.data import BEGINNING
from tests.support.cli import Cli
from tests.support.program import GROUNDSWELL

HEADINGS = "INCIDENT_KEY,OCCUR_DATE,BORO,PRECINCT,X_COORD_CD,Y_COORD_CD,Latitude,Longitude\n"
ROW = "1,06/15/2024,BROOKLYN,73,1008500,183000,40.6689,-73.9125\n"


def started(cli: Cli, *arguments: str) -> subprocess.CompletedProcess[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("GROUNDSWELL_")}
    return subprocess.run(
        [GROUNDSWELL, *arguments],
        env={**others, **cli.environment},
        cwd=cli.folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_from_nothing_to_a_site(tmp_path: Path) -> None:
    cli = Cli(tmp_path)
    refused = started(cli, "site", "list")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "groundswell init" in refused.stderr
    for arguments in (("init",), ("doctor",), ("site", "add", "Maple High", "--precinct", "75")):
        done = started(cli, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
    assert "Maple High" in started(cli, "site", "list").stdout
    ranked = json.loads(started(cli, "precincts", "rank", "--json").stdout)
    assert len(ranked["precincts"]) == 78
    assert len(list((tmp_path / "data").glob("*.db"))) == 1


def test_a_settings_file_in_the_folder_is_read(sqlite_cli: Cli) -> None:
    (sqlite_cli.folder / "groundswell.toml").write_text('public_url = "https://gs.example"\n', encoding="utf-8")
    assert "https://gs.example/join/r_" in started(sqlite_cli, "invite", "organizer").stdout


def test_ctrl_c_in_an_import_leaves_everything_as_it_was(sqlite_cli: Cli) -> None:
    """Pipes in place of the file say when it is read: first its beginning, then, in a thread, all of it."""
    pipe = sqlite_cli.folder / "shootings.csv"
    os.mkfifo(pipe)
    content = (HEADINGS + ROW * 100_000).encode()
    process = subprocess.Popen(
        [GROUNDSWELL, "data", "import", str(pipe)],
        env={**os.environ, **sqlite_cli.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with process:
        with pipe.open("wb") as writer:
            pipe.unlink()
            os.mkfifo(pipe)
            writer.write(content[:BEGINNING])
        with pipe.open("wb") as writer:
            process.send_signal(signal.SIGINT)
            writer.write(content)
        assert process.stderr is not None
        assert b"Nothing is half-done" in process.stderr.read()
    assert process.returncode == 130
    assert "Nothing is loaded" in sqlite_cli.run("data", "status")


@pytest.mark.parametrize("arguments", [("--help",), ("data", "--help"), ("report", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    """What makes the command line slow to start: at most 0.6 s is promised, measured by the benches."""
    heavy = {"sqlalchemy", "pandas", "numpy", "shapely", "telegram", "discord", "fastapi", "alembic", "jinja2", "httpx"}
    heavy |= {"pydantic_settings", "campaign_engine.services", "campaign_engine.store"}
    show = (
        "import sys\n"
        "from campaign_engine.cli import app\n"
        "try:\n    app(sys.argv[1:])\n"
        "finally:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [GROUNDSWELL.with_name("python"), "-c", show, *arguments], capture_output=True, text=True, check=True
    )
    assert "Usage" in done.stdout
    assert not heavy.intersection(done.stderr.split())
