"""The doctor finds what is wrong and says what to do; the real program as its own process where that matters."""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bots.guard import HealthBoard
from campaign_engine.bootstrap import Engine
from campaign_engine.cli.process import Process
from campaign_engine.demo.cast import Player
from campaign_engine.domain.contact import Role, Scope
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.clock import system_clock
from campaign_engine.ports.jobs import Job, TryAgain
from campaign_engine.services.jobs import Jobs
from campaign_engine.services.presence import Presence
from campaign_engine.store.tables import audit_entries, deliveries, lanes, occurrences, rankings, retention_runs
from campaign_engine.worker import ALL_ROLES
from tests.platforms.discord_gateway import Intent
from tests.platforms.discord_server import DiscordServer
from tests.platforms.telegram_server import TelegramServer
from tests.support.cli import Cli, approved_campaign, code_of, with_role
from tests.support.program import GROUNDSWELL


def examined(cli: Cli, *options: str, code: int = 0, **settings: str) -> dict[str, tuple[str, str]]:
    """Level and words by check."""
    found = json.loads(cli.run("doctor", "--json", *options, code=code, **settings))
    assert found["ok"] is (code == 0)
    return {entry["check"]: (entry["level"], entry["says"]) for entry in found["findings"]}


def levels(cli: Cli, *options: str, code: int = 0, **settings: str) -> dict[str, str]:
    return {check: level for check, (level, _) in examined(cli, *options, code=code, **settings).items()}


def execute(cli: Cli, statement: sa.Executable) -> None:
    async def run(engine: Engine) -> None:
        async with engine.database.write() as connection:
            await connection.execute(statement)

    cli.within(run)


def test_a_new_installation_is_well_but_for_what_only_people_can_give(cli: Cli) -> None:
    found = examined(cli)
    assert {check for check, (level, _) in found.items() if level != "green"} <= {
        "public URL",
        "staff",
        "data",
        "auto texts",
        "texts",
        "directory",
        "school calendar",
    }
    assert found["staff"][0] == "yellow"
    assert found["deliveries"][1] == "0, all accounted for."
    said = cli.run("doctor")
    assert "groundswell invite approver" in said
    assert "bad" not in said


def test_a_job_that_fails_again_and_again_is_named(cli: Cli) -> None:
    async def fail(engine: Engine) -> None:
        async def broken(_about: int) -> None:
            raise OSError("somebody's address")

        for _ in range(2):
            with pytest.raises(TryAgain):
                await Jobs(engine.store, engine.time.clock, {"own": broken}).do(Job("own"))

    assert levels(cli)["jobs"] == levels(cli)["clocks"] == "green"
    cli.within(fail)
    level, says = examined(cli)["jobs"]
    assert level == "yellow"
    assert "own failed 2 times in a row (OSError), again " in says
    assert cli.within(lambda engine: Process(engine, HealthBoard(), ALL_ROLES).health()) == {"job own": "failing"}


def test_processes_are_named_and_so_is_a_role_that_nobody_has(cli: Cli) -> None:
    async def be_seen(engine: Engine, roles: str) -> None:
        await Presence(engine.store, engine.time.clock, "maple", roles).tick()

    assert examined(cli)["processes"] == ("green", "None runs.")
    cli.within(lambda engine: be_seen(engine, "web,bots"))
    level, says = examined(cli)["processes"]
    assert (level, says) == ("yellow", "web, bots on maple. Nobody does: scheduler, sender.")
    assert "is running" in cli.run("db", "rotate-key", "--sheet", str(cli.folder / "sheet.txt"), code=1)
    cli.within(lambda engine: be_seen(engine, "scheduler,sender"))
    assert examined(cli)["processes"][0] == "green"


def test_S1_two_different_people_are_needed(cli: Cli) -> None:
    async def join(engine: Engine, address: str, *roles: Role) -> None:
        for role in roles:
            async with engine.store.write() as work:
                code = await engine.staffing.invite(work, role, Scope())
            player = Player(engine.conversation, "web", address)
            await player.start(f"r_{code}")
            await player.say(address)

    cli.within(lambda engine: join(engine, "river7", Role.ORGANIZER, Role.APPROVER))
    assert levels(cli)["staff"] == "yellow"
    assert "invite a second" in cli.run("doctor")
    cli.within(lambda engine: join(engine, "harbor3", Role.SAFETY_LEAD))
    assert levels(cli)["staff"] == "green"
    cli.run("staff", "revoke", "harbor3", "safety_lead")
    code = code_of(cli.run("invite", "approver", "--scope", "borough:Bronx"))
    cli.within(lambda engine: with_role(engine, code, "elm4"))
    level, says = examined(cli)["staff"]
    assert level == "yellow"
    assert "Nobody else can approve for precinct 1, 5, 6, 7, 9 and others" in says


def test_what_is_wrong_with_settings(sqlite_cli: Cli) -> None:
    assert levels(sqlite_cli, WEB_PROT="8000")["settings"] == "yellow"
    assert levels(sqlite_cli, code=1, WEB_PORT="x") == {"settings": "red"}
    assert levels(sqlite_cli, PUBLIC_URL="https://gs.example")["public URL"] == "green"
    assert levels(sqlite_cli, PUBLIC_URL="http://gs.example")["public URL"] == "yellow"
    found = examined(sqlite_cli, TELEGRAM_TOKEN="42:geheim")
    assert found["telegram"] == ("green", "A token is set.")
    assert found["discord"] == ("green", "Off: no token is set.")


def test_a_key_that_others_may_read(sqlite_cli: Cli) -> None:
    sqlite_cli.settings.key_file.chmod(0o644)
    assert levels(sqlite_cli)["key file"] == "yellow"
    sqlite_cli.settings.key_file.unlink()
    assert levels(sqlite_cli, code=1)["key file"] == "red"


def test_a_data_folder_that_is_gone(sqlite_cli: Cli) -> None:
    shutil.rmtree(sqlite_cli.settings.data_dir)
    found = levels(sqlite_cli, code=1)
    assert (found["data folder"], found["database"]) == ("red", "red")


def test_tables_that_are_empty(cli: Cli) -> None:
    execute(cli, rankings.delete())
    assert examined(cli, code=1)["tables"] == ("red", "78 precincts, 0 rankings.")


def test_a_lane_that_waits_and_one_whose_process_died(cli: Cli) -> None:
    now = system_clock()
    working = lanes.insert().values(name="web", owner="me", epoch=1, heartbeat_at=now, hold_until=None)
    execute(cli, working)
    assert examined(cli)["lanes"] == ("green", "web at work.")
    execute(cli, lanes.update().values(heartbeat_at=now - timedelta(hours=1)))
    assert levels(cli)["lanes"] == "yellow"
    execute(cli, lanes.update().values(owner="", hold_until=now + timedelta(hours=1)))
    level, says = examined(cli)["lanes"]
    assert level == "yellow"
    assert "asked to wait" in says
    execute(cli, lanes.update().values(hold_until=None, away_since=now))
    level, says = examined(cli)["lanes"]
    assert (level, says.split(":")[0]) == ("yellow", "A platform does not answer")


def a_delivery(status: str) -> sa.Executable:
    made_up = {"is_room": False, "lane": "web", "language": "en", "reason": "", "attempts": 1, "epoch": 1}
    return deliveries.insert().values(
        occurrence_id=1, status=status, platform_id="", updated_at=system_clock(), **made_up
    )


@pytest.fixture
def without_references(sqlite_cli: Cli) -> Callable[[str], None]:
    """Adds a delivery of an occurrence that does not exist, which only a plain connection may."""

    def add(status: str) -> None:
        engine = sa.create_engine(sqlite_cli.settings.database)
        with engine.begin() as connection:
            connection.execute(a_delivery(status))
        engine.dispose()

    return add


def test_deliveries_that_do_not_add_up_are_bad(sqlite_cli: Cli, without_references: Callable[[str], None]) -> None:
    without_references("sent")
    assert examined(sqlite_cli)["deliveries"] == ("green", "1, all accounted for.")
    without_references("unconfirmed")
    without_references("sending")
    assert examined(sqlite_cli)["deliveries"] == ("yellow", "2 of 3 may or may not have arrived.")
    without_references("vanished")
    assert examined(sqlite_cli, code=1)["deliveries"] == ("red", "4 rows, but 3 in known states.")


def test_a_row_that_is_gone_is_missed_and_its_campaign_named(sqlite_cli: Cli) -> None:
    """The accounting identity of measures, as an operator sees it."""
    campaign, now = approved_campaign(sqlite_cli), system_clock()
    fired = {"wall_time": to_wall(now), "due_at": now, "stale_at": now, "status": "closed", "frozen_at": now}
    frozen = {"post_id": 1, "version": 1, "frozen_people": 1, "frozen_rooms": 0}
    execute(sqlite_cli, occurrences.insert().values(id=1, **fired, **frozen))
    execute(sqlite_cli, a_delivery("sent"))
    assert levels(sqlite_cli)["deliveries"] == "green"
    execute(sqlite_cli, deliveries.delete())
    level, says = examined(sqlite_cli, code=1)["deliveries"]
    assert level == "red"
    assert f"do not add up: campaign {campaign}," in says
    assert "people: 1 were planned, 0 are recorded" in says


def test_a_changed_log_is_bad(cli: Cli) -> None:
    cli.run("site", "add", "Maple High", "--precinct", "75")
    execute(cli, audit_entries.update().values(actor="nobody"))
    assert levels(cli, code=1)["audit log"] == "red"


async def asked_online(cli: Cli, **settings: str) -> tuple[dict[str, str], str]:
    """By the real program, since the local platforms live in this process; levels by check, and all it printed."""
    added = {f"GROUNDSWELL_{name}": value for name, value in settings.items()}
    process = await asyncio.create_subprocess_exec(
        *(GROUNDSWELL, "doctor", "--online", "--json"),
        env={**os.environ, **cli.environment, **added},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    findings = json.loads(said)["findings"]
    return {entry["check"]: entry["level"] for entry in findings}, (said + complained).decode()


async def test_A2_the_platforms_are_asked_about_the_tokens_which_are_never_shown(sqlite_cli: Cli) -> None:
    async with TelegramServer(limits=None) as telegram, DiscordServer() as discord:
        addresses = {"TELEGRAM_API": telegram.root, "DISCORD_API": discord.api}
        good = {"TELEGRAM_TOKEN": telegram.token, "DISCORD_TOKEN": discord.token}
        wrong = {"TELEGRAM_TOKEN": "43:geheim", "DISCORD_TOKEN": "geheim"}
        found, said = await asked_online(sqlite_cli, **addresses, **good)
        assert (found["telegram online"], found["discord online"]) == ("green", "green")
        assert (found["telegram groups"], found["telegram updates"]) == ("green", "green")
        assert found["discord servers"] == "green"
        assert f"client_id={discord.world.application_id}&scope=bot+applications.commands&permissions=101376" in said
        assert telegram.token not in said
        assert discord.token not in said
        await telegram.telegram.set_privacy(on=False)
        discord.gateway.approved_intents = Intent.MESSAGE_CONTENT
        hook = {"TELEGRAM_WEBHOOK": "on", "PUBLIC_URL": "https://groundswell.example"}
        found, said = await asked_online(sqlite_cli, **addresses, **good, **hook)
        assert (found["telegram groups"], found["telegram updates"]) == ("yellow", "yellow")
        assert found["discord servers"] == "yellow"
        assert "/setprivacy" in said
        found, said = await asked_online(sqlite_cli, **addresses, **wrong)
        assert (found["telegram online"], found["discord online"]) == ("red", "red")
        assert "geheim" not in said
    found, said = await asked_online(sqlite_cli, **addresses, **wrong)
    assert (found["telegram online"], found["discord online"]) == ("yellow", "yellow")
    assert "geheim" not in said


def test_A5_a_clean_up_that_did_not_run_last_night_is_told_with_its_rules(cli: Cli) -> None:
    assert examined(cli)["retention"][0] == "green"

    async def run(engine: Engine) -> None:
        await engine.retention.run(engine.time.clock())

    cli.within(run)
    level, says = examined(cli)["retention"]
    assert level == "green"
    assert says.startswith("Ran last ")
    late = retention_runs.update().where(retention_runs.c.rule == "inbox")
    execute(cli, late.values(ran_at=system_clock() - timedelta(hours=30)))
    level, says = examined(cli)["retention"]
    assert level == "yellow"
    assert says.endswith("Overdue: inbox.")
